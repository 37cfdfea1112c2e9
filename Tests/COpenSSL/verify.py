#!/usr/bin/env python3
"""Checks the P-256 kernel against published vectors and an independent pure Python reference.

Usage: verify.py LIBRARY VECTORS
  LIBRARY  a shared library built from Sources/COpenSSL (see check.sh)
  VECTORS  the folder of test vectors; its reference/refcrypto.py is the reference
"""
import ctypes
import json
import pathlib
import random
import sys
import threading

if len(sys.argv) != 3:
    sys.exit(__doc__)
library = ctypes.CDLL(sys.argv[1])
vectors = pathlib.Path(sys.argv[2])
sys.path.insert(0, str(vectors / "reference"))
import refcrypto  # noqa: E402

curve = refcrypto.P256
p, n, b, G = curve.p, curve.n, curve.b, curve.G
FAILURE = ctypes.c_size_t(-1).value
generator = random.Random("sidos p256")
counts = {}


def check(group, condition, detail=""):
    counts[group] = counts.get(group, 0) + 1
    if not condition:
        sys.exit(f"FAILED {group} (check {counts[group]}): {detail}")


def size_function(name, *argument_types):
    function = getattr(library, "sidos_p256_" + name)
    function.restype = ctypes.c_size_t
    function.argtypes = argument_types
    return function


bytes_type, size_type = ctypes.c_char_p, ctypes.c_size_t
mul_batch = size_function("mul_batch", bytes_type, bytes_type, bytes_type, size_type)
hash_batch = size_function("hash_to_curve_batch", bytes_type, bytes_type, size_type)
base_mul_batch = size_function("base_mul_batch", bytes_type, bytes_type, size_type)
validate_batch = size_function("validate_batch", bytes_type, size_type)
add_batch = size_function("add_batch", bytes_type, bytes_type, bytes_type, size_type)
sub_batch = size_function("sub_batch", bytes_type, bytes_type, bytes_type, size_type)
library.sidos_p256_scalar_is_valid.restype = ctypes.c_int


def batch(function, item_count, *arguments):
    """Runs a batch into a buffer of known content; returns (result, output) and looks for writes past the end."""
    guard = b"\xa5" * 64
    out = ctypes.create_string_buffer(b"\x5a" * (33 * item_count) + guard)
    result = function(out, *arguments, item_count)
    check("no write past the end", out.raw[33 * item_count : 33 * item_count + 64] == guard)
    return result, out.raw[: 33 * item_count]


def pieces(data, size=33):
    return [data[i : i + size] for i in range(0, len(data), size)]


def expect_values(group, function, expected, *arguments):
    result, out = batch(function, len(expected), *arguments)
    check(group, result == len(expected), f"returned {result}, not {len(expected)}")
    for index, (got, want) in enumerate(zip(pieces(out), expected)):
        check(group, got == want, f"item {index}: {got.hex()}, not {want.hex()}")


def expect_refusal(group, function, item_count, index, *arguments):
    result, out = batch(function, item_count, *arguments)
    check(group, result == index, f"returned {result}, not {index}")
    check(group, out == bytes(33 * item_count), "output not zeroed")


def scalar_bytes(k):
    return k.to_bytes(32, "big")


def encode(point):
    return curve.ser(point)


def random_point():
    return curve.mul(generator.randrange(1, n), G)


def is_valid(element):
    try:
        curve.de(element)
        return True
    except ValueError:
        return False


awkward_scalars = sorted(
    {1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 34, 63, 64, 127, 128, 255, 256, n - 1, n - 2, n - 3, n - 16, n - 17, n - 32,
     n - 34, n - 64, n - 128, n // 2, n // 2 + 1, 2**64 - 1, 2**64, 2**128 - 1, 2**128, 2**192, 2**248, 2**255,
     2**256 - 2**224}
    | {generator.randrange(1, 2 ** (256 - 8 * zeros)) for zeros in range(1, 32)})
awkward_scalars = [k for k in awkward_scalars if 1 <= k < n]


def load(name):
    content = json.loads((vectors / name).read_text())
    check("vector files are not empty", bool(content))
    return content


