"""HMAC-SHA256 against Wycheproof's vectors, all of one key length in one call.

Usage: check_vectors.py KERNEL.so VECTORS
"""
import ctypes
import json
import os
import sys

kernel = ctypes.CDLL(sys.argv[1])
kernel.sidos_sha256_backend.restype = ctypes.c_char_p
size = ctypes.c_size_t
KEY_BYTES = 80


class State(ctypes.Structure):
    _fields_ = [("words", ctypes.c_uint32 * 8), ("block_count", ctypes.c_uint64)]


class Key(ctypes.Structure):
    _fields_ = [("inner", State), ("outer", State)]


def codes(keys, messages):
    count, width = len(keys), len(keys[0])
    slot = (max(map(len, messages)) + 9 + 63) // 64 * 64
    prepared, out = (Key * count)(), ctypes.create_string_buffer(32 * count)
    slots = ctypes.create_string_buffer(b"".join(m.ljust(slot, b"\x55") for m in messages), slot * count)
    lengths = (size * count)(*map(len, messages))
    assert kernel.sidos_hmac_sha256_keys(prepared, b"".join(keys), size(width), size(count)) == 1
    assert kernel.sidos_hmac_sha256_many(
        out, size(32), size(32), slots, size(slot), lengths, size(count), prepared, size(1)) == 1
    return [out.raw[32 * i:32 * i + 32] for i in range(count)]


assert ctypes.sizeof(Key) == KEY_BYTES
path = os.path.join(sys.argv[2], "wycheproof", "hmac_sha256_test.json")
with open(path, encoding="utf-8") as file:
    groups = json.load(file)["testGroups"]
by_width = {}
for group in groups:
    for test in group["tests"]:
        key = bytes.fromhex(test["key"])
        if len(key) <= 64:
            by_width.setdefault(len(key), []).append(
                (key, bytes.fromhex(test["msg"]), bytes.fromhex(test["tag"]), test["result"] == "valid"))
checked = 0
for tests in by_width.values():
    for (_, _, tag, is_valid), code in zip(tests, codes([t[0] for t in tests], [t[1] for t in tests])):
        assert (code[:len(tag)] == tag) == is_valid, "a vector fails"
        checked += 1
assert checked > 100, "too few vectors"
print(f"backend {kernel.sidos_sha256_backend().decode()}: {checked} vectors of HMAC-SHA256")
