"""Values as hashes, whose sums stand for multisets, and the difference of multisets."""

import hashlib
from collections import Counter


def digest(value):
    return int.from_bytes(hashlib.blake2b(repr(value).encode(), digest_size=24).digest(), "big")


def unmatched(one, two):
    """How many members of one of two multisets the other lacks."""
    one, two = Counter(one), Counter(two)
    return max((one - two).total(), (two - one).total())
