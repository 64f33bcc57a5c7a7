#!/usr/bin/env python3
"""Measures Culvert beside a direct connection, rathole, bore and nginx, on loopback, in one run.

The systems take turns (A B C A B C ...), so that what the machine does meanwhile happens to all of them.

  bench/run.py                                        everything that is installed, about half an hour
  bench/run.py --quick --only throughput,http         a first look
  bench/run.py --transport tls --systems rathole,culvert
  bench/run.py --systems nginx,culvert-http,culvert --only http
  bench/run.py --systems direct,rathole,culvert --jdk /usr/lib/jvm/temurin-25-jdk-amd64
"""

import argparse
import datetime
import glob
import json
import os
import re
import resource
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True

from harness import report
from harness.measures import MEASURES, Context
from harness.processes import Failed, Processes
from harness.systems import BENCH, Bore, Culvert, Direct, Nginx, Rathole

ROOT = os.path.dirname(BENCH)
JAR = os.path.join(BENCH, "target", "culvert-bench.jar")
DESCRIPTORS = 65536
WARM = 0.05
MOST_WARM_UP_TURNS = 12
PROFILES = {"culvert": "native", "culvert-raw": "raw", "culvert-http": "http"}
OTHERS = {"direct": Direct, "bore": Bore, "nginx": Nginx}


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--systems", default="direct,rathole,bore,culvert,culvert-raw", type=names,
                        help="which, in the order of their turns; nginx and culvert-http, too, take part in the measure http "
                             "(default: %(default)s)")
    parser.add_argument("--only", default=",".join(MEASURES), type=names, help="which measures (default: %(default)s)")
    parser.add_argument("--transport", default="plain", choices=["plain", "tls", "noise"],
                        help="of culvert and rathole, between server and client; the others are plain "
                             "(default: %(default)s)")
    parser.add_argument("--rounds", default=5, type=int, help="turns of each system (default: %(default)s)")
    parser.add_argument("--seconds", default=5.0, type=float, help="length of a measurement (default: %(default)s)")
    parser.add_argument("--warmup", default=1.0, type=float, help="load before each (default: %(default)s)")
    parser.add_argument("--quick", action="store_true", help="one round of one second: a smoke test, not a figure")
    parser.add_argument("--dist", default=newest_distribution(), help="Culvert's folder, with bin/ (default: %(default)s)")
    parser.add_argument("--jdk", action="append", metavar="PATH",
                        help="JAVA_HOME for Culvert; repeated = beside each other, the later ones as NAME/VERSION")
    parser.add_argument("--env", action="append", default=[], metavar="NAME=VALUE", help="for Culvert's processes")
    parser.add_argument("--calm", default=0.0, type=float, metavar="SECONDS",
                        help="wait up to this long before each sample for other processes to be quiet")
    parser.add_argument("--output", default=os.path.join(BENCH, "target", "results.md"),
                        help="for the Markdown; every sample goes beside it as .json (default: %(default)s)")
    options = parser.parse_args()
    for unknown in set(options.systems) - {"rathole", *OTHERS, *PROFILES}:
        parser.error(f"unknown system: {unknown}")
    for unknown in set(options.only) - set(MEASURES):
        parser.error(f"unknown measure: {unknown}")
    if options.quick:
        options.rounds, options.seconds, options.warmup = 1, 1.0, 0.5
    return options


def names(text):
    return [name for name in text.split(",") if name]


def newest_distribution():
    found = [os.path.dirname(os.path.dirname(path))
             for path in glob.glob(os.path.join(ROOT, "platform", "dist", "target", "**", "bin", "culvert"), recursive=True)]
    return max(found, key=os.path.getmtime, default=None)


def default_jdk():
    java = shutil.which("java")
    home = os.environ.get("JAVA_HOME") or (java and os.path.dirname(os.path.dirname(os.path.realpath(java))))
    if not home:
        sys.exit("no Java: set JAVA_HOME")
    return home


def wanted_systems(options):
    jdks = options.jdk or [default_jdk()]
    extra = dict(pair.split("=", 1) for pair in options.env)
    for name in options.systems:
        if name in PROFILES:
            for i, jdk in enumerate(jdks):
                label = name if i == 0 else f"{name}/{jdk_version(jdk)}"
                encrypted = name == "culvert" and options.transport != "plain"
                profile = options.transport if encrypted else PROFILES[name]
                yield Culvert(label, profile, options.dist, jdk, extra)
        elif name == "rathole":
            yield Rathole(options.transport)
        else:
            yield OTHERS[name]()


