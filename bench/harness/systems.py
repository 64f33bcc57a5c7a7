"""The systems under test: how each is started so that a public port leads to the service."""

import os
import random
import secrets
import shutil
import socket
import string
import time

from . import identities
from .processes import Failed, await_listening, is_listening

BENCH = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
BORE_CONTROL_PORT = 7835  # not configurable
START_SECONDS = 120


def free_port():
    """Below the range of outbound connections, which would otherwise take it between here and its use."""
    while True:
        port = random.randrange(15000, 32000)
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
                return port
            except OSError:
                continue


def ping(port, timeout=1.0):
    """One byte to the service and back; False when the way is not open (yet)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as visitor:
            visitor.sendall(b"P!")
            return visitor.recv(1) == b"!"
    except OSError:
        return False


def asks(port, timeout=1.0):
    """A request to the service and its answer, for what carries HTTP alone; False when the way is not open (yet)."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout) as visitor:
            visitor.sendall(b"GET /hello HTTP/1.1\r\nHost: bench.example\r\nConnection: close\r\n\r\n")
            return visitor.recv(1024).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


class Running:
    """A started system: its public port, its two processes, and how long the way took to open."""

    def __init__(self, port, server=None, client=None):
        self.port = port
        self.server = server
        self.client = client
        self.limited_port = None  # of a tunnel that may carry 10 Mbit/s, where there is one
        self.first_byte_seconds = None

    def processes(self):
        return [p for p in (self.server, self.client) if p]

    def cpu_seconds(self):
        return sum(p.cpu_seconds() for p in self.processes())

    def compiling_seconds(self):
        return sum(p.compiling_seconds() for p in self.processes())

    def rss_bytes(self):
        return sum(p.rss_bytes() for p in self.processes())


class Direct:
    """No tunnel: what the load and the machine can do."""

    name = "direct"
    jdk = None
    carries_udp = True
    http_only = False

    def missing(self):
        return None

    def version(self):
        return "visitor and service without a tunnel"

    def start(self, processes, service_port, env=None):
        return Running(service_port)


class Tunnel:
    """A server and a client process. Subclasses say how they are called."""

    jdk = None
    carries_udp = True
    http_only = False

    def prepare(self, folder, control, public, service):
        """Writes what the commands need; answers (server command, client command)."""
        raise NotImplementedError

    def control_port(self):
        return free_port()

    def environment(self):
        return {}

    def start(self, processes, service_port, env=None):
        control, public = self.control_port(), free_port()
        folder = os.path.join(processes.folder, f"{self.name.replace('/', '-')}-{control}-{public}")
        os.mkdir(folder)
        server_command, client_command = self.prepare(folder, control, public, service_port)
        env = {**self.environment(), **(env or {})}
        begin = time.perf_counter()
        running = Running(public, processes.start(server_command, env))
        try:
            if client_command:
                await_listening(control, running.server)
                running.client = processes.start(client_command, env)
            reached = asks if self.http_only else ping
            while not reached(public):
                if time.perf_counter() - begin > START_SECONDS:
                    raise Failed(f"{self.name}: no byte came through within {START_SECONDS} s")
                for process in running.processes():
                    process.require_alive()
                time.sleep(0.002)
        except BaseException:
            self.stop(processes, running)
            raise
        running.first_byte_seconds = time.perf_counter() - begin
        return running

    @staticmethod
    def stop(processes, running):
        for process in reversed(running.processes()):
            processes.stop(process)


class Rathole(Tunnel):
    """Its defaults, over plain TCP, TLS or Noise."""

    name = "rathole"

    def __init__(self, transport="plain"):
        self.binary = find_binary("rathole")
        self.transport = transport

    def missing(self):
        return None if self.binary else "no `rathole` on PATH (cargo install rathole)"

    def version(self):
        lines = os.popen(f"'{self.binary}' --version").read().splitlines()
        return f"rathole {next((l.split()[-1] for l in lines if 'Build Version' in l), '?')}, {self.transport}"

    def prepare(self, folder, control, public, service):
        token = secrets.token_hex(16)
        server, client = os.path.join(folder, "server.toml"), os.path.join(folder, "client.toml")
        server_transport, client_transport = self.transports(folder)
        write(server, f"""[server]
bind_addr = "127.0.0.1:{control}"
default_token = "{token}"
{server_transport}
[server.services.bench]
bind_addr = "127.0.0.1:{public}"
[server.services.datagrams]
type = "udp"
bind_addr = "127.0.0.1:{public}"
""")
        write(client, f"""[client]
remote_addr = "127.0.0.1:{control}"
default_token = "{token}"
{client_transport}
[client.services.bench]
local_addr = "127.0.0.1:{service}"
[client.services.datagrams]
type = "udp"
local_addr = "127.0.0.1:{service}"
""")
        return [self.binary, "--server", server], [self.binary, "--client", client]

    def transports(self, folder):
        if self.transport == "tls":
            identities.tls(folder)
            return (f"""[server.transport]
type = "tls"
[server.transport.tls]
pkcs12 = "{folder}/server.p12"
pkcs12_password = "{identities.PASSWORD}"
""", f"""[client.transport]
type = "tls"
[client.transport.tls]
trusted_root = "{folder}/ca.pem"
hostname = "localhost"
""")
        if self.transport == "noise":
            private, public = identities.noise()
            return (f"""[server.transport]
type = "noise"
[server.transport.noise]
local_private_key = "{private}"
""", f"""[client.transport]
type = "noise"
[client.transport.noise]
remote_public_key = "{public}"
""")
        return "", ""


