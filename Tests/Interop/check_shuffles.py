#!/usr/bin/env python3
"""Checks the vectors of verified rounds by the clauses of docs/protocol.md, and makes others that nobody has seen.

    python3 Tests/Interop/check_shuffles.py                      check the vectors; 1 at the first difference
    python3 Tests/Interop/check_shuffles.py --make SEED FILE     writes new ones, for the Swift tests:
                                                                 SIDOS_VERIFIED_VECTORS=FILE swift test --filter \\
                                                                 'ShuffleVectorTests|ShareProofTests'

Python's standard library only.
"""

import hashlib
import json
import sys
from pathlib import Path

import shuffle_proofs as proofs
from conventions import hkdf, label
from joint_noise import Noise, joint_draw
from ristretto255 import BASE, ORDER, decode, from_uniform

VECTORS = Path(__file__).resolve().parent.parent / "PSIProtocolTests" / "Vectors" / "verified_rounds.json"
BYTE_FIELDS = ("agreement", "round", "manifest", "K", "Y", "D", "D2")
FIELDS = ("register", "hop", "stage", "input_attempt", "output_attempt", "proof_attempt", "n")


def items(data, shape):
    """Items of a list, behind the bytes that it begins with."""
    return [data[at:at + shape.item_bytes] for at in range(32, len(data), shape.item_bytes)]


def read(vector):
    shape = proofs.Shape(vector["elements"], vector["capsules"], "S" in vector)
    byte_fields = BYTE_FIELDS + (("S",) if shape.study else ())
    fields = {name: bytes.fromhex(vector[name]) for name in byte_fields} | {name: vector[name] for name in FIELDS}
    lists = [items(bytes.fromhex(vector[name]), shape) for name in ("input", "output")]
    return proofs.Statement(shape, **fields), *lists


def scalar(text):
    return int.from_bytes(bytes.fromhex(text), "little")


def must_refuse(code, action):
    try:
        action()
    except proofs.Refused as refusal:
        if str(refusal) == code:
            return
        sys.exit(f"refused as {refusal} instead of {code}")
    sys.exit(f"taken: what is {code}")