def jdk_version(jdk):
    match = re.search(r'JAVA_VERSION="(\d+)', open(os.path.join(jdk, "release")).read())
    return match.group(1) if match else os.path.basename(jdk)


def installed(systems):
    for system in systems:
        reason = system.missing()
        if reason:
            say(f"skipped {system.name}: {reason}")
        else:
            yield system


def raise_descriptor_limit():
    """5,000 visitors are two sockets each in a process that has both ends of them."""
    for hard in (DESCRIPTORS, resource.getrlimit(resource.RLIMIT_NOFILE)[1]):
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, DESCRIPTORS), hard))
            break
        except (ValueError, OSError):
            continue
    if resource.getrlimit(resource.RLIMIT_NOFILE)[0] < 12000:
        say("the limit of descriptors is too low for 5,000 idle connections: raise it with ulimit -n")


def build():
    if not os.path.exists(JAR):
        say("building the load tool")
        subprocess.run([os.path.join(ROOT, "mvnw"), "-B", "-q", "-pl", "bench", "-am", "package", "-DskipTests"],
                       cwd=ROOT, check=True)


def say(text):
    print(text, file=sys.stderr, flush=True)


def measure(context, systems, options):
    """{metric: {system: [values]}}, and what went wrong."""
    samples, failures = {}, []
    for name in options.only:
        for turn in range(1, options.rounds + 1):
            for system in systems:
                if system.http_only and name != "http":
                    continue
                try:
                    values = MEASURES[name](context, system)
                except Failed as e:
                    failures.append(f"{name}, {system.name}, round {turn}: {e}")
                    say("FAILED " + failures[-1])
                    continue
                say(f"{name} {turn}/{options.rounds} {system.name}: "
                    + " ".join(f"{key}={value:.4g}" for key, value in values.items()))
                for key, value in values.items():
                    samples.setdefault(key, {}).setdefault(system.name, []).append(value)
    return samples, failures


WARM_UP_LOADS = {
    "throughput": (["throughput", "--streams", 4], ["throughput", "--streams", 4, "--direction", "up"]),
    "http": (["http"],),
    "connect": (["connect"],),
    "rtt": (["rtt"],),
    "beside": (["rtt", "--beside", 4],),
    "udp": (["udp"],),
    "limited": (["throughput"],),
}


def warm_up(context, systems, options):
    """A JVM that still compiles its hot paths is not what anybody operates: load until it hardly does any more."""
    seconds, context.seconds = context.seconds, min(context.seconds, 1 if options.quick else 4)
    loads = [load for name in options.only for load in WARM_UP_LOADS.get(name, ())]
    for system in systems:
        for turn in range(1, 2 if options.quick or not system.jdk else 1 + MOST_WARM_UP_TURNS):
            running = context.running(system)
            cpu, compiling = running.cpu_seconds(), running.compiling_seconds()
            for load in loads:
                if load[0] == "udp" and not system.carries_udp or load[0] != "http" and system.http_only:
                    continue
                context.load(system, *load)
            share = (running.compiling_seconds() - compiling) / max(0.01, running.cpu_seconds() - cpu)
            say(f"warming up {system.name}, turn {turn}: {share:.0%} of its CPU time went into compiling")
            if share < WARM:
                break
    context.seconds = seconds
    context.foreign.clear()


def main():
    options = arguments()
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda n, _: sys.exit(128 + n))
    raise_descriptor_limit()
    build()
    systems = list(installed(wanted_systems(options)))
    java = os.path.join(default_jdk(), "bin", "java")
    with tempfile.TemporaryDirectory(prefix="culvert-bench-") as folder, Processes(folder) as processes:
        context = Context(processes, java, JAR, options.seconds, options.warmup, options.calm)
        if set(options.only) - {"idle", "start"}:
            warm_up(context, systems, options)
        samples, failures = measure(context, systems, options)
    text = report.markdown(
        samples, systems, shlex.join(["bench/run.py", *sys.argv[1:]]), datetime.date.today().isoformat(),
        jdk_version(default_jdk()), options.rounds, options.seconds, context.foreign)
    os.makedirs(os.path.dirname(os.path.abspath(options.output)), exist_ok=True)
    with open(options.output, "w") as file:
        file.write(text)
    with open(os.path.splitext(options.output)[0] + ".json", "w") as file:
        json.dump({"samples": samples, "failures": failures, "foreign": context.foreign}, file, indent=1)
    print(text)
    for failure in failures:
        say("failed: " + failure)
    return 1 if failures else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        sys.exit(130)
