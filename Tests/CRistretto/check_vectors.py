"""Checks the ristretto255 kernel, built as a shared library, against vectors and the big-integer reference.

usage: check_vectors.py LIBRARY VECTORS_DIRECTORY [SEED]

VECTORS_DIRECTORY holds rfc9496_ristretto255.json, own_commutative_cipher.json, rfc9497_allVectors.json and
reference/refcrypto.py. Every check that runs is counted; an empty vector list fails.
"""
import ctypes
import json
import os
import random
import sys

LIBRARY, VECTORS = sys.argv[1], sys.argv[2]
SEED = int(sys.argv[3]) if len(sys.argv) > 3 else 20240607
sys.path.insert(0, os.path.join(VECTORS, "reference"))
from refcrypto import RIST, SUITES, expand_message_xmd, D, SQRTM1, L25519 as ORDER, p as P  # noqa: E402

kernel = ctypes.CDLL(LIBRARY)
for name in ("mul_batch", "from_uniform_batch", "base_mul_batch", "add_batch", "sub_batch", "validate_batch",
             "rerandomize_batch", "seal_batch", "table_byte_count"):
    getattr(kernel, "sidos_r255_" + name).restype = ctypes.c_size_t
kernel.sidos_r255_backend.restype = ctypes.c_char_p
size = ctypes.c_size_t
rng = random.Random(SEED)
checks = 0


def check(condition, what):
    global checks
    checks += 1
    if not condition:
        sys.exit(f"FAILED: {what} (seed {SEED})")


def joined(items):
    return b"".join(items)


def split(data, width=32):
    return [data[i:i + width] for i in range(0, len(data), width)]


def run(name, out_bytes, *arguments):
    out = ctypes.create_string_buffer(b"\xaa" * (out_bytes + 16), out_bytes + 16)
    returned = getattr(kernel, "sidos_r255_" + name)(out, *arguments)
    check(out.raw[out_bytes:] == b"\xaa" * 16, f"{name} writes past its output")
    return returned, out.raw[:out_bytes]


def scalar(k):
    return k.to_bytes(32, "little")


def succeed(name, count, width, *arguments):
    returned, out = run(name, count * width, *arguments, size(count))
    check(returned == count, f"{name} returned {returned} for {count} valid items")
    return split(out, width)


def mul(k, elements):
    return succeed("mul_batch", len(elements), 32, joined(elements), scalar(k))


def base_mul(ks):
    return succeed("base_mul_batch", len(ks), 32, joined(map(scalar, ks)))


def from_uniform(strings):
    return succeed("from_uniform_batch", len(strings), 32, joined(strings))


def add(a, b):
    return succeed("add_batch", len(a), 32, joined(a), joined(b))


def sub(a, b):
    return succeed("sub_batch", len(a), 32, joined(a), joined(b))


class Table:
    def __init__(self, y):
        length = kernel.sidos_r255_table_byte_count()
        self.storage = ctypes.create_string_buffer(length + 64)
        self.address = ctypes.c_void_p((ctypes.addressof(self.storage) + 63) & ~63)
        self.valid = kernel.sidos_r255_table_init(self.address, y)
        self.zeroed = not any(ctypes.string_at(self.address, length))


def encoded(k):
    return RIST.enc((k % ORDER) * RIST.G)


ZERO = bytes(32)
AWKWARD = [0, 1, 2, 3, 4, 8, 15, 16, 17, 31, 32, 33, 2**250, 2**252, (ORDER - 1) // 2, (ORDER + 1) // 2, ORDER - 3, ORDER - 2,
           ORDER - 1, sum(16 << (5 * i) for i in range(50)) % ORDER, sum(15 << (5 * i) for i in range(50)) % ORDER]