def hash_vectors():
    group = "RFC 9380 P256_XMD:SHA-256_SSWU_RO_"
    content = load("h2c/P256_XMD-SHA-256_SSWU_RO_.json")
    uniform, expected = [], []
    for case in content["vectors"]:
        uniform.append(refcrypto.expand_message_xmd(case["msg"].encode(), content["dst"].encode(), 96, "sha256"))
        for got, want in zip(pieces(uniform[-1], 48), case["u"]):
            check(group, int.from_bytes(got, "big") % p == int(want, 16), "u")
        expected.append(encode((int(case["P"]["x"], 16), int(case["P"]["y"], 16))))
    check(group, len(expected) == 5)
    expect_values(group, hash_batch, expected, b"".join(uniform))


def oprf_vectors():
    seen = set()
    for suite in load("rfc9497_allVectors.json"):
        if suite["identifier"] != "P256-SHA256":
            continue
        mode = suite["mode"]
        group = f"RFC 9497 P256-SHA256 mode {mode}"
        seen.add(mode)
        key = int(suite["skSm"], 16)
        if "pkSm" in suite:
            expect_values(group, base_mul_batch, [bytes.fromhex(suite["pkSm"])], scalar_bytes(key))
        for vector in suite["vectors"]:
            inputs, blinds, blinded, evaluated = (
                [bytes.fromhex(x) for x in vector[name].split(",")]
                for name in ("Input", "Blind", "BlindedElement", "EvaluationElement"))
            check(group, len(inputs) == len(blinds) == len(blinded) == len(evaluated) == vector["Batch"] > 0)
            uniform = b"".join(
                refcrypto.expand_message_xmd(x, bytes.fromhex(suite["groupDST"]), 96, "sha256") for x in inputs)
            _, hashed = batch(hash_batch, len(inputs), uniform)
            for element, blind, want in zip(pieces(hashed), blinds, blinded):
                expect_values(group, mul_batch, [want], element, blind)
            used = key
            if mode == 2:  # the partially oblivious mode evaluates under 1 / (key + tweak)
                info = bytes.fromhex(vector["Info"])
                tweak = refcrypto.SUITES["P256-SHA256"].h2s(b"Info" + len(info).to_bytes(2, "big") + info, 2)
                inverse = ctypes.create_string_buffer(32)
                library.sidos_p256_scalar_invert(inverse, scalar_bytes((key + tweak) % n))
                used = int.from_bytes(inverse.raw, "big")
            expect_values(group, mul_batch, evaluated, b"".join(blinded), scalar_bytes(used))
    check("RFC 9497 modes", seen == {0, 1, 2}, str(seen))


def commutative_vectors():
    group = "commutative cipher P-256"
    (content,) = [g for g in load("own_commutative_cipher.json")["groups"] if "ristretto" not in g["group"].lower()]
    keys = [bytes.fromhex(k) for k in content["keys"]]
    expect_values(group, base_mul_batch, [bytes.fromhex(x) for x in content["public_keys"]], b"".join(keys))
    cases = content["cases"]
    check(group, len(cases) == 44)
    column = lambda name: [bytes.fromhex(case[name]) for case in cases]  # noqa: E731
    uniform = [refcrypto.expand_message_xmd(bytes.fromhex(case["input_hex"]), content["dst"].encode(), 96, "sha256")
               for case in cases]
    expect_values(group, hash_batch, column("H"), b"".join(uniform))
    for index in range(3):
        expect_values(group, mul_batch, column(f"k{index}H"), b"".join(column("H")), keys[index])
    expect_values(group, mul_batch, column("k0k1H"), b"".join(column("k0H")), keys[1])
    expect_values(group, mul_batch, column("k0k1H"), b"".join(column("k1H")), keys[0])
    expect_values(group, mul_batch, column("k0k1k2H"), b"".join(column("k0k1H")), keys[2])


def wycheproof_vectors():
    group = "Wycheproof ecdh_secp256r1_ecpoint"
    accepted = refused = 0
    for test in load("wycheproof/ecdh_secp256r1_ecpoint_test.json")["testGroups"][0]["tests"]:
        public = bytes.fromhex(test["public"])
        if len(public) == 33:
            if test["result"] == "invalid":
                refused += 1
                expect_refusal(group, mul_batch, 1, 0, public, scalar_bytes(5))
                check(group, validate_batch(public, 1) == 0)
                continue
            element = public
        elif len(public) == 65 and test["result"] == "valid":
            element = encode(curve.de(public))
        elif len(public) == 65:
            # Not on the curve; its abscissa may still be that of a point, so judge it by the reference.
            for prefix in (2, 3):
                element = bytes([prefix]) + public[1:33]
                check(group, (validate_batch(element, 1) == 1) == is_valid(element))
            continue
        else:
            continue
        accepted += 1
        _, out = batch(mul_batch, 1, element, scalar_bytes(int(test["private"], 16)))
        check(group, out[1:].hex() == test["shared"], f"tcId {test['tcId']}")
    check(group, refused == 7 and accepted > 300, f"{refused} refused, {accepted} accepted")


