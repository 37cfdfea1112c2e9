"""A time stamping authority for tests: keys by `openssl`, and answers by `openssl ts -reply` over HTTP.

    time_stamp_authority.py DIRECTORY

Makes ca.pem and tsa.pem in the directory, writes the port into `port`, and answers until it is killed. What it does is
in the file `mode`, and may change: good, status, refuse, replay, other-key, long, silent.
"""

import http.server
import os
import subprocess
import sys
import time

CONFIGURATION = """
[ tsa ]
default_tsa = one
[ one ]
serial = serial
crypto_device = builtin
signer_cert = {name}.pem
signer_key = {name}.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = {digests}
accuracy = secs:1
ess_cert_id_alg = sha256
"""


def openssl(*arguments):
    subprocess.run(["openssl", *arguments], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def make_keys(name, issuer):
    """A certificate for time stamps, and that of who issues it."""
    key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")
    openssl("req", "-x509", *key, "-keyout", f"{issuer}.key", "-out", f"{issuer}.pem", "-subj", f"/CN=Issuer {issuer}",
            "-days", "30")
    openssl("req", *key, "-keyout", f"{name}.key", "-out", f"{name}.csr", "-subj", f"/CN=Time stamps of tests, {name}")
    with open("usage", "w") as file:
        file.write("extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n")
    openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{issuer}.pem", "-CAkey", f"{issuer}.key", "-days", "30",
            "-extfile", "usage", "-out", f"{name}.pem")
    for suffix, digests in (("", "sha256"), ("-sha512", "sha512")):
        with open(f"{name}{suffix}.cnf", "w") as file:
            file.write(CONFIGURATION.format(name=name, digests=digests))


def mode():
    with open("mode") as file:
        return file.read().strip()


def reply(query, configuration):
    with open("query", "wb") as file:
        file.write(query)
    # A refusal has another exit status, and is an answer too.
    subprocess.run(["openssl", "ts", "-reply", "-queryfile", "query", "-config", configuration, "-out", "answer"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with open("answer", "rb") as file:
        return file.read()


class Handler(http.server.BaseHTTPRequestHandler):
    first = None

    def do_POST(self):
        query = self.rfile.read(int(self.headers["content-length"]))
        now = mode()
        if self.headers["content-type"] != "application/timestamp-query" or now == "status":
            self.send_error(503)
            return
        if now == "silent":
            time.sleep(600)
        answer = reply(query, {"refuse": "tsa-sha512.cnf", "other-key": "other.cnf"}.get(now, "tsa.cnf"))
        if now == "replay" and Handler.first is not None:
            answer = Handler.first
        Handler.first = Handler.first or answer
        if now == "long":
            answer += bytes(70_000)
        self.send_response(200)
        self.send_header("content-type", "application/timestamp-reply")
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *arguments):
        pass


def main():
    os.chdir(sys.argv[1])
    make_keys("tsa", "ca")
    make_keys("other", "other-ca")
    with open("serial", "w") as file:
        file.write("01\n")
    with open("mode", "w") as file:
        file.write("good\n")
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with open("port.new", "w") as file:
        file.write(str(server.server_address[1]))
    os.rename("port.new", "port")
    server.serve_forever()


main()