def rfc9496():
    data = json.load(open(os.path.join(VECTORS, "rfc9496_ristretto255.json")))
    multiples = [bytes.fromhex(x) for x in data["generator_multiples"]]
    check(len(multiples) == 16 and base_mul(range(16)) == multiples, "generator multiples")
    check(add(multiples[1:15], [multiples[1]] * 14) == multiples[2:], "multiples by addition")
    check(sub(multiples[1:], multiples[1:]) == [ZERO] * 15, "an element minus itself")
    check(sub(multiples[2:], [multiples[1]] * 14) == multiples[1:15], "multiples by subtraction")
    for k in range(1, 16):
        check(mul(k, [multiples[1]]) == [multiples[k]], "multiples by mul")
    invalid = [(group["reason"], bytes.fromhex(x)) for group in data["invalid_encodings"] for x in group["encodings"]]
    check(len(invalid) == 29, "29 invalid encodings")
    invalid.append(("identity", ZERO))
    table = Table(multiples[1])
    for reason, bad in invalid:
        bad_table = Table(bad)
        check(not bad_table.valid and bad_table.zeroed, f"table of invalid element: {reason}")
        for count, index in ((1, 0), (2, 1), (3, 0), (64, 63), (65, 64), (130, 70)):
            good = [multiples[1 + i % 15] for i in range(count)]
            items = good[:]
            items[index] = bad
            items[-1] = bad
            check(kernel.sidos_r255_validate_batch(joined(items), size(count)) == index, f"validate: {reason}")
            calls = [("mul_batch", 32, (joined(items), scalar(5))), ("add_batch", 32, (joined(items), joined(good))),
                     ("add_batch", 32, (joined(good), joined(items))), ("sub_batch", 32, (joined(good), joined(items)))]
            for capsule in ((lambda g, b: b + g), (lambda g, b: g + b)):
                calls.append(("rerandomize_batch", 64, (joined(map(capsule, good, items)),
                                                        joined(scalar(i + 1) for i in range(count)), table.address)))
            for name, width, arguments in calls:
                returned, out = run(name, width * count, *arguments, size(count))
                check(returned == index and not any(out), f"{name} refuses: {reason}")
    cases = data["hash_to_group"]
    check(len(cases) == 11, "11 one-way map vectors")
    check(from_uniform([bytes.fromhex(c["input"]) for c in cases]) == [bytes.fromhex(c["output"]) for c in cases], "map")
    return len(multiples) + len(invalid) - 1 + len(cases)


def commutative_cipher():
    groups = [g for g in json.load(open(os.path.join(VECTORS, "own_commutative_cipher.json")))["groups"]
              if g["group"] == "ristretto255"]
    check(len(groups) == 1 and len(groups[0]["cases"]) > 40, "commutative cipher vectors")
    group = groups[0]
    keys = [int.from_bytes(bytes.fromhex(k), "little") for k in group["keys"]]
    column = lambda name: [bytes.fromhex(c[name]) for c in group["cases"]]  # noqa: E731
    check(base_mul(keys) == [bytes.fromhex(k) for k in group["public_keys"]], "public keys")
    for i, k in enumerate(keys):
        check(mul(k, column("H")) == column(f"k{i}H"), f"k{i}H")
        check(mul(pow(k, -1, ORDER), column(f"k{i}H")) == column("H"), "unblinding")
    check(mul(keys[0], column("k1H")) == column("k0k1H") == mul(keys[1], column("k0H")), "commutes")
    check(mul(keys[2], column("k0k1H")) == column("k0k1k2H"), "three keys")
    return 7 * len(group["cases"])


def rfc9497():
    found = 0
    for vectors in json.load(open(os.path.join(VECTORS, "rfc9497_allVectors.json"))):
        if vectors["identifier"] != "ristretto255-SHA512":
            continue
        suite, mode = SUITES["ristretto255-SHA512"], vectors["mode"]
        key = int.from_bytes(bytes.fromhex(vectors["skSm"]), "little")
        for case in vectors["vectors"]:
            fields = {n: case[n].split(",") for n in ("Input", "Blind", "BlindedElement", "EvaluationElement")}
            if mode == 2:
                info = bytes.fromhex(case["Info"])
                tweaked = (key + suite.h2s(b"Info" + suite.ml(info), 2)) % ORDER
                secret = pow(tweaked, -1, ORDER)
            else:
                secret = key
            for message, blind, blinded, evaluated in zip(*fields.values()):
                uniform = expand_message_xmd(bytes.fromhex(message), b"HashToGroup-" + suite.ctx(mode), 64, "sha512")
                element = from_uniform([uniform])
                b = int.from_bytes(bytes.fromhex(blind), "little")
                check(mul(b, element) == [bytes.fromhex(blinded)], "blind")
                check(mul(secret, [bytes.fromhex(blinded)]) == [bytes.fromhex(evaluated)], f"evaluate, mode {mode}")
                found += 1
    check(found >= 9, f"RFC 9497 vectors: {found}")
    return found


