"""Proofs of shuffle and of shares, written from P-62, P-64, P-70 and P-82 of docs/protocol.md, independently of the Swift sources.

Not constant time, not fast: for tests only. Python's standard library only.
"""

import hashlib
import hmac

from conventions import label, sha256, sha512, u16, u32
from ristretto255 import BASE, IDENTITY, ORDER, decode, hash_to_group, weighted_sum

GENERATOR_TAG = b"SIDOS-V1-shuffle_ristretto255_XMD:SHA-512_R255MAP_RO_"
RECORD_BYTES = 160


class Refused(Exception):
    """What a checker finds: `proof.malformed`, `proof.wrong` or `shares.wrong`."""


def scalar_bytes(number):
    return (number % ORDER).to_bytes(32, "little")


def read_scalar(data):
    number = int.from_bytes(data, "little")
    if number >= ORDER:
        raise Refused("proof.malformed")
    return number


def read_point(data, code="proof.malformed"):
    try:
        return decode(data)
    except ValueError as error:
        raise Refused(code) from error


def same(left, right):
    """RFC 9496 section 4.3.3."""
    p = 2**255 - 19
    return (left.x * right.y - left.y * right.x) % p == 0 or (left.y * right.y - left.x * right.x) % p == 0


def total(terms):
    """The sum of scalar times point."""
    return weighted_sum([(scalar % ORDER, point) for scalar, point in terms])


_generators = {}


def generator(number):
    """h_i"""
    if number not in _generators:
        _generators[number] = hash_to_group(u32(number), GENERATOR_TAG)
    return _generators[number]


def pseudo_random(key, name, number=0):
    """Scalars of a prover, from a seed: its own matter, but fixed where vectors are made."""
    code = hmac.new(key, name.encode() + b"\0" + u32(number), hashlib.sha512).digest()
    return int.from_bytes(code, "little") % (ORDER - 1) + 1


def coefficient(seed, number):
    """u_j, never 0."""
    return int.from_bytes(sha256(label("u"), seed, u32(number))[:16], "little") or 1


class Shape:
    """Elements of an item, and whether it has a capsule, and one of the study besides."""

    def __init__(self, elements, capsules, study=False):
        self.elements, self.capsules, self.study = elements, capsules, study
        self.points = elements + (2 if capsules else 0) + (2 if study else 0)
        self.item_bytes = 32 * self.points
        self.sum_count = 4 + self.points + (1 if study else 0)
        self.response_count = 7 if study else 5 if capsules else 4
        # Where t_5, t_6 and t_8 begin.
        self.element_sums = 3 + (2 if capsules else 0)
        self.key_sum = self.element_sums + elements
        self.key_response = 4 if capsules else 3
        self.head_bytes = 32 * (3 + self.sum_count + self.response_count)

    def read(self, item, code="list.invalid-element"):
        return [read_point(item[32 * index:32 * index + 32], code) for index in range(self.points)]


class Statement:
    """x of P-62 and what it is made of."""

    def __init__(self, shape, **fields):
        self.shape = shape
        self.__dict__.update(fields)

    def hash(self):
        return sha512(
            label("shuffle"), self.agreement, self.round, self.manifest, self.register.encode(), b"\0",
            self.hop.encode(), b"\0", u16(self.stage), u16(self.input_attempt), u16(self.output_attempt),
            u16(self.proof_attempt), u32(self.n), u16(self.shape.elements), bytes([self.shape.capsules + self.shape.study]),
            self.K, self.Y if self.shape.capsules else bytes(32), self.S if self.shape.study else b"", self.D, self.D2)


def shuffle_seed(statement, commitments):
    return sha512(label("shuffle u"), statement.hash(), commitments)[:32]


def challenge(seed, chain, blinded, sums):
    return int.from_bytes(sha512(label("shuffle c"), seed, chain, blinded, *sums), "little") % ORDER


def mix(shape, items, key, capsule_key, rerandomization, study_key=1, study_rho=None):
    """A hop's stage: items in order, and for each the number of its input."""
    images = []
    for number, item in enumerate(items):
        points = shape.read(item)
        image = [key * point for point in points[:shape.elements]]
        if shape.capsules:
            rho, (a, b) = rerandomization[number], points[shape.elements:shape.elements + 2]
            image += [a + rho * BASE, b + rho * capsule_key]
        if shape.study:
            rho, (u, v) = study_rho[number], points[-2:]
            image += [study_key * u + rho * BASE, study_key * v + rho * capsule_key]
        images.append((b"".join(point.encode() for point in image), number))
    images.sort()
    return [image for image, _ in images], [number for _, number in images]


