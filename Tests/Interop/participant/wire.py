"""Conventions of docs/protocol.md that everything else uses (P-01, P-10), and what goes wrong."""

import hashlib
import hmac
import json
import sys
import time

from hpke import hkdf, hkdf_expand, hkdf_extract

__all__ = ["hkdf", "hkdf_expand", "hkdf_extract", "label", "sha256", "hmac256", "u16", "u32", "u64", "digest",
           "part_of", "cut_by_part", "canonical", "padded", "log", "Violation", "ENTRY_BYTES"]

ENTRY_BYTES = 65_536
PIECE_BYTES = 1_048_576
# P-58: bits of a key that are the same in all keys, of ristretto255 elements, and of tags and handles.
ELEMENT_BITS, NO_BITS = frozenset([7]), frozenset()


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


def digest(parts):
    """P-59: of a stream, whose parts are given."""
    data = label("digest") + u32(len(parts))
    for part in parts:
        starts = range(0, len(part), PIECE_BYTES)
        pieces = b"".join(sha256(label("piece") + part[start : start + PIECE_BYTES]) for start in starts)
        data += sha256(label("part") + pieces + u64(len(part)))
    return sha256(data)


def part_of(key, count, fixed):
    """P-58: the part of so many into which a record with this key belongs."""
    bits = [key[number // 8] >> 7 - number % 8 & 1 for number in range(32) if number not in fixed]
    part = 0
    for bit in bits[: count.bit_length() - 1]:
        part = 2 * part + bit
    return part


def cut_by_part(items, count, fixed):
    """Sorted records, by part."""
    parts = [[] for _ in range(count)]
    for item in items:
        parts[part_of(item, count, fixed)].append(item)
    return parts


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
