"""What is measured. Each measure is called with one system and answers {metric: value}."""

import os
import re
import resource
import subprocess
import time

from .processes import Failed, machine_busy_seconds

BULK_BESIDE = 4


class Context:
    """What all measures share: processes, the service, the load tool, durations."""

    def __init__(self, processes, java, jar, seconds, warmup, calm):
        self.processes = processes
        self.java = java
        self.jar = jar
        self.seconds = seconds
        self.warmup = warmup
        self.calm = calm
        self.systems = {}
        self.foreign = []
        self.service = processes.start(self.tool("service"), stdout=subprocess.PIPE)
        first = self.service.popen.stdout.readline().split()
        if len(first) != 2:
            self.service.require_alive()
            raise Failed("the service did not say its port")
        self.service_port = int(first[1])

    def tool(self, *args):
        return [self.java, "-XX:+UseSerialGC", "-Xmx512m", "-Djava.net.preferIPv4Stack=true", "-jar", self.jar,
                *map(str, args)]

    def running(self, system):
        """Systems stay up between measures, so that each is as warm as it will ever be."""
        if system.name not in self.systems:
            self.systems[system.name] = system.start(self.processes, self.service_port)
        return self.systems[system.name]

    def load(self, system, name, *args):
        """Runs a load through a system; answers its report with the tunnel's CPU seconds under `cpu_s`."""
        running = self.running(system)
        self.await_calm()
        before = self.sample(running)
        process = self.processes.start(
            self.tool(name, running.port, "--seconds", self.seconds, "--warmup", self.warmup, *args),
            stdout=subprocess.PIPE)
        self.processes.wait(process, self.seconds + self.warmup + 60)
        after = self.sample(running)
        out = process.popen.stdout.read()
        process.popen.stdout.close()
        for one in running.processes():
            one.require_alive()
        if process.popen.returncode != 0:
            with open(process.log) as file:
                raise Failed((out + file.read()).strip()[-600:])
        report = {key: float(value) for key, value in (line.split() for line in out.splitlines())}
        report["cpu_s"] = after["tunnel"] - before["tunnel"]
        ours = sum(after[k] - before[k] for k in ("tunnel", "service", "load"))
        elapsed = after["time"] - before["time"]
        self.foreign.append(max(0.0, after["busy"] - before["busy"] - ours) / elapsed / os.cpu_count())
        return report

    def sample(self, running):
        children = resource.getrusage(resource.RUSAGE_CHILDREN)
        own = resource.getrusage(resource.RUSAGE_SELF)
        return {
            "tunnel": running.cpu_seconds(),
            "service": self.service.cpu_seconds(),
            "load": sum(usage.ru_utime + usage.ru_stime for usage in (children, own)),
            "busy": machine_busy_seconds(),
            "time": time.monotonic(),
        }

    def await_calm(self):
        """Waits, as long as --calm says, until half a second passes in which others use under 5 % of the machine."""
        deadline = time.monotonic() + self.calm
        while time.monotonic() < deadline:
            before = machine_busy_seconds()
            time.sleep(0.5)
            if (machine_busy_seconds() - before) / 0.5 / os.cpu_count() < 0.05:
                return


def throughput(context, system):
    result = {}
    for streams in (1, 8):
        for direction in ("down", "up"):
            report = context.load(system, "throughput", "--streams", streams, "--direction", direction)
            result[f"gbit_{streams}_{direction}"] = report["gbit_per_s"]
            if context.running(system).processes():
                result[f"cpu_{streams}_{direction}"] = report["cpu_s"] / (report["bytes"] / 1e9)
            else:
                result[f"load_cpu_{streams}_{direction}"] = report["load_cpu_s"] / (report["bytes"] / 1e9)
    return result


def http(context, system):
    report = context.load(system, "http", "--connections", 64)
    # The CPU figure is of the warm-up too, whose requests the report does not count: scale by time.
    share = context.seconds / (context.seconds + context.warmup)
    result = {"http_rps": report["requests_per_s"], "http_p50": report["p50_us"], "http_p99": report["p99_us"]}
    if report["cpu_s"]:
        result["http_cpu"] = report["cpu_s"] * share / report["requests"] * 1e6
    return result


def connect(context, system):
    report = context.load(system, "connect", "--concurrency", 16)
    share = context.seconds / (context.seconds + context.warmup)
    result = {"connect_cps": report["connections_per_s"], "connect_p99": report["p99_us"]}
    if report["cpu_s"]:
        result["connect_cpu"] = report["cpu_s"] * share / report["connections"] * 1e6
    return result


def rtt(context, system):
    report = context.load(system, "rtt")
    return {"rtt_p50": report["p50_us"], "rtt_p99": report["p99_us"]}


def beside(context, system):
    result = {}
    for direction in ("down", "up"):
        report = context.load(system, "rtt", "--beside", BULK_BESIDE, "--direction", direction)
        result[f"beside_p99_{direction}"] = report["p99_us"]
        result[f"beside_p50_{direction}"] = report["p50_us"]
        result[f"beside_gbit_{direction}"] = report["beside_gbit_per_s"]
    return result


