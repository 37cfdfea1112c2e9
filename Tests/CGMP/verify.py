#!/usr/bin/env python3
"""Checks the ffdhe3072 group and the oracle against Python's integers and the vectors of primes.

Usage: verify.py LIBRARY VECTORS
  LIBRARY  a shared library built from Sources/CGMP (see check.sh)
  VECTORS  the folder of test vectors
"""
import ctypes
import json
import pathlib
import random
import sys

if len(sys.argv) != 3:
    sys.exit(__doc__)
library = ctypes.CDLL(sys.argv[1])
vectors = pathlib.Path(sys.argv[2])
FAILURE = ctypes.c_size_t(-1).value
generator = random.Random("sidos ffdhe3072")
counts = {}


def check(group, condition, detail=""):
    counts[group] = counts.get(group, 0) + 1
    if not condition:
        sys.exit(f"FAILED {group} (check {counts[group]}): {detail}")


bytes_type, size_type = ctypes.c_char_p, ctypes.c_size_t


def size_function(name, *argument_types):
    function = getattr(library, "sidos_ffdhe3072_" + name)
    function.restype = size_type
    function.argtypes = argument_types
    return function


mul_batch = size_function("mul_batch", bytes_type, bytes_type, bytes_type, size_type)
mul_wide_batch = size_function("mul_wide_batch", bytes_type, bytes_type, bytes_type, size_type)
base_mul_batch = size_function("base_mul_batch", bytes_type, bytes_type, size_type)
uniform_batch = size_function("from_uniform_batch", bytes_type, bytes_type, size_type)
validate_batch = size_function("validate_batch", bytes_type, size_type)
multiply_batch = size_function("multiply_batch", bytes_type, bytes_type, bytes_type, size_type)
library.sidos_powmod.argtypes = [bytes_type] * 4 + [size_type]
library.sidos_mod.argtypes = [bytes_type, bytes_type, size_type, bytes_type, size_type]
library.sidos_is_probable_prime.argtypes = [bytes_type, size_type, ctypes.c_int]

groups = json.loads((vectors / "primality_groups.json").read_text())["groups"]
(p,) = [int(g["p"], 16) for g in groups if g["name"].startswith("ffdhe3072")]
q = (p - 1) // 2


def wide(number, size=384):
    return number.to_bytes(size, "big")


def fold(number):
    return min(number % p, -number % p)


def batch(function, item_count, *arguments):
    """Runs a batch into a buffer of known content; returns (result, output) and looks for writes past the end."""
    guard = b"\xa5" * 64
    out = ctypes.create_string_buffer(b"\x5a" * (384 * item_count) + guard)
    result = function(out, *arguments, item_count)
    check("no write past the end", out.raw[384 * item_count : 384 * item_count + 64] == guard)
    return result, out.raw[: 384 * item_count]


def expect_values(group, function, expected, *arguments):
    result, out = batch(function, len(expected), *arguments)
    check(group, result == len(expected), f"returned {result}, not {len(expected)}")
    for index, want in enumerate(expected):
        check(group, out[384 * index : 384 * index + 384] == wide(want), f"item {index}")


def expect_refusal(group, function, item_count, index, *arguments):
    result, out = batch(function, item_count, *arguments)
    check(group, result == index, f"returned {result}, not {index}")
    check(group, out == bytes(384 * item_count), "output not zeroed")


elements = [2, 3, 4, 5, q, q - 1, q - 2, q - 3, 2**64 - 1, 2**64, 2**64 + 1, 2**3008]
elements += [generator.randrange(2, q + 1) for _ in range(12)]
not_elements = [0, 1, q + 1, q + 2, p - 2, p - 1, p, p + 1, p + 2, 2**3071, 2**3072 - 1]
exponents = sorted({1, 2, 3, 2**8, 2**64 - 1, 2**64, 2**128, 2**192, 2**255, 2**256 - 1, 2**256 - 2}
                   | {generator.randrange(1, 2 ** (256 - 8 * zeros)) for zeros in range(0, 32, 3)})
