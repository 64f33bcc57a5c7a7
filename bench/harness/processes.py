"""Processes that are started for a measurement, watched while it runs, and never left behind."""

import ctypes
import glob
import os
import signal
import subprocess
import time

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
PR_SET_PDEATHSIG = 1
LISTEN = "0A"


class Failed(Exception):
    """A measurement could not be made; the message says why."""


def die_with_parent():
    """Runs in the child before exec, so that even a killed script leaves nothing running."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


def stat(pid):
    """The fields of /proc/PID/stat after the name, or None when the process is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rsplit(")", 1)[1].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


class Process:
    """One started command with everything that it started itself."""

    def __init__(self, popen, log):
        self.popen = popen
        self.log = log

    def pids(self):
        children = {}
        for name in os.listdir("/proc"):
            if name.isdigit():
                fields = stat(name)
                if fields:
                    children.setdefault(int(fields[1]), []).append(int(name))
        found, todo = [], [self.popen.pid]
        while todo:
            pid = todo.pop()
            found.append(pid)
            todo += children.get(pid, [])
        return found

    def cpu_seconds(self):
        """User and system time of all its processes so far."""
        fields = [f for f in map(stat, self.pids()) if f]
        return sum(int(f[11]) + int(f[12]) for f in fields) / CLOCK_TICKS

    def compiling_seconds(self):
        """The part of it that a JVM has spent on compiling; 0 for what is no JVM."""
        ticks = 0
        for task in glob.glob(f"/proc/{self.popen.pid}/task/*/stat"):
            try:
                with open(task) as file:
                    name, fields = file.read().split("(", 1)[1].rsplit(")", 1)
            except (FileNotFoundError, ProcessLookupError):
                continue
            if name.startswith(("C1 Compiler", "C2 Compiler")):
                ticks += sum(map(int, fields.split()[11:13]))
        return ticks / CLOCK_TICKS

    def rss_bytes(self):
        fields = [f for f in map(stat, self.pids()) if f]
        return sum(int(f[21]) for f in fields) * os.sysconf("SC_PAGE_SIZE")

    def jvm_pid(self):
        for pid in self.pids():
            with open(f"/proc/{pid}/comm") as file:
                if file.read().strip() == "java":
                    return pid
        raise Failed(f"no JVM under {self.popen.args[0]}")

    def require_alive(self):
        if self.popen.poll() is not None:
            with open(self.log) as file:
                last = file.read().strip()[-800:]
            raise Failed(f"{' '.join(self.popen.args)} ended with {self.popen.returncode}: {last}")

    def stop(self):
        for kill, patience in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
            try:
                os.killpg(self.popen.pid, kill)
            except ProcessLookupError:
                pass
            try:
                self.popen.wait(patience)
                return
            except subprocess.TimeoutExpired:
                continue


class Processes:
    """Starts processes and, as a context manager, ends all that still run."""

    def __init__(self, folder):
        self.folder = folder
        self.running = []
        self.started = 0

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # an impatient second ^C must not leave half of them running
        while self.running:
            self.running.pop().stop()

    def start(self, argv, env=None, **pipes):
        self.started += 1
        log = os.path.join(self.folder, f"{self.started}-{os.path.basename(argv[0])}.log")
        with open(log, "w") as out:
            popen = subprocess.Popen(
                argv,
                env={**os.environ, **(env or {})},
                stdin=pipes.get("stdin", subprocess.DEVNULL),
                stdout=pipes.get("stdout", out),
                stderr=out,
                start_new_session=True,
                preexec_fn=die_with_parent,
                text=True,
            )
        process = Process(popen, log)
        self.running.append(process)
        return process

    def stop(self, process):
        process.stop()
        if process in self.running:
            self.running.remove(process)

    def wait(self, process, timeout):
        """Waits for a command that ends by itself."""
        try:
            process.popen.wait(timeout)
        except subprocess.TimeoutExpired:
            self.stop(process)
            raise Failed(f"{' '.join(process.popen.args)} took more than {timeout:.0f} s") from None
        self.running.remove(process)


def is_listening(port):
    """Reads the kernel's table: a connection to find out would be a stranger's visit to a control port."""
    wanted = f":{port:04X}"
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        try:
            with open(table) as file:
                for line in file:
                    fields = line.split()
                    if fields[3] == LISTEN and fields[1].endswith(wanted):
                        return True
        except FileNotFoundError:
            pass
    return False


def await_listening(port, process, timeout=90):
    deadline = time.monotonic() + timeout
    while not is_listening(port):
        process.require_alive()
        if time.monotonic() > deadline:
            raise Failed(f"{' '.join(process.popen.args)} does not listen on {port} after {timeout} s")
        time.sleep(0.002)


def machine_busy_seconds():
    """CPU time of the whole machine that was not idle, stolen time included."""
    with open("/proc/stat") as file:
        fields = [int(f) for f in file.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / CLOCK_TICKS
