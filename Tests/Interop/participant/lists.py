"""Scalars, proofs of possession, capsules, items and lists (P-20 to P-35, P-40, P-81). ristretto255 only."""

import secrets

from ristretto255 import BASE, ORDER, decode, hash_to_group
from wire import ELEMENT_BITS, NO_BITS, Violation, cut_by_part, digest, hmac256, label, part_of, sha256, u16, u32

SUITE = b"ristretto255-SHA512"
DOMAIN = b"SIDOS-V1-ristretto255_XMD:SHA-512_R255MAP_RO_"
ELEMENT, CAPSULE, TAG = 32, 64, 16
# Random bytes before the items of every part of a list.
LIST_PREFIX = 32


def random_scalar():
    return 1 + secrets.randbelow(ORDER - 1)


def encode_scalar(scalar):
    return (scalar % ORDER).to_bytes(32, "little")


def random_element():
    return random_scalar() * BASE


def message(round_id, kind, value):
    return round_id + u16(len(kind)) + kind.encode() + value


def blinded(round_id, kind, value, key):
    return key * hash_to_group(message(round_id, kind, value), DOMAIN)


# Proofs of possession, P-27.


def challenge(round_id, participant, purpose, public, commitment):
    context = round_id + participant.encode() + b"\0" + purpose.encode()
    data = label("schnorr") + SUITE + b"\0" + u32(len(context)) + context + public + commitment
    return int.from_bytes(sha256(data)[:16], "little")


def proof(round_id, participant, purpose, secret, public):
    nonce = random_scalar()
    commitment = (nonce * BASE).encode()
    c = challenge(round_id, participant, purpose, public, commitment)
    return {"commitment": commitment.hex(), "response": encode_scalar(nonce + c * secret).hex()}


def proof_holds(round_id, participant, purpose, public, fields):
    try:
        key, commitment = decode(public), bytes.fromhex(fields["commitment"])
        c = challenge(round_id, participant, purpose, public, commitment)
        response = int.from_bytes(bytes.fromhex(fields["response"]), "little")
        right = decode(commitment) + c * key
    except ValueError:
        return False
    return response < ORDER and (response * BASE).encode() == right.encode()


# Capsules, P-40.


def capsule(secret, public):
    """A fresh capsule of an element under the key that all hold together."""
    rho = random_scalar()
    return (rho * BASE).encode() + (secret + rho * public).encode()


def refreshed(data, public, factor=1):
    """The same secret, or so many times it, in a capsule that nobody has seen."""
    rho = random_scalar()
    return (factor * decode(data[:32]) + rho * BASE).encode() + (factor * decode(data[32:]) + rho * public).encode()


def study_capsule(study, identity, factor, public):
    """P-81: of what lasts for the study, or of nothing for somebody without an official identity."""
    if identity is None:
        rho = random_scalar()
        return (rho * BASE).encode() + (rho * public).encode()
    head = sha256(label("study") + study.encode())
    return capsule(factor * hash_to_group(message(head, "study", identity), DOMAIN), public)


# Lists, P-30 to P-35.


def width(elements, is_tagged, capsules):
    return elements * (TAG if is_tagged else ELEMENT) + CAPSULE * capsules


def written(items, count=1, fixed=ELEMENT_BITS):
    """A list's parts, as bytes."""
    return [secrets.token_bytes(LIST_PREFIX) + b"".join(own) for own in cut_by_part(items, count, fixed)]


def records(data, size, author):
    if len(data) % size:
        raise Violation("list.partial-record", author)
    return [data[start : start + size] for start in range(0, len(data), size)]


def read_list(parts, size, stored, author, keeper):
    """The items of a list whose entry has announced its count and digest. Who kept it has seen its length, no more."""
    items, places = [], []
    for number, data in enumerate(parts):
        if len(data) < LIST_PREFIX:
            raise Violation("list.partial-record", keeper)
        own = records(data[LIST_PREFIX:], size, keeper)
        items += own
        places += [number] * len(own)
    if len(items) != stored["count"]:
        raise Violation("list.wrong-count", keeper, f"{len(items)} items")
    if digest(parts).hex() != stored["digest"]:
        raise Violation("list.wrong-digest")
    for number, (item, place) in enumerate(zip(items, places)):
        if part_of(item, len(parts), ELEMENT_BITS) != place:
            raise Violation("list.not-increasing", author, f"item {number} is in part {place}")
    for number in range(1, len(items)):
        if items[number - 1][:ELEMENT] >= items[number][:ELEMENT]:
            raise Violation("list.not-increasing", author, f"item {number}")
    return items


def valid_element(data, name, author, number):
    try:
        return decode(data)
    except ValueError:
        raise Violation(name, author, f"item {number}") from None


def hop(items, kinds, author, blinding_key, capsule_public, exit_salt, round_id, study_key=None):
    """One stage: the items multiplied, their capsules made afresh, and with an exit salt tags in place of elements.
    With a study key, which is 1 where the node holds none, items have a study capsule that is raised to it."""
    made = []
    for number, item in enumerate(items):
        new = b""
        for index, kind in enumerate(kinds):
            element = valid_element(item[32 * index : 32 * index + 32], "list.invalid-element", author, number)
            encoded = (blinding_key * element).encode()
            if exit_salt is not None:
                encoded = hmac256(exit_salt, label("tag") + message(round_id, kind, encoded))[:TAG]
            new += encoded
        if capsule_public is not None:
            own = item[32 * len(kinds) :]
            for start in range(0, len(own), ELEMENT):
                valid_element(own[start : start + ELEMENT], "list.invalid-capsule", author, number)
            new += refreshed(own[:CAPSULE], capsule_public)
            if study_key is not None:
                new += refreshed(own[CAPSULE:], capsule_public, study_key)
        made.append(new)
    return sorted(made)