class Bore(Tunnel):
    """Its defaults; it has no encryption."""

    name = "bore"
    carries_udp = False

    def __init__(self):
        self.binary = find_binary("bore")

    def missing(self):
        if not self.binary:
            return "no `bore` on PATH (cargo install bore-cli)"
        if is_listening(BORE_CONTROL_PORT):
            return f"its control port {BORE_CONTROL_PORT} is taken"
        return None

    def version(self):
        return os.popen(f"'{self.binary}' --version").read().strip().replace("bore-cli", "bore")

    def control_port(self):
        return BORE_CONTROL_PORT

    def prepare(self, folder, control, public, service):
        server = [self.binary, "server", "--bind-addr", "127.0.0.1"]
        client = [self.binary, "local", str(service), "--local-host", "127.0.0.1",
                  "--to", "127.0.0.1", "--port", str(public)]
        return server, client


class Nginx(Tunnel):
    """No tunnel: one reverse proxy with kept connections to the service, what an HTTP tunnel is measured by."""

    name = "nginx"
    carries_udp = False
    http_only = True

    def __init__(self):
        self.binary = find_binary("nginx") or shutil.which("nginx", path="/usr/sbin")

    def missing(self):
        return None if self.binary else "no `nginx` on PATH or in /usr/sbin (apt-get install nginx-light)"

    def version(self):
        number = os.popen(f"'{self.binary}' -v 2>&1").read().strip().rsplit("/", 1)[-1]
        return f"nginx {number}, one hop"

    def prepare(self, folder, control, public, service):
        path = os.path.join(folder, "nginx.conf")
        temporary = "".join(f"    {kind}_temp_path {folder}/{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        write(path, f"""daemon off;
pid {folder}/nginx.pid;
{"user root;" if os.geteuid() == 0 else ""}
worker_processes auto;
worker_rlimit_nofile 65536;
events {{ worker_connections 16384; }}
http {{
    access_log off;
{temporary}    keepalive_requests 1000000000;
    upstream service {{
        server 127.0.0.1:{service};
        keepalive 256;
        keepalive_requests 1000000000;
    }}
    server {{
        listen 127.0.0.1:{public} backlog=4096;
        location / {{
            proxy_pass http://service;
            proxy_http_version 1.1;
            proxy_set_header Connection "";
            proxy_set_header Host $http_host;
            proxy_set_header X-Forwarded-For $remote_addr;
            proxy_set_header X-Forwarded-Proto $scheme;
            proxy_set_header X-Request-Id $request_id;
        }}
    }}
}}
""")
        return [self.binary, "-p", folder, "-e", "stderr", "-c", path], None


class Culvert(Tunnel):
    """Culvert from a distribution folder. bench/culvert/PROFILE/{server,client}.toml are its files."""

    def __init__(self, name, profile, dist, jdk, extra_environment):
        self.name = name
        self.profile = profile
        self.http_only = profile == "http"
        self.carries_udp = profile not in ("raw", "http")  # whose client has one tunnel
        self.dist = dist
        self.jdk = jdk
        self.extra_environment = extra_environment

    def missing(self):
        if not self.dist or not os.access(self.command(), os.X_OK):
            return "no distribution with bin/culvert (give one with --dist)"
        if not os.access(os.path.join(self.jdk, "bin", "java"), os.X_OK):
            return f"no JDK in {self.jdk}"
        return None

    def command(self):
        return os.path.join(self.dist, "bin", "culvert")

    def version(self):
        with open(os.path.join(self.jdk, "release")) as file:
            release = dict(line.strip().split("=", 1) for line in file if "=" in line)
        java = release["JAVA_VERSION"].strip('"')
        extra = " ".join(f"{k}={v}" for k, v in sorted(self.extra_environment.items()))
        return f"Culvert, profile {self.profile}, JDK {java} {extra}".strip()

    def environment(self):
        return {"JAVA_HOME": self.jdk, **self.extra_environment}

    def start(self, processes, service_port, env=None):
        self.limited_port = free_port()
        running = super().start(processes, service_port, env)
        running.limited_port = self.limited_port if self.profile != "raw" else None
        return running

    def prepare(self, folder, control, public, service):
        values = {
            "CONTROL_PORT": control,
            "PUBLIC_PORT": public,
            "SERVICE_PORT": service,
            "ADMIN_PORT": free_port(),
            "LIMITED_PORT": self.limited_port,
            "TOKEN": secrets.token_urlsafe(32),
            "DATA": folder,
        }
        if self.profile == "tls":
            identities.tls(folder)
        if self.profile == "noise":
            values["NOISE_PRIVATE"], values["NOISE_PUBLIC"] = identities.noise()
        commands = []
        for role in ("server", "client"):
            with open(os.path.join(BENCH, "culvert", self.profile, f"{role}.toml")) as file:
                text = string.Template(file.read()).substitute(values)
            path = os.path.join(folder, f"{role}.toml")
            write(path, text)
            commands.append([self.command(), role, path])
        return tuple(commands)


def find_binary(name):
    return shutil.which(name) or shutil.which(name, path=os.path.expanduser("~/.cargo/bin"))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)
