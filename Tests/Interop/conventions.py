"""Conventions of docs/protocol.md that all checks and the participant use (P-01, P-10, P-59). Standard library only."""

import hashlib
import hmac

PIECE_BYTES = 1_048_576


def label(text):
    return b"SIDOS-V1 " + text.encode() + b"\0"


def u16(number):
    return number.to_bytes(2, "big")


def u32(number):
    return number.to_bytes(4, "big")


def u64(number):
    return number.to_bytes(8, "big")


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def sha512(*parts):
    return hashlib.sha512(b"".join(parts)).digest()


def hmac256(key, data):
    return hmac.new(key, data, hashlib.sha256).digest()


def hkdf_extract(salt, material):
    return hmac256(salt, material)


def hkdf_expand(key, info, count):
    block, output = b"", b""
    for index in range(1, -(-count // 32) + 1):
        block = hmac256(key, block + info + bytes([index]))
        output += block
    return output[:count]


def hkdf(material, salt, info, count):
    """RFC 5869 with SHA-256."""
    return hkdf_expand(hkdf_extract(salt, material), info, count)


def digest(parts):
    """Of a stream, whose parts are given, as a tree over their pieces."""
    data = label("digest") + u32(len(parts))
    for part in parts:
        starts = range(0, len(part), PIECE_BYTES)
        pieces = b"".join(sha256(label("piece") + part[start : start + PIECE_BYTES]) for start in starts)
        data += sha256(label("part") + pieces + u64(len(part)))
    return sha256(data)