def prove(statement, source, output, order, rho, key, proof_seed, trace=None, study_key=1, study_rho=None):
    """The proof that `output` is the shuffle of `source`; both are lists of items."""
    shape, n = statement.shape, statement.n
    inputs, outputs = [shape.read(item) for item in source], [shape.read(item) for item in output]
    r = [pseudo_random(proof_seed, "r", number) for number in range(n)]
    commitments = [None] * n
    for i, j in enumerate(order):
        commitments[j] = (r[j] * BASE + generator(i + 1)).encode()
    digest_c = sha256(*commitments)
    seed = shuffle_seed(statement, digest_c)
    u = [coefficient(seed, number + 1) for number in range(n)]
    permuted = [u[j] for j in order]
    nonce_key = hmac.new(proof_seed, b"nonces\0" + seed, hashlib.sha512).digest()
    r_hat, w_hat, w_prime = ([pseudo_random(nonce_key, name, i) for i in range(n)]
                             for name in ("r hat", "omega hat", "omega prime"))
    w = [pseudo_random(nonce_key, "omega", number) for number in range(1, 8 if shape.study else 6)]
    chain, blinded, last = [], [], (0, 1)
    for i in range(n):
        a, b = last
        h0 = generator(0)
        blinded.append(((w_hat[i] + w_prime[i] * a) % ORDER * BASE + w_prime[i] * b % ORDER * h0).encode())
        last = ((r_hat[i] + permuted[i] * a) % ORDER, permuted[i] * b % ORDER)
        chain.append((last[0] * BASE + last[1] * h0).encode())
    digest_chain, digest_that = sha256(*chain), sha256(*blinded)
    folded = [total((u[j], inputs[j][m]) for j in range(n)) for m in range(shape.elements)]

    def secret_sum(index):
        return total((w_prime[i], outputs[i][index]) for i in range(n))

    sums = [w[0] * BASE, w[1] * BASE, w[2] * BASE + total((w_prime[i], generator(i + 1)) for i in range(n))]
    if shape.capsules:
        capsule_key = decode(statement.Y)
        sums += [secret_sum(shape.elements) - w[3] * BASE, secret_sum(shape.elements + 1) - w[3] * capsule_key]
    sums += [secret_sum(m) - w[4] * folded[m] for m in range(shape.elements)]
    sums.append(w[4] * BASE)
    if shape.study:
        for index, base in ((shape.points - 2, BASE), (shape.points - 1, capsule_key)):
            sealed = total((u[j], inputs[j][index]) for j in range(n))
            sums.append(secret_sum(index) - w[5] * sealed - w[6] * base)
        sums.append(w[5] * BASE)
    sums = [point.encode() for point in sums]
    c = challenge(seed, digest_chain, digest_that, sums)
    responses = [w[0] + c * sum(r), w[1] + c * last[0], w[2] + c * sum(r[j] * u[j] for j in range(n))]
    if shape.capsules:
        responses.append(w[3] + c * sum(permuted[i] * rho[order[i]] for i in range(n)))
    responses.append(w[4] + c * key)
    if shape.study:
        responses += [w[5] + c * study_key, w[6] + c * sum(permuted[i] * study_rho[order[i]] for i in range(n))]
    proof = digest_c + digest_chain + digest_that + b"".join(sums) + b"".join(map(scalar_bytes, responses))
    for i in range(n):
        proof += commitments[i] + chain[i] + blinded[i]
        proof += scalar_bytes(w_hat[i] + c * r_hat[i]) + scalar_bytes(w_prime[i] + c * permuted[i])
    if trace is not None:
        def scalars(numbers):
            return [scalar_bytes(number).hex() for number in numbers]
        trace.update(
            r=scalars(r), digest_c=digest_c.hex(), seed=seed.hex(),
            u=[number.to_bytes(16, "little").hex() for number in u], r_hat=scalars(r_hat),
            omega_hat=scalars(w_hat), omega_prime=scalars(w_prime), omega=scalars(w), digest_chain=digest_chain.hex(),
            digest_that=digest_that.hex(), t=[point.hex() for point in sums], challenge=scalar_bytes(c).hex())
    return proof