wide_exponents = [1, 2, 2**256, q - 1, q - 2, q // 2, 2**3070] + [generator.randrange(1, q) for _ in range(6)]


def encodings():
    for y in elements:
        check("encodings", validate_batch(wide(y), 1) == 1)
    for y in not_elements:
        check("encodings", validate_batch(wide(y), 1) == 0)
        expect_refusal("encodings", mul_batch, 1, 0, wide(y), wide(7, 32))
        expect_refusal("encodings", mul_wide_batch, 1, 0, wide(y), wide(7))
        expect_refusal("encodings", multiply_batch, 1, 0, wide(y), wide(3))
        expect_refusal("encodings", multiply_batch, 1, 0, wide(3), wide(y))
    for index in (0, 1, 12, len(elements) - 1):
        for later in (index, len(elements) - 1):
            data = list(elements)
            data[index] = data[later] = 1
            joined = b"".join(map(wide, data))
            expect_refusal("first invalid item", mul_batch, len(data), index, joined, wide(5, 32))
            expect_refusal("first invalid item", mul_wide_batch, len(data), index, joined, wide(5))
            check("first invalid item", validate_batch(joined, len(data)) == index)


def powers():
    joined = b"".join(map(wide, elements))
    for k in exponents:
        expect_values("mul", mul_batch, [fold(pow(y, k, p)) for y in elements], joined, wide(k, 32))
    expect_values("base_mul", base_mul_batch, [fold(pow(2, k, p)) for k in exponents],
                  b"".join(wide(k, 32) for k in exponents))
    for k in wide_exponents:
        expect_values("mul_wide", mul_wide_batch, [fold(pow(y, k, p)) for y in elements[:8]], joined[: 384 * 8],
                      wide(k))
    expect_refusal("exponent out of range", mul_batch, 3, FAILURE, joined[: 384 * 3], bytes(32))
    for k in (0, q, q + 1, p, 2**3072 - 1):
        expect_refusal("exponent out of range", mul_wide_batch, 3, FAILURE, joined[: 384 * 3], wide(k))
    for index in (0, 2):
        data = [wide(9, 32)] * 3
        data[index] = bytes(32)
        expect_refusal("exponent out of range", base_mul_batch, 3, index, b"".join(data))
    a, c = (generator.getrandbits(256) | 1 for _ in range(2))
    once = {k: batch(mul_batch, len(elements), joined, wide(k, 32))[1] for k in (a, c)}
    twice = [batch(mul_batch, len(elements), once[x], wide(y, 32))[1] for x, y in ((a, c), (c, a))]
    check("exponents commute", twice[0] == twice[1])
    data = ctypes.create_string_buffer(joined, len(joined))
    check("mul in place", mul_batch(data, ctypes.cast(data, bytes_type), wide(a, 32), len(elements)) == len(elements))
    check("mul in place", data.raw == once[a])
    data = ctypes.create_string_buffer(joined, len(joined))
    check("mul in place", mul_wide_batch(data, ctypes.cast(data, bytes_type), wide(a), len(elements)) == len(elements))
    check("mul in place", data.raw == once[a])
    for name, function, empty in (("mul", mul_batch, (None,) * 3), ("wide", mul_wide_batch, (None,) * 3),
                                  ("base", base_mul_batch, (None,) * 2), ("uniform", uniform_batch, (None,) * 2),
                                  ("multiply", multiply_batch, (None,) * 3), ("validate", validate_batch, (None,))):
        check("count 0", function(*empty, 0) == 0, name)
        check("overflowing count", function(*empty, FAILURE) == FAILURE, name)
        check("overflowing count", function(*empty, FAILURE // 384 + 1) == FAILURE, name)


def uniform():
    top = 2**3584 - 1
    values = [2, 3, q - 1, q, q + 1, q + 2, p - 2, p - 3, p + 2, 2 * p - 2, 2**3072 - 1, 2**3072, top,
              top // p * p + 2, top // p * p - 2]
    values += [generator.getrandbits(3584) for _ in range(200)]
    expect_values("from_uniform", uniform_batch, [fold(x) for x in values], b"".join(wide(x, 448) for x in values))
    trivial = [0, 1, p - 1, p, p + 1, 2 * p - 1, 2 * p, 2 * p + 1, top // p * p, top // p * p - 1, top // p * p + 1]
    expect_values("from_uniform, 0 and 1", uniform_batch, [4] * len(trivial), b"".join(wide(x, 448) for x in trivial))


def products():
    pairs = [(a, b) for a in elements for b in elements if fold(a * b) != 1]
    left, right = (b"".join(wide(pair[side]) for pair in pairs) for side in (0, 1))
    expect_values("multiply", multiply_batch, [fold(a * b) for a, b in pairs], left, right)
    for y in elements[:6]:
        inverse = fold(pow(y, -1, p))
        check("inverses are elements", 2 <= inverse <= q)
        for index in (0, 2):
            a, b = [3] * 3, [4] * 3
            a[index], b[index] = y, inverse
            expect_refusal("identity results", multiply_batch, 3, index, *(b"".join(map(wide, x)) for x in (a, b)))
    for place in ("first", "second", "both"):
        first = ctypes.create_string_buffer(left, len(left))
        second = first if place == "both" else ctypes.create_string_buffer(right, len(right))
        out = second if place == "second" else first
        used = [(a, a if place == "both" else b) for a, b in pairs]
        result = multiply_batch(*(ctypes.cast(x, bytes_type) for x in (out, first, second)), len(pairs))
        check("multiply in place", result == len(pairs))
        check("multiply in place", out.raw == b"".join(wide(fold(a * b)) for a, b in used))


def scalars():
    for k in [1, 2, 2**64, q - 1, q - 2, 2**3070] + [generator.randrange(1, q) for _ in range(20)]:
        check("scalar_is_valid", library.sidos_ffdhe3072_scalar_is_valid(wide(k)) == 1)
    for k in (0, q, q + 1, p, 2**3071, 2**3072 - 1):
        check("scalar_is_valid", library.sidos_ffdhe3072_scalar_is_valid(wide(k)) == 0)
    edge = [0, 1, 2, q - 1, q, q + 1, p, 2**3072 - 1] + [generator.getrandbits(3072) for _ in range(6)]
    out = ctypes.create_string_buffer(384)
    for a in edge:
        for b in edge:
            for c in edge:
                check("scalar_mul_add", library.sidos_ffdhe3072_scalar_mul_add(out, wide(a), wide(b), wide(c)) == 1)
                check("scalar_mul_add", int.from_bytes(out.raw, "big") == (a * b + c) % q)
    shared = ctypes.create_string_buffer(wide(edge[-1]), 384)
    check("scalar_mul_add in place", library.sidos_ffdhe3072_scalar_mul_add(shared, shared, shared, shared) == 1)
    check("scalar_mul_add in place", int.from_bytes(shared.raw, "big") == (edge[-1] ** 2 + edge[-1]) % q)
    top = 2**3584 - 1
    edge = [0, 1, q - 1, q, q + 1, top, top // q * q, top // q * q - 1]
    for x in edge + [generator.getrandbits(3584) for _ in range(100)]:
        check("scalar_reduce", library.sidos_ffdhe3072_scalar_reduce(out, wide(x, 448)) == 1)
        check("scalar_reduce", int.from_bytes(out.raw, "big") == x % q)
    # A Schnorr proof from end to end: 2^s = 2^r * (2^k)^c.
    k, r, c = (generator.randrange(1, 2**256) for _ in range(3))
    library.sidos_ffdhe3072_scalar_mul_add(out, wide(c), wide(k), wide(r))
    _, left = batch(mul_wide_batch, 1, wide(2), out.raw)
    _, powers = batch(base_mul_batch, 2, wide(r, 32) + wide(k, 32))
    _, challenged = batch(mul_batch, 1, powers[384:], wide(c, 32))
    _, right = batch(multiply_batch, 1, powers[:384], challenged)
    check("Schnorr equation", left == right and any(left))


def oracle():
    out = ctypes.create_string_buffer(384)
    library.sidos_ffdhe3072_modulus(out)
    check("modulus", int.from_bytes(out.raw, "big") == p)
    check("groups of primality_groups.json", len(groups) == 10)
    for group in groups:
        modulus, bits = int(group["p"], 16), group["bits"]
        size, order = bits // 8, (int(group["p"], 16) - 1) // 2
        name = "groups of primality_groups.json"
        check(name, modulus.bit_length() == bits and modulus % 8 == group["p_mod_8"])
        rounds = 24 if bits > 4096 else 30
        check(name, library.sidos_is_probable_prime(wide(modulus, size), size, rounds) in (1, 2), group["name"])
        check(name, library.sidos_is_probable_prime(wide(order, size), size, rounds) in (1, 2), group["name"])
        check(name, library.sidos_is_probable_prime(wide(modulus - 2, size), size, rounds) == 0, group["name"])
        power = ctypes.create_string_buffer(size)
        numbers = [wide(x, size) for x in (group["g"], order, modulus)]
        check(name, library.sidos_powmod(power, *numbers, size) == 1)
        check(name, int.from_bytes(power.raw, "big") == 1)
    primality = json.loads((vectors / "wycheproof/primality_test.json").read_text())
    for test in [test for group in primality["testGroups"] for test in group["tests"]]:
        number = bytes.fromhex(test["value"])
        if not number or number[0] & 0x80:  # the file holds two's complement integers: these are negative or empty
            continue
        verdict = library.sidos_is_probable_prime(number, len(number), 40)
        agrees = test["result"] == "acceptable" or (verdict > 0) == (test["result"] == "valid")
        check("Wycheproof primality", agrees, test["tcId"])
    check("Wycheproof primality", counts["Wycheproof primality"] > 200)
    for size in (1, 2, 8, 31, 32, 100, 384):
        for _ in range(40):
            b, e, m = (generator.getrandbits(generator.choice((1, 4 * size, 8 * size))) for _ in range(3))
            out = ctypes.create_string_buffer(b"\x5a" * size, size)
            done = library.sidos_powmod(out, wide(b, size), wide(e, size), wide(m, size), size)
            check("powmod", done == (m != 0))
            check("powmod", out.raw == (wide(pow(b, e, m), size) if m else b"\x5a" * size), f"{b} {e} {m}")
            long = generator.getrandbits(16 * size)
            done = library.sidos_mod(out, wide(long, 2 * size), 2 * size, wide(m, size), size)
            check("mod", done == (m != 0))
            check("mod", m == 0 or out.raw == wide(long % m, size))
    for number in range(2000):
        prime = number > 1 and all(number % d for d in range(2, int(number**0.5) + 1))
        check("small primes", (library.sidos_is_probable_prime(wide(number, 3), 3, 25) > 0) == prime)
    for size in (0, 4097):
        check("oracle bounds", library.sidos_powmod(None, None, None, None, size) == 0)
        check("oracle bounds", library.sidos_mod(None, None, size, None, 5) == 0)
        check("oracle bounds", library.sidos_mod(None, None, 5, None, size) == 0)
        check("oracle bounds", library.sidos_is_probable_prime(None, size, 5) == -1)
    for rounds in (0, -1, 1001):
        check("oracle bounds", library.sidos_is_probable_prime(b"\x07", 1, rounds) == -1)


for part in (encodings, powers, uniform, products, scalars, oracle):
    part()
for group, count in counts.items():
    print(f"{count:6d}  {group}")
print(f"{sum(counts.values()):6d}  checks passed")