def check():
    vectors = json.loads(VECTORS.read_text(encoding="utf-8"))
    count = 0
    for number, encoding in vectors["generators"].items():
        if proofs.generator(int(number)).encode().hex() != encoding:
            sys.exit(f"h_{number} differs")
        count += 1
    for vector in vectors["shuffles"]:
        statement, source, output = read(vector)
        if statement.hash().hex() != vector["statement_hash"]:
            sys.exit("the statement's hash differs")
        proof = bytes.fromhex(vector["proof"])
        proofs.check(statement, source, output, proof)
        for code, other in vector["refused"].items():
            must_refuse(code, lambda: proofs.check(statement, source, output, bytes.fromhex(other)))
        rho, study_rho = ([scalar(each) for each in vector.get(name, [])] for name in ("rho", "study_rho"))
        again = proofs.prove(
            statement, source, output, vector["psi"], rho, scalar(vector["k"]), bytes.fromhex(vector["proof_seed"]),
            study_key=scalar(vector.get("study_key", "01")), study_rho=study_rho)
        if again != proof:
            sys.exit("the prover makes another proof of the same seed")
        for position in (0, len(proof) // 2, len(proof) - 1):
            altered = proof[:position] + bytes([proof[position] ^ 1]) + proof[position + 1:]
            try:
                proofs.check(statement, source, output, altered)
                sys.exit(f"taken: a proof whose byte {position} was altered")
            except proofs.Refused:
                count += 1
        count += 3 + len(vector["refused"])
    count += check_shares(vectors["shares"]) + check_noise(vectors["noise"])
    print(f"verified rounds: the vectors agree, {count} checks")


def check_shares(vector):
    requests = [bytes.fromhex(each) for each in vector["requests"]]
    stream, secret = bytes.fromhex(vector["stream"]), int.from_bytes(bytes.fromhex(vector["d"]), "little")
    hashed = hashlib.sha256(b"".join(requests)).digest()

    def context(node=vector["node"]):
        return *(bytes.fromhex(vector[name]) for name in ("agreement", "round", "manifest")), node, vector["attempt"]

    def check(stream, node=vector["node"]):
        proofs.check_shares(*context(node), bytes.fromhex(vector["D"]), requests, hashed, stream)

    check(stream)
    must_refuse("shares.wrong", lambda: check(stream, "somebody"))
    must_refuse("shares.wrong", lambda: check(stream[:96] + stream[128:160] + stream[96:128] + stream[160:]))
    shares = [(secret * decode(request)).encode() for request in requests]
    seed = bytes.fromhex(vector["nonce_seed"])
    if proofs.prove_shares(*context(), secret, requests, hashed, shares, seed) != stream:
        sys.exit("the prover makes other shares or another proof")
    return 4


def check_noise(vector):
    shares = b"".join(bytes.fromhex(share) for share in vector["shares"])
    seed = hkdf(shares, bytes.fromhex(vector["round"]), label("noise"), 32)
    if seed.hex() != vector["seed"]:
        sys.exit("the seed of the noise differs")
    noise = Noise("discrete_laplace", 1, vector["scale"])
    for number, draw in enumerate(vector["draws"]):
        data = joint_draw(seed, number)
        if data.hex() != draw["bytes"] or noise.draw(data) != draw["value"]:
            sys.exit(f"draw {number} of the noise differs")
    return 1 + len(vector["draws"])


def make(seed, path):
    """New vectors of awkward shapes: everything follows from the seed."""
    def draw(*name):
        return hashlib.sha512(repr((seed, *name)).encode()).digest()

    def scalar(*name):
        return int.from_bytes(draw(*name), "little") % (ORDER - 1) + 1

    result = {"generators": {str(number): proofs.generator(number).encode().hex() for number in (0, 1, 7, 100)},
              "shuffles": []}
    shapes = ((1, 1, True, False), (2, 4, False, False), (5, 2, True, False), (17, 1, True, False), (9, 1, False, False),
              (1, 1, True, True), (4, 3, True, True), (11, 1, True, True))
    for n, elements, capsules, study in shapes:
        shape = proofs.Shape(elements, capsules, study)
        name = (n, elements, capsules, study)
        key, capsule_key = scalar(*name, "k"), scalar(*name, "y") * BASE
        source = sorted(
            b"".join(from_uniform(draw(*name, "item", i, at)).encode() for at in range(shape.points))
            for i in range(n))
        rho = [scalar(*name, "rho", i) for i in range(n)]
        # A hop that holds no study key has the key 1.
        study_key = scalar(*name, "s") if n > 1 else 1
        study_rho = [scalar(*name, "study rho", i) for i in range(n)] if study else []
        output, order = proofs.mix(shape, source, key, decode(capsule_key.encode()), rho, study_key, study_rho)
        lists = [draw(*name, which)[:32] + b"".join(each) for which, each in (("in", source), ("out", output))]
        fields = {"agreement": draw(*name, "agreement")[:32], "round": draw(*name, "round")[:32],
                  "manifest": draw(*name, "manifest")[:32], "K": (key * BASE).encode(),
                  "Y": capsule_key.encode() if capsules else bytes(32),
                  "D": hashlib.sha256(lists[0]).digest(), "D2": hashlib.sha256(lists[1]).digest()}
        if study:
            fields["S"] = (study_key * BASE).encode()
        others = {"register": "residents", "hop": "omnia", "stage": 3, "input_attempt": 258, "output_attempt": 65_535,
                  "proof_attempt": 7, "n": n}
        statement, trace = proofs.Statement(shape, **fields, **others), {}
        proof_seed = draw(*name, "proof")[:32]
        proof = proofs.prove(
            statement, source, output, order, rho, key, proof_seed, trace, study_key=study_key, study_rho=study_rho)
        proofs.check(statement, source, output, proof)
        wrong = bytearray(proof)
        wrong[-32] ^= 1
        none = bytearray(proof)
        none[96:128] = bytes(32)
        result["shuffles"].append(
            {"elements": elements, "capsules": capsules, **{name: data.hex() for name, data in fields.items()},
             **others, "k": proofs.scalar_bytes(key).hex(), "input": lists[0].hex(), "output": lists[1].hex(),
             "psi": order, "rho": [proofs.scalar_bytes(each).hex() for each in rho],
             **({"study_key": proofs.scalar_bytes(study_key).hex(),
                 "study_rho": [proofs.scalar_bytes(each).hex() for each in study_rho]} if study else {}),
             "proof_seed": proof_seed.hex(), "statement_hash": statement.hash().hex(), **trace,
             "proof": proof.hex(),
             "refused": {"proof.wrong": bytes(wrong).hex(), "proof.malformed": bytes(none).hex()}})
    result["shares"], result["noise"] = make_shares(draw, scalar), make_noise(draw)
    Path(path).write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    print(f"{len(result['shuffles'])} new shuffles, shares and noise in {path}")


def make_shares(draw, scalar):
    """A node's shares, and their proof."""
    secret, trace = scalar("d"), {}
    requests = [(scalar("request", number) * BASE).encode() for number in range(7)]
    shares = [(secret * decode(request)).encode() for request in requests]
    fields = {name: draw("shares", name)[:32] for name in ("agreement", "round", "manifest", "nonce_seed")}
    context = (*(fields[name] for name in ("agreement", "round", "manifest")), "omnia", 258)
    hashed, key = hashlib.sha256(b"".join(requests)).digest(), (secret * BASE).encode()
    stream = proofs.prove_shares(*context, secret, requests, hashed, shares, fields["nonce_seed"], trace)
    proofs.check_shares(*context, key, requests, hashed, stream)
    return {name: data.hex() for name, data in fields.items()} | trace | {
        "node": "omnia", "attempt": 258, "d": proofs.scalar_bytes(secret).hex(), "D": key.hex(),
        "requests": [request.hex() for request in requests], "stream": stream.hex()}


def make_noise(draw):
    """Noise that nodes draw together, of P(x) ∝ e^(−|x|/9)."""
    round_id, shares = draw("noise round")[:32], [draw("noise share", number)[:32] for number in range(5)]
    seed = hkdf(b"".join(shares), round_id, label("noise"), 32)
    noise, uniform = Noise("discrete_laplace", 1, 9), [joint_draw(seed, number) for number in range(40)]
    return {"round": round_id.hex(), "shares": [share.hex() for share in shares], "seed": seed.hex(), "scale": 9,
            "draws": [{"bytes": data.hex(), "value": noise.draw(data)} for data in uniform]}


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"] and len(sys.argv) == 4:
        make(sys.argv[2], sys.argv[3])
    elif len(sys.argv) == 1:
        check()
    else:
        sys.exit(__doc__)
