"""A participant's keys, its card, and its signatures of agreements (A-08, A-20 to A-22, P-53)."""

import base64
import datetime
import json
import os
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from hpke import XWingKey, raw
from wire import label, sha256

SIGNATURE_LABEL = label("agreement signature")


def write_private(path, data):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)


def pin(certificate):
    key = certificate.public_key()
    return sha256(key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo))


def self_signed(key, name):
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.utcnow()
    builder = x509.CertificateBuilder().subject_name(subject).issuer_name(subject).public_key(key.public_key())
    builder = builder.serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(now - datetime.timedelta(hours=1))
    builder = builder.not_valid_after(now + datetime.timedelta(days=825))
    usage = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
    return builder.add_extension(usage, critical=False).sign(key, hashes.SHA256())


def create(directory, identifier, name):
    """Makes the keys and the card of an authority."""
    directory = pathlib.Path(directory)
    directory.mkdir(mode=0o700)
    signing, seed, tls = Ed25519PrivateKey.generate(), os.urandom(32), ec.generate_private_key(ec.SECP256R1())
    certificate = self_signed(tls, identifier)
    formats = serialization.Encoding.Raw, serialization.PrivateFormat.Raw, serialization.NoEncryption()
    write_private(directory / "signing.key", signing.private_bytes(*formats))
    write_private(directory / "xwing.seed", seed)
    formats = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    write_private(directory / "tls.key", tls.private_bytes(*formats))
    (directory / "tls.crt").write_bytes(certificate.public_bytes(serialization.Encoding.PEM))

    def text(prefix, data):
        return f"{prefix}:{base64.b64encode(data).decode()}"

    card = {
        "id": identifier, "name": name, "role": "authority", "signing_key": text("ed25519", raw(signing.public_key())),
        "hpke_key": text("xwing", XWingKey(seed).public), "tls_pin": text("sha256", pin(certificate)),
    }
    (directory / "card.yaml").write_text("".join(f"{field}: {json.dumps(value)}\n" for field, value in card.items()))


class Keys:
    def __init__(self, directory):
        directory = self.directory = pathlib.Path(directory)
        self.signing = Ed25519PrivateKey.from_private_bytes((directory / "signing.key").read_bytes())
        self.xwing = XWingKey((directory / "xwing.seed").read_bytes())
        self.certificate, self.tls_key = directory / "tls.crt", directory / "tls.key"

    def sign(self, data):
        return self.signing.sign(data)

    def study_key(self, study, make):
        """P-80: this holder's key of the study, made once."""
        path = self.directory / f"study-{study}.key"
        if not path.exists():
            write_private(path, make())
        return int.from_bytes(path.read_bytes(), "little")

    def seen_study_keys(self, study):
        """Of each holder, what was seen first."""
        path = self.directory / f"study-{study}.json"
        return json.loads(path.read_text()) if path.exists() else {}

    def keep_study_keys(self, study, seen):
        (self.directory / f"study-{study}.json").write_text(json.dumps({**seen, **self.seen_study_keys(study)}))

    def signature_file(self, agreement, identifier):
        """A-21."""
        content = {
            "sidos_signature": 1, "agreement": agreement.id.hex(), "participant": identifier,
            "signature": base64.b64encode(self.sign(SIGNATURE_LABEL + agreement.file)).decode(),
        }
        return json.dumps(content, separators=(",", ":")) + "\n"


def verify(public, signature, data):
    """Whether it is the key's signature of the data."""
    from cryptography.exceptions import InvalidSignature

    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, data)
    except (InvalidSignature, ValueError):
        return False
    return True
