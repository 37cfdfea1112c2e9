"""ristretto255 in plain Python, written from RFC 9496 and RFC 9380. For checking only: slow, and not constant time."""

import hashlib

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
SQRT_M1 = pow(2, (P - 1) // 4, P)


def is_negative(x):
    return x % P & 1


def magnitude(x):
    x %= P
    return P - x if x & 1 else x


def sqrt_ratio(u, v):
    """(whether u/v is a square, the non-negative root of u/v or of i·u/v). RFC 9496 section 4.2."""
    r = u * pow(v, 3, P) * pow(u * pow(v, 7, P) % P, (P - 5) // 8, P) % P
    check = v * r * r % P
    u %= P
    correct = check == u
    flipped = check == -u % P
    flipped_i = check == -u * SQRT_M1 % P
    if flipped or flipped_i:
        r = r * SQRT_M1 % P
    return correct or flipped, magnitude(r)


INVSQRT_A_MINUS_D = sqrt_ratio(1, -1 - D)[1]
# The RFC fixes this root by its value.
SQRT_AD_MINUS_ONE = 25063068953384623474111414158702152701244531502492656460079210482610430750235
assert SQRT_AD_MINUS_ONE**2 % P == (-D - 1) % P


class Point:
    """A point of the Edwards curve in extended coordinates, standing for its ristretto255 element."""

    def __init__(self, x, y, z, t):
        self.x, self.y, self.z, self.t = x % P, y % P, z % P, t % P

    def __add__(self, other):
        a = (self.y - self.x) * (other.y - other.x)
        b = (self.y + self.x) * (other.y + other.x)
        c = 2 * D * self.t * other.t
        d = 2 * self.z * other.z
        e, f, g, h = b - a, d - c, d + c, b + a
        return Point(e * f, g * h, f * g, e * h)

    def __neg__(self):
        return Point(-self.x, self.y, self.z, -self.t)

    def __sub__(self, other):
        return self + -other

    def doubled(self):
        a, b = self.x * self.x, self.y * self.y
        e, g = (self.x + self.y) ** 2 - a - b, b - a
        f, h = g - 2 * self.z * self.z, -a - b
        return Point(e * f, g * h, f * g, e * h)

    def __rmul__(self, scalar):
        return weighted_sum([(scalar, self)])

    def encode(self):
        """RFC 9496 section 4.3.2."""
        u1 = (self.z + self.y) * (self.z - self.y)
        u2 = self.x * self.y
        invsqrt = sqrt_ratio(1, u1 * u2 * u2 % P)[1]
        den1, den2 = invsqrt * u1, invsqrt * u2
        z_inv = den1 * den2 * self.t
        if is_negative(self.t * z_inv):
            x, y, den_inv = self.y * SQRT_M1, self.x * SQRT_M1, den1 * INVSQRT_A_MINUS_D
        else:
            x, y, den_inv = self.x, self.y, den2
        if is_negative(x * z_inv):
            y = -y
        return magnitude(den_inv * (self.z - y)).to_bytes(32, "little")


IDENTITY = Point(0, 1, 1, 0)
# Bits of a scalar that are taken at once.
WINDOW = 4


def weighted_sum(terms):
    """The sum of scalar times point: one chain of doublings for all."""
    tables = []
    for scalar, point in terms:
        if not scalar:
            continue
        table = [IDENTITY, point]
        while len(table) < min(1 << WINDOW, scalar + 1):
            table.append(table[-1] + point)
        tables.append((scalar, table))
    result = IDENTITY
    longest = max((scalar.bit_length() for scalar, _ in tables), default=0)
    for shift in reversed(range(0, longest, WINDOW)):
        for _ in range(WINDOW):
            result = result.doubled()
        for scalar, table in tables:
            digit = scalar >> shift & (1 << WINDOW) - 1
            if digit:
                result = result + table[digit]
    return result


def decode(data):
    """RFC 9496 section 4.3.1; the identity is refused too, as the protocol has it."""
    s = int.from_bytes(data, "little")
    if len(data) != 32 or s >= P or s & 1:
        raise ValueError("not a canonical encoding")
    u1, u2 = (1 - s * s) % P, (1 + s * s) % P
    v = (-D * u1 * u1 - u2 * u2) % P
    was_square, invsqrt = sqrt_ratio(1, v * u2 * u2 % P)
    den_x = invsqrt * u2 % P
    den_y = invsqrt * den_x * v % P
    x = magnitude(2 * s * den_x)
    y = u1 * den_y % P
    t = x * y % P
    if not was_square or is_negative(t) or y == 0 or s == 0:
        raise ValueError("not an element")
    return Point(x, y, 1, t)


def elligator(data):
    """MAP of RFC 9496 section 4.3.4."""
    t = (int.from_bytes(data, "little") & (2**255 - 1)) % P
    r = SQRT_M1 * t * t % P
    u = (r + 1) * (1 - D * D) % P
    v = (-1 - r * D) * (r + D) % P
    was_square, s = sqrt_ratio(u, v)
    c = -1
    if not was_square:
        s, c = -magnitude(s * t) % P, r
    n = (c * (r - 1) * (D - 1) * (D - 1) - v) % P
    w0, w1 = 2 * s * v, n * SQRT_AD_MINUS_ONE
    w2, w3 = 1 - s * s, 1 + s * s
    return Point(w0 * w3, w2 * w1, w1 * w3, w0 * w2)


def from_uniform(data):
    return elligator(data[:32]) + elligator(data[32:])


def expand_message(message, tag, count, digest=hashlib.sha512):
    """expand_message_xmd of RFC 9380 section 5.3.1."""
    tag += bytes([len(tag)])
    first = digest(bytes(digest().block_size) + message + count.to_bytes(2, "big") + b"\0" + tag).digest()
    block, output = bytes(len(first)), b""
    for index in range(1, -(-count // len(first)) + 1):
        mixed = bytes(a ^ b for a, b in zip(first, block))
        block = digest(mixed + bytes([index]) + tag).digest()
        output += block
    return output[:count]


def hash_to_group(message, tag):
    return from_uniform(expand_message(message, tag, 64))


# RFC 9496 section 4.1: the generator, and its encoding from appendix A.1.
BASE = decode(bytes.fromhex("e2f2ae0a6abc4e71a884a961c500515f58e30b6aa582dd8db6a65945e08d2d76"))
