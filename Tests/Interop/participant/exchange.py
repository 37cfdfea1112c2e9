"""The coordinator's HTTP over TLS 1.3 with client certificates (P-53, P-54, P-56), and streams (P-50 to P-52)."""

import base64
import datetime
import http.client
import json
import socket
import ssl
import time
import urllib.parse

from cryptography import x509

import hpke
from keys import pin
from wire import Violation, label, u32

# Where the plaintext is cut does not matter. A chunk that is not the last holds at least P-52's least.
CUT_BYTES = 1_048_576
TIMEOUT = 90
RETRY_SECONDS = 0.5
GIVE_UP_SECONDS = 120


class Problem(Exception):
    """The coordinator refused a call (P-56)."""

    def __init__(self, status, body):
        try:
            document = json.loads(body)
        except ValueError:
            document = {}
        self.status, self.code, self.detail = status, document.get("code"), document.get("detail", "")
        super().__init__(f"{status} {self.code}: {self.detail}")


class WrongPeer(Exception):
    """Whoever answers is not the coordinator."""


class Exchange:
    def __init__(self, url, coordinator_pin, keys):
        parts = urllib.parse.urlsplit(url)
        self.host, self.port, self.pin = parts.hostname, parts.port, coordinator_pin
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.context.minimum_version = ssl.TLSVersion.TLSv1_3
        self.context.set_alpn_protocols(["http/1.1"])
        # The pin below says who it is; issuer and host name are not looked at.
        self.context.check_hostname, self.context.verify_mode = False, ssl.CERT_NONE
        self.context.load_cert_chain(keys.certificate, keys.tls_key)
        self.connection = None

    def connect(self):
        connection = http.client.HTTPSConnection(self.host, self.port, timeout=TIMEOUT, context=self.context)
        connection.connect()
        certificate = x509.load_der_x509_certificate(connection.sock.getpeercert(binary_form=True))
        now = datetime.datetime.utcnow()
        if pin(certificate) != self.pin or not certificate.not_valid_before <= now <= certificate.not_valid_after:
            connection.close()
            raise WrongPeer("the peer's certificate is not the coordinator's, or out of date")
        self.connection = connection

    def call(self, method, path, body=None, headers=None):
        """The answer's status, header fields and body. Repeated after a broken connection and from status 500 on."""
        began = time.monotonic()
        while True:
            try:
                if self.connection is None:
                    self.connect()
                self.connection.request(method, path, body=body, headers=headers or {})
                answer = self.connection.getresponse()
                content = answer.read()
                if answer.getheader("connection", "").lower() == "close":
                    self.close()
            except (OSError, http.client.HTTPException):
                self.close()
                # Whoever started it may be gone, and its coordinator with it.
                if time.monotonic() - began > GIVE_UP_SECONDS:
                    raise
                time.sleep(RETRY_SECONDS)
                continue
            if answer.status >= 500:
                time.sleep(RETRY_SECONDS)
                continue
            if answer.status >= 400:
                raise Problem(answer.status, content)
            return answer, content

    def raw(self, request, seconds=10):
        """Sends bytes as they are on a connection of its own. The answer's status, or None if it was closed without."""
        with socket.create_connection((self.host, self.port), seconds) as plain:
            with self.context.wrap_socket(plain) as connection:
                connection.sendall(request)
                answer = b""
                while b"\r\n" not in answer and (part := connection.recv(4_096)):
                    answer += part
        words = answer.split(maxsplit=2)
        return int(words[1]) if len(words) > 1 and words[1].isdigit() else None

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None

    def rounds(self, wait=0, known=None):
        path = f"/v1/rounds?wait={wait}" + (f"&known={known}" if known else "")
        answer = json.loads(self.call("GET", path)[1])
        return answer["rounds"], answer["version"]

    def board(self, round_id, after, wait=0):
        path = f"/v1/rounds/{round_id.hex()}/board?after={after}&wait={wait}"
        answer = json.loads(self.call("GET", path)[1])
        return [(entry["number"], base64.b64decode(entry["entry"], validate=True)) for entry in answer["entries"]]

    def post(self, round_id, entry):
        return json.loads(self.call("POST", f"/v1/rounds/{round_id.hex()}/board", entry)[1])["number"]

    def put_chunk(self, round_id, name, number, chunk, last):
        path = f"/v1/rounds/{round_id.hex()}/streams/{name}/{number}" + ("?last=true" if last else "")
        self.call("PUT", path, chunk, {"content-type": "application/octet-stream"})

    def get_chunk(self, round_id, name, number, wait=20):
        path = f"/v1/rounds/{round_id.hex()}/streams/{name}/{number}?wait={wait}"
        answer, content = self.call("GET", path)
        last = answer.getheader("sidos-last")
        if last not in ("true", "false"):
            raise Violation("stream.malformed", detail="a chunk without the header sidos-last")
        return content, last == "true"


class SealedWriter:
    """The chunks of a part of a sealed stream."""

    def __init__(self, round_id, name, sender, receiver, public):
        info = label("stream") + round_id + name.encode() + b"\0" + sender.encode() + b"\0" + receiver.encode()
        self.context, self.encapsulation = hpke.sender(public, info)
        self.prefix, self.number = label("stream") + round_id + name.encode() + b"\0", 0

    def seal(self, plaintext, last):
        associated = self.prefix + u32(self.number) + bytes([last])
        head = b"" if self.number else self.encapsulation
        self.number += 1
        return head + self.context.seal(plaintext, associated)


def cut(data, size=None):
    """Pieces of the data, each with whether it is the last; an empty stream has one empty piece."""
    size = size or CUT_BYTES
    starts = range(0, max(len(data), 1), size)
    return [(data[start : start + size], start + size >= len(data)) for start in starts]


def read_stream(exchange, round_id, name, most):
    """All chunks of a part of a stream that is not sealed, of at most so many bytes."""
    data, number, last = b"", 0, False
    while not last:
        chunk, last = exchange.get_chunk(round_id, name, number)
        data, number = data + chunk, number + 1
        if len(data) > most:
            raise Violation("stream.malformed", detail=f"{name} is longer than announced")
    return data


def open_stream(exchange, round_id, name, sender, receiver, xwing, most):
    """The plaintext of a part of a sealed stream."""
    info = label("stream") + round_id + name.encode() + b"\0" + sender.encode() + b"\0" + receiver.encode()
    prefix = label("stream") + round_id + name.encode() + b"\0"
    data, number, last, context = b"", 0, False, None
    while not last:
        chunk, last = exchange.get_chunk(round_id, name, number)
        try:
            if context is None:
                context = hpke.receiver(xwing, chunk[: hpke.ENCAPSULATION_BYTES], info)
                chunk = chunk[hpke.ENCAPSULATION_BYTES :]
            data += context.open(chunk, prefix + u32(number) + bytes([last]))
        except hpke.DoesNotOpen as error:
            # The sender's doing or the coordinator's: nobody is named.
            raise Violation("stream.malformed", detail=f"chunk {number} of {name}: {error}") from error
        number += 1
        if len(data) > most:
            raise Violation("stream.malformed", detail=f"{name} is longer than announced")
    return data
