#!/usr/bin/env python3
"""Checks the participant's X-Wing, and with it ML-KEM-768, against a vector of draft-connolly-cfrg-xwing-kem."""

import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent / "participant"))

import hpke

SEED = "7f9c2ba4e88f827d616045507605853ed73b8093f6efbc88eb1a6eacfa66ef26"
COINS = (
    "3cb1eea988004b93103cfb0aeefd2a686e01fa4a58e8a3639ca8a1e3f9ae57e2"
    "35b8cc873c23dc62b8d260169afa2f75ab916a58d974918835d25e6a435085b2"
)
# Its first and last bytes; the shared secret depends on all of them.
PUBLIC_KEY = ("e2236b35a8c24b39b10aa1323a96a919", "c8cd049040ef6534")
ENCAPSULATION = ("b83aa828d4d62b9a83ceffe1d3d3bb1e", "e6fb2e15")
SHARED = "d2df0522128f09dd8e2c92b1e905c793d8f57a54c3da25861f10bf4ca613e384"


def main():
    key = hpke.XWingKey(bytes.fromhex(SEED))
    shared, encapsulation = hpke.encapsulate(key.public, bytes.fromhex(COINS))

    def has_ends(data, ends):
        return data.hex().startswith(ends[0]) and data.hex().endswith(ends[1])

    checks = {
        "the public key": has_ends(key.public, PUBLIC_KEY),
        "the encapsulation": has_ends(encapsulation, ENCAPSULATION),
        "the shared secret": shared.hex() == SHARED,
        "the shared secret at the other end": key.decapsulate(encapsulation) == shared,
        "what an altered encapsulation gives": key.decapsulate(encapsulation[:7] + b"\0" + encapsulation[8:]) != shared,
    }
    for what, agrees in checks.items():
        if not agrees:
            print(f"X-Wing: {what} differs from the vector", file=sys.stderr)
    if all(checks.values()):
        print(f"X-Wing agrees with its vector: {len(checks)} checks")
    return 0 if all(checks.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
