"""HPKE (RFC 9180, base mode) with X-Wing, HKDF-SHA256 and AES-256-GCM, as P-03 has it."""

import hashlib
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

import mlkem
from conventions import hkdf_expand, hkdf_extract

SUITE = b"HPKE" + bytes.fromhex("647a00010002")
ENCAPSULATION_BYTES = mlkem.CIPHERTEXT_BYTES + 32
XWING_LABEL = b"\\./" + b"/^\\"


class DoesNotOpen(Exception):
    """A ciphertext, an encapsulation or its context is not what its sender made."""


def raw(public):
    return public.public_bytes(Encoding.Raw, PublicFormat.Raw)


class XWingKey:
    """A private key of X-Wing (draft-connolly-cfrg-xwing-kem), which is a seed of 32 bytes."""

    def __init__(self, seed):
        self.seed = seed
        expanded = hashlib.shake_256(seed).digest(96)
        public, self.lattice = mlkem.key_pair(expanded[:32], expanded[32:64])
        self.curve = X25519PrivateKey.from_private_bytes(expanded[64:])
        self.public = public + raw(self.curve.public_key())

    def decapsulate(self, encapsulation):
        if len(encapsulation) != ENCAPSULATION_BYTES:
            raise DoesNotOpen("an encapsulation of another length")
        lattice, point = encapsulation[:-32], encapsulation[-32:]
        first = mlkem.decapsulate(self.lattice, lattice)
        try:
            second = self.curve.exchange(X25519PublicKey.from_public_bytes(point))
        except ValueError as error:
            raise DoesNotOpen("a point of small order") from error
        return combined(first, second, point, self.public[-32:])


def combined(first, second, point, public_point):
    return hashlib.sha3_256(first + second + point + public_point + XWING_LABEL).digest()


def encapsulate(public, coins=None):
    """The shared secret and the encapsulation."""
    coins = coins or os.urandom(64)
    first, ciphertext = mlkem.encapsulate(public[:-32], coins[:32])
    ephemeral = X25519PrivateKey.from_private_bytes(coins[32:])
    point = raw(ephemeral.public_key())
    second = ephemeral.exchange(X25519PublicKey.from_public_bytes(public[-32:]))
    return combined(first, second, point, public[-32:]), ciphertext + point


def labeled_extract(salt, label, material):
    return hkdf_extract(salt, b"HPKE-v1" + SUITE + label + material)


def labeled_expand(key, label, info, count):
    return hkdf_expand(key, count.to_bytes(2, "big") + b"HPKE-v1" + SUITE + label + info, count)


class Context:
    """One HPKE context: seals or opens in order, or exports."""

    def __init__(self, shared, info):
        schedule = b"\0" + labeled_extract(b"", b"psk_id_hash", b"") + labeled_extract(b"", b"info_hash", info)
        secret = labeled_extract(shared, b"secret", b"")
        self.aead = AESGCM(labeled_expand(secret, b"key", schedule, 32))
        self.base_nonce = int.from_bytes(labeled_expand(secret, b"base_nonce", schedule, 12), "big")
        self.exporter = labeled_expand(secret, b"exp", schedule, 32)
        self.sequence = 0

    def nonce(self):
        nonce = (self.base_nonce ^ self.sequence).to_bytes(12, "big")
        self.sequence += 1
        return nonce

    def seal(self, plaintext, associated=b""):
        return self.aead.encrypt(self.nonce(), plaintext, associated)

    def open(self, ciphertext, associated=b""):
        try:
            return self.aead.decrypt(self.nonce(), ciphertext, associated)
        except (InvalidTag, ValueError) as error:
            raise DoesNotOpen("a ciphertext that does not open") from error

    def export(self, context, count=32):
        return labeled_expand(self.exporter, b"sec", context, count)


def sender(public, info):
    """A context to seal with, and the encapsulation that goes before."""
    shared, encapsulation = encapsulate(public)
    return Context(shared, info), encapsulation


def receiver(key, encapsulation, info):
    return Context(key.decapsulate(encapsulation), info)
