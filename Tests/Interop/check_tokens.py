#!/usr/bin/env python3
"""Recomputes the vectors of tokens from their definition in docs/protocol.md, independently of the Swift sources.

    python3 Tests/Interop/check_tokens.py            compare; 1 at the first difference
    python3 Tests/Interop/check_tokens.py --write    make the file anew

Python's standard library only.
"""

import hashlib
import hmac
import json
import sys
from pathlib import Path

VECTORS = Path(__file__).resolve().parent.parent / "PSIProtocolTests" / "Vectors" / "tokens.json"
MASK = (1 << 64) - 1
HASHES_OF_TOKEN = 8


def split_mix(state, n):
    """The n-th output of SplitMix64 (Steele, Lea, Flood 2014) that begins with `state`."""
    for _ in range(n):
        state = (state + 0x9E3779B97F4A7C15) & MASK
    value = state
    value = ((value ^ (value >> 30)) * 0xBF58476D1CE4E5B9) & MASK
    value = ((value ^ (value >> 27)) * 0x94D049BB133111EB) & MASK
    return value ^ (value >> 31)


def tokens(seed, count, patterns, features):
    """A token for each index; None where a group of its pattern is empty."""
    result = []
    for token in range(count):
        text = bytes([token])
        for row, group in enumerate(patterns[token % len(patterns)]):
            starts = [
                int.from_bytes(hmac.new(seed, bytes([group]) + feature, hashlib.sha256).digest()[:8], "big")
                for feature in features[group]
            ]
            if not starts:
                text = None
                break
            order = token * HASHES_OF_TOKEN + row + 1
            text += min(split_mix(start, order) for start in starts).to_bytes(8, "big")
        result.append(text)
    return result


def cases():
    def words(*texts):
        return [text.encode().hex() for text in texts]

    name = words("^v", "vi", "ir", "rt", "ta", "an", "ne", "en", "n$")
    birth = words("d31", "m12", "y1980")
    seed = hashlib.sha256(b"tokens").digest().hex()
    yield {"title": "one pattern", "seed": seed, "count": 3, "patterns": [[0, 1]], "features": [name, birth]}
    yield {"title": "patterns in turn", "seed": seed, "count": 7, "patterns": [[0, 0], [1, 0, 1]], "features": [name, birth]}
    yield {"title": "order and repetition of features tell nothing", "seed": seed, "count": 3, "patterns": [[0, 1]],
           "features": [name[::-1] + name[:2], birth[::-1]]}
    yield {"title": "an empty group", "seed": seed, "count": 4, "patterns": [[0, 1], [0, 0]], "features": [name, []]}
    yield {"title": "empty and long features", "seed": "00" * 32, "count": 2, "patterns": [[0, 1]],
           "features": [[""], ["ff" * 300, "00"]]}
    yield {"title": "the longest pattern, the last token", "seed": "ff" * 32, "count": 64,
           "patterns": [[0, 1, 2, 0, 1, 2, 0, 1]], "features": [name, birth, words("ä")]}


def computed(case):
    features = [[bytes.fromhex(feature) for feature in group] for group in case["features"]]
    made = tokens(bytes.fromhex(case["seed"]), case["count"], case["patterns"], features)
    return [token.hex() if token is not None else None for token in made]


def main(arguments):
    if arguments == ["--write"]:
        made = [dict(case, tokens=computed(case)) for case in cases()]
        VECTORS.write_text(json.dumps({"cases": made}, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    elif arguments:
        print(__doc__, file=sys.stderr)
        return 2
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))["cases"]
    if not vectors:
        print("tokens.json holds no vectors", file=sys.stderr)
        return 1
    for case in vectors:
        if computed(case) != case["tokens"]:
            print(f"tokens.json: {case['title']} is not what the definition makes", file=sys.stderr)
            return 1
    print(f"tokens.json agrees with the definition: {len(vectors)} cases")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
