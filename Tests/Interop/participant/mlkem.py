"""ML-KEM-768 in plain Python, written from FIPS 203. For checking only: slow, and not constant time."""

import hashlib

Q, N, K = 3329, 256, 3
ETA, DU, DV = 2, 10, 4
PUBLIC_BYTES = 384 * K + 32
CIPHERTEXT_BYTES = 32 * (DU * K + DV)


def bit_reversed(value):
    return int(f"{value:07b}"[::-1], 2)


ZETAS = [pow(17, bit_reversed(index), Q) for index in range(128)]
GAMMAS = [pow(17, 2 * bit_reversed(index) + 1, Q) for index in range(128)]


def pack(values, width):
    """ByteEncode, algorithm 5."""
    number = 0
    for index, value in enumerate(values):
        number |= value << (index * width)
    return number.to_bytes(32 * width, "little")


def unpack(data, width):
    """ByteDecode, algorithm 6, without the reduction modulo q for a width of 12."""
    number = int.from_bytes(data, "little")
    return [number >> (index * width) & (1 << width) - 1 for index in range(N)]


def compress(values, width):
    return [((value << width) + Q // 2) // Q % (1 << width) for value in values]


def decompress(values, width):
    return [(value * Q + (1 << width - 1)) >> width for value in values]


def sample_ntt(seed):
    """Algorithm 7. 3 bytes give two numbers; a block of 840 bytes is nearly always enough."""
    size, found = 840, []
    while len(found) < N:
        data, found = hashlib.shake_128(seed).digest(size), []
        for start in range(0, size, 3):
            first = data[start] + 256 * (data[start + 1] % 16)
            second = data[start + 1] // 16 + 16 * data[start + 2]
            found += [value for value in (first, second) if value < Q]
        size *= 2
    return found[:N]


def sample_cbd(seed, nonce):
    """PRF and algorithm 8, both with η = 2."""
    number = int.from_bytes(hashlib.shake_256(seed + bytes([nonce])).digest(64 * ETA), "little")
    values = []
    for index in range(N):
        bits = number >> (4 * index)
        values.append(((bits & 1) + (bits >> 1 & 1) - (bits >> 2 & 1) - (bits >> 3 & 1)) % Q)
    return values


def ntt(values):
    """Algorithm 9."""
    values, index, length = list(values), 1, 128
    while length >= 2:
        for start in range(0, N, 2 * length):
            zeta, index = ZETAS[index], index + 1
            for j in range(start, start + length):
                t = zeta * values[j + length] % Q
                values[j + length] = (values[j] - t) % Q
                values[j] = (values[j] + t) % Q
        length //= 2
    return values


def inverse_ntt(values):
    """Algorithm 10."""
    values, index, length = list(values), 127, 2
    while length <= 128:
        for start in range(0, N, 2 * length):
            zeta, index = ZETAS[index], index - 1
            for j in range(start, start + length):
                t = values[j]
                values[j] = (t + values[j + length]) % Q
                values[j + length] = zeta * (values[j + length] - t) % Q
        length *= 2
    return [value * 3303 % Q for value in values]


def product(left, right):
    """Algorithm 11."""
    result = []
    for index, gamma in enumerate(GAMMAS):
        a0, a1, b0, b1 = left[2 * index], left[2 * index + 1], right[2 * index], right[2 * index + 1]
        result += [(a0 * b0 + a1 * b1 * gamma) % Q, (a0 * b1 + a1 * b0) % Q]
    return result


def added(*polynomials):
    return [sum(values) % Q for values in zip(*polynomials)]


def inner(left, right):
    return added(*(product(a, b) for a, b in zip(left, right)))


def matrix(rho):
    """A, by row and column."""
    return [[sample_ntt(rho + bytes([column, row])) for column in range(K)] for row in range(K)]


def vector(data):
    return [unpack(data[384 * row : 384 * row + 384], 12) for row in range(K)]


def key_pair(d, z):
    """KeyGen_internal: the public key, and what decapsulation needs."""
    seeds = hashlib.sha3_512(d + bytes([K])).digest()
    rho, sigma = seeds[:32], seeds[32:]
    secret = [ntt(sample_cbd(sigma, row)) for row in range(K)]
    errors = [ntt(sample_cbd(sigma, K + row)) for row in range(K)]
    public = [added(inner(line, secret), error) for line, error in zip(matrix(rho), errors)]
    encoded = b"".join(pack(row, 12) for row in public) + rho
    return encoded, (secret, encoded, z)


def check_public_key(public):
    """FIPS 203 section 7.2."""
    if len(public) != PUBLIC_BYTES or any(value >= Q for row in vector(public) for value in row):
        raise ValueError("not a public key of ML-KEM-768")


def encrypt(public, message, coins):
    """Algorithm 14."""
    lines, rows = matrix(public[384 * K :]), vector(public)
    y = [ntt(sample_cbd(coins, row)) for row in range(K)]
    u = []
    for row in range(K):
        column = [line[row] for line in lines]
        u.append(added(inverse_ntt(inner(column, y)), sample_cbd(coins, K + row)))
    noise = sample_cbd(coins, 2 * K)
    v = added(inverse_ntt(inner(rows, y)), noise, decompress(unpack(message, 1), 1))
    return b"".join(pack(compress(row, DU), DU) for row in u) + pack(compress(v, DV), DV)


def encapsulate(public, message):
    """Encaps_internal: the shared key and the ciphertext."""
    check_public_key(public)
    keys = hashlib.sha3_512(message + hashlib.sha3_256(public).digest()).digest()
    return keys[:32], encrypt(public, message, keys[32:])


def decapsulate(private, ciphertext):
    """Decaps_internal: the shared key, or another one if the ciphertext is wrong."""
    secret, public, z = private
    if len(ciphertext) != CIPHERTEXT_BYTES:
        raise ValueError("not a ciphertext of ML-KEM-768")
    wide = 32 * DU
    u = [decompress(unpack(ciphertext[wide * row : wide * row + wide], DU), DU) for row in range(K)]
    v = decompress(unpack(ciphertext[wide * K :], DV), DV)
    product_ = inverse_ntt(inner(secret, [ntt(row) for row in u]))
    message = pack(compress([(a - b) % Q for a, b in zip(v, product_)], 1), 1)
    keys = hashlib.sha3_512(message + hashlib.sha3_256(public).digest()).digest()
    if encrypt(public, message, keys[32:]) != ciphertext:
        return hashlib.shake_256(z + ciphertext).digest(32)
    return keys[:32]
