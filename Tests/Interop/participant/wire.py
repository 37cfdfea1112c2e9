"""Conventions of docs/protocol.md that everything else uses (P-01, P-10), and what goes wrong."""

import hashlib
import hmac
import json
import sys
import time

from hpke import hkdf, hkdf_expand, hkdf_extract

__all__ = ["hkdf", "hkdf_expand", "hkdf_extract", "label", "sha256", "hmac256", "u16", "u32", "u64", "canonical",
           "padded", "log", "Violation", "ENTRY_BYTES"]

ENTRY_BYTES = 65_536


class Violation(Exception):
    """Somebody broke the protocol: a name of section 11, and who is at fault, if that can be known."""

    def __init__(self, name, participant=None, detail=""):
        super().__init__(f"{name} by {participant or 'nobody who can be named'}: {detail}")
        self.name, self.participant, self.detail = name, participant, detail


def label(text):
    return b"SIDOS-V1 " + text.encode() + b"\0"


def sha256(data):
    return hashlib.sha256(data).digest()


def hmac256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def u16(number):
    return number.to_bytes(2, "big")


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def canonical(value):
    """P-12's JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def padded(count, padding):
    """P-31: how long a list of so many items becomes."""
    if padding == "none":
        return count
    if count <= 32:
        return 32
    exponent = count.bit_length() - 1
    step = max(0, exponent - exponent.bit_length())
    return -(-count >> step) << step


def log(event, **fields):
    """One line an event on standard error, as JSON. Nothing of a person is ever in one."""
    line = {"at": round(time.time(), 3), "event": event, **fields}
    print(json.dumps(line, sort_keys=False), file=sys.stderr, flush=True)
