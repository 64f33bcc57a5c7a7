"""Medians, ratios and the block for bench/RESULTS.md."""

import os
import platform
import statistics

REFERENCES = ("rathole", "nginx")


class Metric:
    """A row of the table. The goal is relative to rathole, in a run without it to nginx, or absolute where it has a unit of its own."""

    def __init__(self, key, title, digits=0, at_least=None, at_most=None, under=None, over=None, of_nginx=None):
        self.key, self.title, self.digits = key, title, digits
        self.at_least, self.at_most, self.under, self.over, self.of_nginx = at_least, at_most, under, over, of_nginx

    def beside(self, reference):
        """The same with the goal that it has beside another reference than rathole."""
        if reference != "nginx":
            return self
        return Metric(self.key, self.title, self.digits, at_least=self.of_nginx, under=self.under, over=self.over)

    def text(self, value):
        return f"{value:,.{self.digits}f}"

    def goal(self):
        if self.at_least:
            return f"≥ {self.at_least:g} ×"
        if self.at_most:
            return f"≤ {self.at_most:g} ×"
        if self.over:
            return f"> {self.over:g}"
        return f"< {self.under:g}" if self.under else ""

    def verdict(self, value, reference):
        if self.under:
            return value < self.under
        if self.over:
            return value > self.over
        if reference is None or not self.goal():
            return None
        ratio = value / reference
        return ratio >= self.at_least if self.at_least else ratio <= self.at_most


METRICS = [
    Metric("gbit_1_down", "throughput, 1 stream down, Gbit/s", 1, at_least=1.3),
    Metric("gbit_1_up", "throughput, 1 stream up, Gbit/s", 1, at_least=1.3),
    Metric("gbit_8_down", "throughput, 8 streams down, Gbit/s", 1, at_least=1.25),
    Metric("gbit_8_up", "throughput, 8 streams up, Gbit/s", 1, at_least=1.25),
    Metric("cpu_1_down", "CPU, 1 stream down, s/GB", 3, at_most=0.7),
    Metric("cpu_1_up", "CPU, 1 stream up, s/GB", 3, at_most=0.7),
    Metric("cpu_8_down", "CPU, 8 streams down, s/GB", 3, at_most=0.7),
    Metric("cpu_8_up", "CPU, 8 streams up, s/GB", 3, at_most=0.7),
    Metric("load_cpu_1_down", "the load's own CPU, 1 stream down, s/GB", 3),
    Metric("load_cpu_1_up", "the load's own CPU, 1 stream up, s/GB", 3),
    Metric("load_cpu_8_down", "the load's own CPU, 8 streams down, s/GB", 3),
    Metric("load_cpu_8_up", "the load's own CPU, 8 streams up, s/GB", 3),
    Metric("http_rps", "HTTP, 64 kept connections, requests/s", at_least=0.85, of_nginx=0.45),
    Metric("http_p50", "HTTP p50, µs"),
    Metric("http_p99", "HTTP p99, µs"),
    Metric("http_cpu", "HTTP, CPU µs/request", 1),
    Metric("connect_cps", "new connections/s, 16 at a time", at_least=1.15),
    Metric("connect_p99", "new connection p99, µs"),
    Metric("connect_cpu", "new connection, CPU µs", 1),
    Metric("rtt_p50", "round trip p50, µs", 1, at_most=1.1),
    Metric("rtt_p99", "round trip p99, µs", 1),
    *[metric for way in ("down", "up") for metric in (
        Metric(f"beside_p99_{way}", f"round trip p99 beside 4 bulk streams {way}, µs", at_most=0.125),
        Metric(f"beside_p50_{way}", f"round trip p50 beside 4 bulk streams {way}, µs"),
        Metric(f"beside_gbit_{way}", f"those bulk streams {way}, Gbit/s", 1))],
    Metric("udp_dps", "datagrams of 1,200 bytes there and back, 256 under way, /s", at_least=2),
    Metric("udp_lost", "of these lost, %", 2, under=1),
    Metric("udp_p99", "their round trip p99, µs"),
    Metric("udp_cpu", "there and back, CPU µs", 2),
    Metric("limited_kept", "1 stream down beside a tunnel limited to 10 Mbit/s, % of alone", over=90),
    Metric("idle_1000", "idle connection of 1,000, KiB (a)", 1),
    Metric("idle_5000", "idle connection of 5,000, KiB (a)", 1, under=8),
    Metric("idle_1000_rss", "idle connection of 1,000, KiB RSS", 1),
    Metric("idle_5000_rss", "idle connection of 5,000, KiB RSS", 1),
    Metric("start_ms", "start to first byte, ms"),
]


def cpu_model():
    with open("/proc/cpuinfo") as file:
        return next((l.split(":")[1].strip() for l in file if l.startswith("model name")), platform.machine())


def memory_gib():
    return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") / 2**30


def machine(java_version):
    return (f"{os.cpu_count()} × {cpu_model()}, {memory_gib():.0f} GiB, Linux {platform.release()}, "
            f"load and service on Java {java_version}; everything on loopback of this one machine")


def markdown(samples, systems, command, date, java_version, rounds, seconds, foreign):
    """samples: {metric: {system: [values]}}"""
    names = [s.name for s in systems]
    rivals = [n for n in names if n.startswith("culvert")]
    beside = next((name for name in REFERENCES if name in names), None)
    ratio = rivals if beside else []
    head = ["median of " + str(rounds), *names, *[f"{n} / {beside}" for n in ratio]]
    if rivals:
        head += ["goal", "met"]
    lines = [f"### {date}", "", f"`{command}`", "", machine(java_version) + ".", ""]
    lines += [f"- **{s.name}**: {s.version()}" for s in systems] + [""]
    lines += ["| " + " | ".join(head) + " |", "| --- " + "| ---: " * (len(head) - 1) + "|"]
    for metric in (metric.beside(beside) for metric in METRICS):
        values = {n: statistics.median(v) for n, v in samples.get(metric.key, {}).items() if v}
        if not values:
            continue
        reference = values.get(beside)
        row = [metric.title, *[metric.text(values[n]) if n in values else "–" for n in names]]
        row += [f"{values[n] / reference:.2f}" if n in values and reference else "–" for n in ratio]
        if rivals:
            verdicts = [metric.verdict(values[n], reference) for n in rivals if n in values]
            said = ["–" if v is None else "yes" if v else "**no**" for v in verdicts]
            row += [metric.goal(), " ".join(said) if metric.goal() else ""]
        lines.append("| " + " | ".join(row) + " |")
    lines += ["", f"Alternating, {rounds} rounds, {seconds:g} s each after a warm-up. CPU is user and system time of server and "
              "client together. (a) Culvert: live heap after a full collection plus memory of direct buffers; the others: RSS; "
              "each less the same at zero, both processes together."]
    if foreign:
        lines.append(f"Other processes used {statistics.median(foreign):.0%} of the machine meanwhile (median; worst "
                     f"{max(foreign):.0%}).")
    return "\n".join(lines) + "\n"
