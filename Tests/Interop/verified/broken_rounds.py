"""Verified rounds in which one thing is wrong, each of which the checks must refuse by its name.

Whoever lies announces what it lies about: the board has the digests of the streams as they then are.
"""

import shuffle_proofs as proofs
from ristretto255 import hash_to_group


def other_point(number=0):
    return hash_to_group(b"another %d" % number, b"broken rounds").encode()


def plus_one(scalar):
    return proofs.scalar_bytes(int.from_bytes(scalar, "little") + 1)


def with_bytes(data, at, new):
    return data[:at] + new + data[at + len(new) :]


def swapped(data, first, second, count):
    """With two runs of bytes in each other's place."""
    a, b = data[first : first + count], data[second : second + count]
    return with_bytes(with_bytes(data, first, b), second, a)


class Broken:
    def __init__(self, check):
        self.check, self.honest = check, check.round
        self.agreement = self.honest.agreement

    def refuses(self, name, action, what):
        self.check.refuses(name, action, what)
