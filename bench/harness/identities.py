"""Keys and certificates for the encrypted variants, made for one run, the same for all systems."""

import base64
import os
import subprocess

PASSWORD = "bench"


def openssl(*args, data=None):
    return subprocess.run(["openssl", *args], input=data, capture_output=True, check=True).stdout


def tls(folder):
    """A server's certificate for 127.0.0.1 and localhost, as PEM and as PKCS #12, and the authority that vouches for it."""
    path = lambda name: os.path.join(folder, name)  # noqa: E731
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=bench authority", "-keyout", path("ca.key"), "-out", path("ca.pem"))
    openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", "/CN=localhost",
            "-keyout", path("server.key"), "-out", path("server.csr"))
    with open(path("server.ext"), "w") as file:
        file.write("subjectAltName = DNS:localhost, IP:127.0.0.1\nextendedKeyUsage = serverAuth\n")
    openssl("x509", "-req", "-days", "2", "-in", path("server.csr"), "-CA", path("ca.pem"), "-CAkey", path("ca.key"),
            "-CAcreateserial", "-extfile", path("server.ext"), "-out", path("server.pem"))
    openssl("pkcs12", "-export", "-inkey", path("server.key"), "-in", path("server.pem"), "-certfile", path("ca.pem"),
            "-passout", "pass:" + PASSWORD, "-out", path("server.p12"))


def noise():
    """The private and the public half of a server's key, 32 bytes each, in base64."""
    private = openssl("genpkey", "-algorithm", "X25519", "-outform", "DER")
    public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=private)
    return tuple(base64.b64encode(der[-32:]).decode() for der in (private, public))