def check(statement, source, output, proof):
    """Every equation of P-64 by itself. `source` and `output` are lists of items."""
    shape, n = statement.shape, statement.n
    if len(proof) != shape.head_bytes + n * RECORD_BYTES or len(source) != n or len(output) != n:
        raise Refused("proof.malformed")
    fields = [proof[at:at + 32] for at in range(0, shape.head_bytes, 32)]
    digests, sums, responses = fields[:3], fields[3:3 + shape.sum_count], fields[3 + shape.sum_count:]
    t, s = [read_point(data) for data in sums], [read_scalar(data) for data in responses]
    seed = shuffle_seed(statement, digests[0])
    c = challenge(seed, digests[1], digests[2], sums)
    if c == 0:
        raise Refused("proof.wrong")
    records = [proof[at:at + RECORD_BYTES] for at in range(shape.head_bytes, len(proof), RECORD_BYTES)]
    if digests != [sha256(*(record[at:at + 32] for record in records)) for at in (0, 32, 64)]:
        raise Refused("proof.malformed")
    commitments, chain, blinded = ([read_point(record[at:at + 32]) for record in records] for at in (0, 32, 64))
    s_hat, s_prime = ([read_scalar(record[at:at + 32]) for record in records] for at in (96, 128))
    inputs, outputs = [shape.read(item) for item in source], [shape.read(item) for item in output]
    u = [coefficient(seed, number + 1) for number in range(n)]
    product = 1
    for number in u:
        product = product * number % ORDER

    def require(left, right):
        if not same(left, right):
            raise Refused("proof.wrong")

    def folded(index):
        return total((u[j], inputs[j][index]) for j in range(n))

    def answered(index):
        return total((s_prime[i], outputs[i][index]) for i in range(n))

    commitment_sum, generator_sum = IDENTITY, IDENTITY
    for number in range(n):
        commitment_sum, generator_sum = commitment_sum + commitments[number], generator_sum + generator(number + 1)
    require(s[0] * BASE, t[0] + c * (commitment_sum - generator_sum))
    require(s[1] * BASE, t[1] + c * (chain[-1] - product * generator(0)))
    require(s[2] * BASE + total((s_prime[i], generator(i + 1)) for i in range(n)),
            t[2] + c * total(zip(u, commitments)))
    if shape.capsules:
        for half, base in enumerate((BASE, decode(statement.Y))):
            index = shape.elements + half
            require(answered(index) - s[3] * base, t[3 + half] + c * folded(index))
    own = s[shape.key_response]
    for m in range(shape.elements):
        require(answered(m) - own * folded(m), t[shape.element_sums + m])
    require(own * BASE, t[shape.key_sum] + c * read_point(statement.K))
    if shape.study:
        for half, base in enumerate((BASE, decode(statement.Y))):
            index = shape.points - 2 + half
            require(answered(index) - s[5] * folded(index) - s[6] * base, t[shape.key_sum + 1 + half])
        require(s[5] * BASE, t[shape.key_sum + 3] + c * read_point(statement.S))
    before = generator(0)
    for i in range(n):
        require(total([(s_hat[i], BASE), (s_prime[i], before), (-c, chain[i])]), blinded[i])
        before = chain[i]


def share_context(agreement, round_id, manifest, node, attempt, key, requests_digest, shares):
    return sha512(label("release"), agreement, round_id, manifest, node.encode(), b"\0", u16(attempt),
                  u32(len(shares)), key, requests_digest, sha256(*shares))[:32]


def share_sums(context, requests, shares):
    """M and Z."""
    e = [coefficient(context, number + 1) for number in range(len(shares))]
    return [total(zip(e, (read_point(data, "shares.wrong") for data in own))) for own in (requests, shares)]


def share_challenge(context, sums, commitments):
    encoded = [point.encode() for point in sums]
    return int.from_bytes(sha512(label("release c"), context, *encoded, commitments), "little") % ORDER


def prove_shares(agreement, round_id, manifest, node, attempt, secret, requests, requests_digest, shares, nonce_seed,
                 trace=None, key=None):
    """A `release` stream with shares that should be `secret` times what was asked for, as the node's `key` says."""
    key = key or (secret * BASE).encode()
    context = share_context(agreement, round_id, manifest, node, attempt, key, requests_digest, shares)
    sums = share_sums(context, requests, shares)
    # The prover's own matter, but as the Swift one does it.
    code = hmac.new(nonce_seed, scalar_bytes(secret) + context, hashlib.sha512).digest()
    nonce = int.from_bytes(code, "little") % ORDER
    commitments = (nonce * BASE).encode() + (nonce * sums[0]).encode()
    c = share_challenge(context, sums, commitments)
    if trace is not None:
        trace.update(context=context.hex(), M=sums[0].encode().hex(), Z=sums[1].encode().hex())
    return commitments + scalar_bytes(nonce + c * secret) + b"".join(shares)


def check_shares(agreement, round_id, manifest, node, attempt, key, requests, requests_digest, stream):
    """A `release` stream: the proof, then a share for each request."""
    shares = [stream[at:at + 32] for at in range(96, len(stream), 32)]
    if len(shares) != len(requests):
        raise Refused("shares.wrong")
    context = share_context(agreement, round_id, manifest, node, attempt, key, requests_digest, shares)
    m, z = share_sums(context, requests, shares)
    wrong = "shares.wrong"
    t1, t2 = read_point(stream[:32], wrong), read_point(stream[32:64], wrong)
    s = int.from_bytes(stream[64:96], "little")
    if s >= ORDER:
        raise Refused(wrong)
    c = share_challenge(context, (m, z), stream[:64])
    if not same(s * BASE, t1 + c * read_point(key, wrong)) or not same(s * m, t2 + c * z):
        raise Refused(wrong)