def udp(context, system):
    """Datagrams of 1,200 bytes to an echo and back, 256 of 8 visitors under way."""
    if not system.carries_udp:
        return {}
    report = context.load(system, "udp")
    share = context.seconds / (context.seconds + context.warmup)
    result = {"udp_dps": report["datagrams_per_s"], "udp_lost": report["lost_percent"], "udp_p99": report["p99_us"]}
    if report["cpu_s"]:
        result["udp_cpu"] = report["cpu_s"] * share / report["datagrams"] * 1e6
    return result


def limited(context, system):
    """What an unlimited tunnel keeps of its rate beside one that may carry 10 Mbit/s and has more to carry."""
    port = context.running(system).limited_port
    if port is None:
        return {}
    bulk = ("throughput", "--streams", 1, "--direction", "down")
    alone = context.load(system, *bulk)["gbit_per_s"]
    greedy = context.processes.start(
        context.tool("throughput", port, "--seconds", 10 * (context.seconds + context.warmup), "--warmup", 0,
                     "--streams", 1, "--direction", "down"),
        stdout=subprocess.DEVNULL)
    try:
        beside = context.load(system, *bulk)["gbit_per_s"]
    finally:
        context.processes.stop(greedy)
    return {"limited_kept": 100 * beside / alone}


def start(context, system):
    if system.name == "direct":
        return {}
    context.await_calm()
    with fresh(context, system) as running:
        return {"start_ms": running.first_byte_seconds * 1e3}


def idle(context, system, steps=(1000, 5000)):
    """Memory per idle connection, on a pair of its own that has carried little else."""
    if system.name == "direct":
        return {}
    memory = jvm_memory if system.jdk else lambda _, running: running.rss_bytes()
    with fresh(context, system, {"JDK_JAVA_OPTIONS": "-XX:NativeMemoryTracking=summary"} if system.jdk else None) as running:
        hold(context, running, [10], lambda _: None)
        before, rss_before = memory(system, running), running.rss_bytes()
        result = {}

        def measure(count):
            result[f"idle_{count}_rss"] = (running.rss_bytes() - rss_before) / count / 1024
            result[f"idle_{count}"] = (memory(system, running) - before) / count / 1024

        hold(context, running, steps, measure)
        return result


def hold(context, running, steps, at_each):
    process = context.processes.start(
        context.tool("idle", running.port, "--count", ",".join(map(str, steps))),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with process.popen.stdin as lines, process.popen.stdout as out:
        try:
            for step in steps:
                expect(process, out.readline(), f"open {step}")
                time.sleep(1)  # what closes or settles after the first byte has done so
                at_each(step)
                lines.write("\n")
                lines.flush()
            expect(process, out.readline(), f"alive {steps[-1]}")
        except BaseException:
            context.processes.stop(process)
            raise
    context.processes.wait(process, 60)


def expect(process, line, wanted):
    if line.strip() != wanted:
        with open(process.log) as file:
            raise Failed(f"idle: {line.strip() or file.read().strip()[-300:]} (expected: {wanted})")


def jvm_memory(system, running):
    """Live heap after a full collection plus what the JVM counts as memory for direct buffers, both processes."""
    total = 0
    for process in running.processes():
        jcmd = [os.path.join(system.jdk, "bin", "jcmd"), str(process.jvm_pid())]
        # A histogram of live objects begins with a full collection; the second follows what the first let go.
        for _ in range(2):
            histogram = subprocess.run([*jcmd, "GC.class_histogram"], capture_output=True, text=True, check=True).stdout
        native = subprocess.run([*jcmd, "VM.native_memory", "summary", "scale=b"], capture_output=True, text=True, check=True).stdout
        heap = re.search(r"^Total\s+\d+\s+(\d+)", histogram, re.MULTILINE)
        direct = re.search(r"Other \(reserved=\d+, committed=(\d+)", native)
        if not heap:
            raise Failed("jcmd shows no histogram: " + histogram[:200])
        if "Total:" not in native:
            raise Failed("no native memory tracking: " + native[:200])
        total += int(heap.group(1)) + (int(direct.group(1)) if direct else 0)
    return total


class fresh:
    """A pair of processes for one measurement."""

    def __init__(self, context, system, env=None):
        self.context, self.system, self.env = context, system, env
        # Some systems own a fixed port: the pair that stays up has to make room.
        held = context.systems.pop(system.name, None)
        if held:
            system.stop(context.processes, held)

    def __enter__(self):
        self.running = self.system.start(self.context.processes, self.context.service_port, self.env)
        return self.running

    def __exit__(self, *_):
        self.system.stop(self.context.processes, self.running)


MEASURES = {
    "throughput": throughput,
    "http": http,
    "connect": connect,
    "rtt": rtt,
    "beside": beside,
    "udp": udp,
    "limited": limited,
    "idle": idle,
    "start": start,
}