def scalars():
    values = AWKWARD + [rng.randrange(ORDER) for _ in range(200)] + [ORDER, ORDER + 1, 2 * ORDER, 2**255, 2**256 - 1, 2**253]
    out = ctypes.create_string_buffer(32)
    call = lambda name, *a: (getattr(kernel, "sidos_r255_scalar_" + name)(out, *a), int.from_bytes(out.raw, "little"))[1]  # noqa: E731
    for a in values:
        check(kernel.sidos_r255_scalar_is_canonical(scalar(a)) == int(a < ORDER), "is_canonical")
        check(call("negate", scalar(a)) == -a % ORDER, "negate")
        check(call("invert", scalar(a)) == (pow(a, -1, ORDER) if a % ORDER else 0), "invert")
        b, c = rng.choice(values), rng.choice(values)
        check(call("mul_add", scalar(a), scalar(b), scalar(c)) == (a * b + c) % ORDER, "mul_add")
    check(call("mul_add", *[scalar(2**256 - 1)] * 3) == ((2**256 - 1) * 2**256) % ORDER, "largest mul_add")
    wide = [0, 1, 2**512 - 1, 2**511, ORDER, 2**256, 2**252] + [k * ORDER + d for k in (1, 2, 2**255, 2**259, 2**512 // ORDER)
            for d in (-1, 0, 1)] + [rng.randrange(2**512) for _ in range(300)] + [rng.randrange(2**260) * ORDER + rng.randrange(-2, 3) for _ in range(200)]
    for x in wide:
        x %= 2**512
        check(call("reduce64", x.to_bytes(64, "little")) == x % ORDER, "reduce64")


def random_products(count):
    ks = AWKWARD + [rng.randrange(ORDER) for _ in range(count)]
    expected = [encoded(k) for k in ks]
    check(base_mul(ks) == expected, "base_mul")
    check(base_mul([k + ORDER for k in ks]) == expected, "base_mul of k + l")
    for k in AWKWARD + ks[-3:]:
        got = mul(k, expected[1:])
        for x, y in zip(ks[1:], got):
            check(y == encoded(k * x), f"{k}·{x}·G")
    check(mul(3, [expected[1]] * 200) == [encoded(3)] * 200, "groups")
    everything = joined(expected[1:])
    buffer = ctypes.create_string_buffer(everything, len(everything))
    check(kernel.sidos_r255_mul_batch(buffer, buffer, scalar(7), size(len(ks) - 1)) == len(ks) - 1, "in place")
    check(split(buffer.raw) == mul(7, expected[1:]), "in place result")
    for count in (0, 1, 2, 63, 64, 65, 127, 128, 129):
        some = (ks * 8)[:count]
        check(base_mul(some) == (expected * 8)[:count], "batch lengths")
    # sums, among them B = −A, B = A, and the many-to-one cases of small multiples
    pairs = [(a, b) for a in AWKWARD[1:] for b in AWKWARD[1:]] + [(k, -k) for k in ks[1:]] + [(k, k) for k in ks[1:]]
    pairs += [(rng.choice(ks[1:]), rng.choice(ks[1:])) for _ in range(100)]
    known = {}
    enc = lambda k: known.setdefault(k % ORDER, None) or known.__setitem__(k % ORDER, encoded(k)) or known[k % ORDER]  # noqa: E731
    left, right = [enc(a) for a, _ in pairs], [enc(b) for _, b in pairs]
    check(add(left, right) == [enc(a + b) for a, b in pairs], "add")
    check(sub(left, right) == [enc(a - b) for a, b in pairs], "sub")


def capsules(count):
    key = rng.randrange(1, ORDER)
    for key in (1, 2, ORDER - 1, rng.randrange(1, ORDER)):
        table = Table(encoded(key))
        check(table.valid, "table_init")
        sigma = [rng.randrange(ORDER) for _ in range(count)] + AWKWARD
        rho = [rng.randrange(ORDER) for _ in range(count)] + AWKWARD[::-1]
        # make S + ρY the identity, or the doubling of S
        sigma += [-r * key % ORDER for r in AWKWARD] + [r * key % ORDER for r in AWKWARD]
        rho += AWKWARD + AWKWARD
        n = len(sigma)
        secrets = ctypes.create_string_buffer(32 * n)
        returned, out = run("seal_batch", 64 * n, secrets, joined(map(scalar, sigma)), joined(map(scalar, rho)), table.address, size(n))
        check(returned == n, "seal count")
        for i, (half, s) in enumerate(zip(split(out, 64), split(secrets.raw))):
            check(s == encoded(sigma[i]), "seal secret")
            check(half == encoded(rho[i]) + encoded(sigma[i] + rho[i] * key), "seal capsule")
        # capsules (a·G, b·G) shifted by r: chosen so that the shift equals, negates or leaves each half
        triples = [(a, b, rng.randrange(ORDER)) for a, b in zip(AWKWARD[1:], AWKWARD[:0:-1])]
        triples += [(a, b, r) for a in (1, 2, ORDER - 1) for b in (key, -key % ORDER, 2 * key % ORDER) for r in AWKWARD]
        triples += [(r, r * key % ORDER, r) for r in AWKWARD[1:]] + [(-r % ORDER, -r * key % ORDER, r) for r in AWKWARD[1:]]
        triples += [tuple(rng.randrange(1, ORDER) for _ in range(3)) for _ in range(count)]
        data = joined(encoded(a) + encoded(b) for a, b, _ in triples)
        shifted = succeed("rerandomize_batch", len(triples), 64, data, joined(scalar(r) for _, _, r in triples), table.address)
        for (a, b, r), got in zip(triples, shifted):
            check(got == encoded(a + r) + encoded(b + r * key), "rerandomize")
        buffer = ctypes.create_string_buffer(data, len(data))
        kernel.sidos_r255_rerandomize_batch(buffer, buffer, joined(scalar(r) for _, _, r in triples), table.address, size(len(triples)))
        check(split(buffer.raw, 64) == shifted, "rerandomize in place")


def crafted_uniform(count):
    """Inputs at which the map or the addition on the quartic is exceptional."""
    def root(x):
        x %= P
        r = pow(x, (P + 3) // 8, P)
        for candidate in (r, r * SQRTM1 % P):
            if candidate * candidate % P == x:
                return candidate
        return None
    special = [0, 1, P - 1, 2, SQRTM1, P - SQRTM1, P, P + 1, 2**255 - 1, 2**255 - 20]
    # r = i·t² equal to −d, −1/d (v = 0), 1, d, 1/d, and any s = ±1 the map can reach
    for r in (-D, -pow(D, -1, P), 1, -1, D, pow(D, -1, P)):
        t = root(r * pow(SQRTM1, -1, P))
        if t is not None:
            special += [t, P - t]
    check(len(special) > 13, "v = 0 is reached")
    randoms = [rng.randrange(2**255) for _ in range(8)]
    for t in randoms:   # partners of t: same coset, inverse, and their 4-torsion images
        ti = pow(t, -1, P)
        for factor in (1, SQRTM1):
            for x in (t, ti):
                special += [x * factor % P, -x * factor % P]
        r = SQRTM1 * t * t
        for partner in (pow(r, -1, P), -r % P, -pow(r, -1, P)):
            y = root(partner * pow(SQRTM1, -1, P))
            if y is not None:
                special += [y, P - y]
    special += randoms
    pairs = [(a, b) for a in special for b in special]
    if count and len(pairs) > count:
        must = [(a, b) for a in special[:22] for b in special[:22]]
        pairs = must + rng.sample(pairs, count)
    pairs += [(rng.randrange(2**256), rng.randrange(2**256)) for _ in range(200)]
    strings = [a.to_bytes(32, "little") + b.to_bytes(32, "little") for a, b in pairs]
    expected = [RIST.enc(RIST.from_uniform(s)) for s in strings]
    check(from_uniform(strings) == expected, "crafted one-way map inputs")
    return len(pairs), sum(e == ZERO for e in expected)


backend = kernel.sidos_r255_backend().decode()
check(backend != "none" and kernel.sidos_r255_self_test() == 1, "self-test")
wanted = os.environ.get("SIDOS_R255_BACKEND")
check(wanted is None or wanted == backend, f"backend {wanted} asked for, {backend} used")
print("backend", backend)
print("RFC 9496:", rfc9496())
print("commutative cipher:", commutative_cipher())
print("RFC 9497:", rfc9497())
scalars()
random_products(40)
capsules(30)
print("crafted map inputs (of which identity):", crafted_uniform(1500))
print("checks:", checks)