def validation():
    group = "encodings"
    abscissas = [0, 1, 2, 3, 5, p - 1, p - 2, p - 3, p, p + 1, p + 5, 2**256 - 1, 2**255, 2**224, 2**192 - 1,
                 2**96 - 1, G[0]]
    abscissas += [generator.getrandbits(256) for _ in range(150)]
    abscissas += [p + small for small in range(2, 40)]
    verdicts = set()
    for x in abscissas:
        for prefix in (0, 1, 2, 3, 4, 5, 6, 7, 0x82, 0x83, 0x80, 0xFF):
            element = bytes([prefix]) + x.to_bytes(32, "big")
            wanted = is_valid(element)
            verdicts.add(wanted)
            check(group, validate_batch(element, 1) == wanted, element.hex())
            if prefix in (2, 3):
                if wanted:
                    expect_values(group, mul_batch, [element], element, scalar_bytes(1))
                else:
                    expect_refusal(group, mul_batch, 1, 0, element, scalar_bytes(1))
    check(group, verdicts == {True, False})
    check(group, validate_batch(bytes(33), 1) == 0)


def scalar_multiplication():
    point = random_point()
    for k in awkward_scalars + [generator.randrange(1, n) for _ in range(30)]:
        expect_values("mul, awkward scalars", mul_batch, [encode(curve.mul(k, point))], encode(point), scalar_bytes(k))
    scalars = awkward_scalars + [generator.randrange(1, n) for _ in range(60)]
    expect_values("base_mul", base_mul_batch, [encode(curve.mul(k, G)) for k in scalars],
                  b"".join(map(scalar_bytes, scalars)))
    k = generator.randrange(1, n)
    points = [curve.mul(i, G) for i in range(1, 151)] + [curve.mul(n - i, G) for i in range(1, 51)]
    wanted = [encode(curve.mul(k, x)) for x in points]
    for count in (0, 1, 2, 63, 64, 65, 127, 128, 129, 200):
        expect_values("mul, every group size", mul_batch, wanted[:count], b"".join(map(encode, points[:count])),
                      scalar_bytes(k))
    data = ctypes.create_string_buffer(b"".join(map(encode, points)), 33 * 200)
    check("mul in place", mul_batch(data, ctypes.cast(data, bytes_type), scalar_bytes(k), 200) == 200)
    check("mul in place", data.raw == b"".join(wanted))
    for bad in (0, n, n + 1, 2**256 - 1):
        expect_refusal("mul, scalar out of range", mul_batch, 2, FAILURE, encode(G) * 2, scalar_bytes(bad))
        for index in (0, 1, 64, 99):
            data = [scalar_bytes(7)] * 100
            data[index] = scalar_bytes(bad)
            expect_refusal("base_mul, scalar out of range", base_mul_batch, 100, index, b"".join(data))
    for count in (FAILURE, FAILURE // 33 + 1):
        check("overflowing count", mul_batch(None, None, None, count) == FAILURE)
        check("overflowing count", base_mul_batch(None, None, count) == FAILURE)
        check("overflowing count", hash_batch(None, None, count) == FAILURE)
        check("overflowing count", add_batch(None, None, None, count) == FAILURE)
        check("overflowing count", sub_batch(None, None, None, count) == FAILURE)
        check("overflowing count", validate_batch(None, count) == FAILURE)


def first_invalid_item():
    group = "first invalid item"
    good = [encode(curve.mul(i, G)) for i in range(1, 131)]
    bad = b"\x02" + bytes(32 - 1) + b"\x01"
    assert not is_valid(bad)
    for index in (0, 1, 63, 64, 65, 128, 129):
        for later in (index, 129):
            data = list(good)
            data[index] = data[later] = bad
            joined, others = b"".join(data), b"".join(good[::-1])
            expect_refusal(group, mul_batch, 130, index, joined, scalar_bytes(9))
            # 1G ... 130G reversed meet at equal points nowhere in a + b, and never at the identity
            expect_refusal(group, add_batch, 130, index, joined, others)
            expect_refusal(group, add_batch, 130, index, others, joined)
            expect_refusal(group, sub_batch, 130, index, joined, others)
            check(group, validate_batch(joined, 130) == index)


def addition():
    group = "add and sub"
    points = [curve.mul(i, G) for i in range(1, 20)] + [random_point() for _ in range(60)]
    pairs = [(a, generator.choice(points)) for a in points] + [(a, a) for a in points]
    left, right = (b"".join(encode(pair[side]) for pair in pairs) for side in (0, 1))
    for function, sign in ((add_batch, lambda x: x), (sub_batch, curve.neg)):
        sums = [curve.add(x, sign(y)) for x, y in pairs]
        keep = [i for i, s in enumerate(sums) if s is not None]
        expect_values(group, function, [encode(sums[i]) for i in keep], b"".join(pieces(left)[i] for i in keep),
                      b"".join(pieces(right)[i] for i in keep))
    for x in points[:10]:
        opposite = curve.neg(x)
        for index in (0, 5, 64, 70):
            other = [encode(curve.mul(3, x))] * 71
            a, c = list(other), [encode(x)] * 71
            a[index] = encode(opposite)
            expect_refusal("identity results", add_batch, 71, index, b"".join(a), b"".join(c))
            a[index] = encode(x)
            expect_refusal("identity results", sub_batch, 71, index, b"".join(a), b"".join(c))
            c[70] = bytes(33)  # a bad encoding after an identity: the identity came first
            expect_refusal("identity results", sub_batch, 71, index, b"".join(a), b"".join(c))
    for place in ("first", "second", "both"):
        count = 100
        a = [curve.mul(i + 3, G) for i in range(count)]
        c = a if place == "both" else [curve.mul(2 * i + 900, G) for i in range(count)]
        first = ctypes.create_string_buffer(b"".join(map(encode, a)), 33 * count)
        second = first if place == "both" else ctypes.create_string_buffer(b"".join(map(encode, c)), 33 * count)
        out = second if place == "second" else first
        pointers = [ctypes.cast(x, bytes_type) for x in (out, first, second)]
        check("add in place", add_batch(*pointers, count) == count)
        check("add in place", out.raw == b"".join(encode(curve.add(x, y)) for x, y in zip(a, c)))


def map_by_reference(uniform):
    q0, q1 = (curve.sswu(int.from_bytes(half, "big") % p) for half in pieces(uniform, 48))
    return curve.add(q0, q1)


def hash_to_curve():
    group = "hash_to_curve against the reference"
    zero_tail = curve.sqrt(pow(10, -1, p))  # Z^2 u^4 + Z u^2 = 0 for u = 0 and for u^2 = 1/10
    values = [0, 1, 2, p - 1, p, p + 1, 2 * p, 2**256 - 1, 2**256, 2**384 - 1, 2**384 - 2**256, (2**384 - 1) // p * p]
    if zero_tail is not None:
        values += [zero_tail, p - zero_tail, p + zero_tail]
    values += [generator.getrandbits(384) for _ in range(300)]
    uniform = [x.to_bytes(48, "big") + y.to_bytes(48, "big") for x, y in zip(values, values[1:] + [5])]
    uniform += [x.to_bytes(48, "big") * 2 for x in values]  # two equal points: the addition doubles
    check(group, zero_tail is not None)
    mapped = [map_by_reference(x) for x in uniform]
    # 0 and both roots of 1/10 share one abscissa, so their images cancel where the parities differ: three neighbours.
    check(group, mapped.count(None) == 3)
    opposite = mapped.index(None)
    expect_refusal("hash_to_curve identity", hash_batch, len(uniform), opposite, b"".join(uniform))
    uniform = [x for x, point in zip(uniform, mapped) if point is not None]
    mapped = [point for point in mapped if point is not None]
    expect_values(group, hash_batch, list(map(encode, mapped)), b"".join(uniform))
    for index in (0, 1, 64, 100):
        data = [generator.getrandbits(768).to_bytes(96, "big") for _ in range(101)]
        u = generator.randrange(1, p)  # u and -u map to opposite points
        data[index] = u.to_bytes(48, "big") + (p - u).to_bytes(48, "big")
        expect_refusal("hash_to_curve identity", hash_batch, 101, index, b"".join(data))


def scalars():
    valid = library.sidos_p256_scalar_is_valid
    for k in awkward_scalars + [generator.randrange(1, n) for _ in range(50)]:
        check("scalar_is_valid", valid(scalar_bytes(k)) == 1)
    for k in [0, n, n + 1, 2**256 - 1] + [generator.randrange(n, 2**256) for _ in range(50)]:
        check("scalar_is_valid", valid(scalar_bytes(k)) == 0)
    edge = [0, 1, 2, n - 1, n, n + 1, 2**256 - 1, 2**255, n // 2] + [generator.getrandbits(256) for _ in range(12)]
    out = ctypes.create_string_buffer(32)
    for x in edge:
        library.sidos_p256_scalar_invert(out, scalar_bytes(x))
        check("scalar_invert", int.from_bytes(out.raw, "big") == (pow(x, -1, n) if x % n else 0), hex(x))
        for y in edge:
            for z in edge:
                library.sidos_p256_scalar_mul_add(out, *map(scalar_bytes, (x, y, z)))
                check("scalar_mul_add", int.from_bytes(out.raw, "big") == (x * y + z) % n)
    wide = [0, 1, n - 1, n, n + 1, n * 2**127, n * 2**128 - 1, 2**256 - 1, 2**256, 2**384 - 1, (2**384 - 1) // n * n]
    for x in wide + [generator.getrandbits(384) for _ in range(200)]:
        library.sidos_p256_scalar_reduce(out, x.to_bytes(48, "big"))
        check("scalar_reduce", int.from_bytes(out.raw, "big") == x % n)
    for k in [generator.randrange(1, n) for _ in range(10)]:
        shared = ctypes.create_string_buffer(scalar_bytes(k), 32)
        library.sidos_p256_scalar_mul_add(shared, shared, shared, shared)
        check("scalar arithmetic in place", int.from_bytes(shared.raw, "big") == (k * k + k) % n)
        library.sidos_p256_scalar_invert(shared, shared)
        check("scalar arithmetic in place", int.from_bytes(shared.raw, "big") == pow(k * k + k, -1, n))


def first_use_by_many_threads():
    """Must run first: the group is made at first use, here by several threads (ctypes lets go of Python's lock)."""
    start, results = threading.Barrier(8), []

    def work(k):
        start.wait()
        results.append((k, batch(base_mul_batch, 50, b"".join(scalar_bytes(k + i) for i in range(50)))))

    threads = [threading.Thread(target=work, args=(1000 * i + 1,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    check("first use by many threads", len(results) == 8)
    for k, (result, out) in results:
        check("first use by many threads", result == 50)
        check("first use by many threads", out == b"".join(encode(curve.mul(k + i, G)) for i in range(50)))


def blocks():
    """FIPS 197, appendix C.3; several blocks, each by itself; no blocks at all."""
    function = library.sidos_aes256_blocks
    function.restype = ctypes.c_size_t
    function.argtypes = [ctypes.c_void_p, ctypes.c_size_t, ctypes.c_char_p]
    key = bytes(range(32))
    plain = bytes.fromhex("00112233445566778899aabbccddeeff")
    sealed = bytes.fromhex("8ea2b7ca516745bfeafc49904b496089")
    for count in (1, 2, 7, 1000):
        out = ctypes.create_string_buffer(plain * count, 16 * count)
        check("AES-256 of blocks", function(out, count, key) == count)
        check("AES-256 of blocks", out.raw == sealed * count)
    mixed = ctypes.create_string_buffer(plain + bytes(16), 32)
    check("AES-256 of blocks", function(mixed, 2, key) == 2 and mixed.raw[:16] == sealed and mixed.raw[16:] != sealed)
    untouched = ctypes.create_string_buffer(plain, 16)
    check("AES-256 of blocks", function(untouched, 0, key) == 0 and untouched.raw == plain)


for part in (first_use_by_many_threads, hash_vectors, oprf_vectors, commutative_vectors, wycheproof_vectors, validation,
             scalar_multiplication, first_invalid_item, addition, hash_to_curve, scalars, blocks):
    part()
for group, count in counts.items():
    print(f"{count:6d}  {group}")
print(f"{sum(counts.values()):6d}  checks passed")
