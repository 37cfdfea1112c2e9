"""Writes a seed corpus for fuzz_decode from the vectors of RFC 9496.

usage: fuzz_seeds.py VECTORS_DIRECTORY CORPUS_DIRECTORY
"""
import json
import os
import sys

vectors, corpus = sys.argv[1:]
data = json.load(open(os.path.join(vectors, "rfc9496_ristretto255.json")))
valid = [bytes.fromhex(x) for x in data["generator_multiples"]]
invalid = [bytes.fromhex(x) for group in data["invalid_encodings"] for x in group["encodings"]]
mapped = [bytes.fromhex(case["input"]) for case in data["hash_to_group"]]
order = 2**252 + 27742317777372353535851937790883648493
scalars = [k.to_bytes(32, "little") for k in (0, 1, 2, order - 1, order, 2**252, 2**255 - 1, 2**256 - 1)]
if len(valid) != 16 or len(invalid) != 29 or not mapped:
    sys.exit("fuzz_seeds: vectors are missing")
pairs = [(x, valid[(3 * i + 1) % 16]) for i, x in enumerate(valid + invalid)] + [(valid[1], x) for x in invalid]
pairs += [(x, x) for x in valid] + [(string[:32], string[32:]) for string in mapped]
os.makedirs(corpus, exist_ok=True)
for i, (a, b) in enumerate(pairs):
    with open(os.path.join(corpus, f"seed{i:03}"), "wb") as file:
        file.write(a + b + scalars[i % len(scalars)] + bytes([i % 20, i % 23]))
print("fuzz seeds:", len(pairs))
