"""More conventions of docs/protocol.md that everything else uses, and what goes wrong."""

import json
import sys
import time

from conventions import digest, hkdf, hkdf_expand, hkdf_extract, hmac256, label, sha256, u16, u32, u64

__all__ = ["hkdf", "hkdf_expand", "hkdf_extract", "label", "sha256", "hmac256", "u16", "u32", "u64", "digest",
           "part_of", "cut_by_part", "canonical", "padded", "log", "Violation", "ENTRY_BYTES"]

ENTRY_BYTES = 65_536
# P-58: bits of a key that are the same in all keys, of ristretto255 elements, and of tags and handles.
ELEMENT_BITS, NO_BITS = frozenset([7]), frozenset()


class Violation(Exception):
    """Somebody broke the protocol: a name of section 11, and who is at fault, if that can be known."""

    def __init__(self, name, participant=None, detail=""):
        super().__init__(f"{name} by {participant or 'nobody who can be named'}: {detail}")
        self.name, self.participant, self.detail = name, participant, detail


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
