"""What the board of a round says of proofs: who proved what, who checked it, and who approved the result.

The board is the list of signed entries that the coordinator keeps of a round. This reads it from the coordinator's disk,
checks signatures and chain, and compares the entries with those that a verified round must have. It is written from
P-11 to P-15, P-34 and P-61 of docs/protocol.md, independently of the programs.
"""

import base64
import contextlib
import hashlib
import json
import sqlite3
from collections import Counter

import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

ENTRY_LABEL = b"SIDOS-V1 board entry\0"
CHAIN_LABEL = b"SIDOS-V1 board chain\0"
ROUND_LABEL = b"SIDOS-V1 round\0"
SIGNATURE_BYTES = 64
# Of each kind all entries come before the first of the next kind.
ORDER = ("Checked", "Selected", "Approved", "Released", "Received", "RoundClosed")


class BoardProblem(Exception):
    """What is wrong with a board, in a sentence."""


class Entry:
    def __init__(self, data):
        try:
            self.signature, self.payload = data[:SIGNATURE_BYTES], data[SIGNATURE_BYTES:]
            value = json.loads(self.payload)
            self.kind, self.author, self.body = value["type"], value["by"], value["body"]
            self.round, self.seen = value.get("round"), (value["seen"]["count"], value["seen"]["head"])
        except (ValueError, KeyError, TypeError) as problem:
            raise BoardProblem("an entry of the board is malformed") from problem


class Agreement:
    """What of an agreement says who has to prove, check and approve."""

    def __init__(self, data):
        value = yaml.safe_load(data)
        self.id = hashlib.sha256(data).hexdigest()
        self.is_verified = value.get("verification") == "full"
        self.participants = {participant["id"]: participant for participant in value["participants"]}
        self.ring = [name for name in self.participants if self.role(name) in ("authority", "mixer")]
        self.mixers = [name for name in self.ring if self.role(name) == "mixer"]
        self.research = [name for name in self.participants if self.role(name) == "research"]
        # Those whom a column names are a list of their own, after all registers that the file has.
        named = {f"{register['id']}-{column['name']}": register["owner"] for register in value["registers"]
                 for column in register.get("columns", []) if column["type"] == "person"}
        self.owners = {register["id"]: register["owner"] for register in value["registers"]} | named
        self.checkers = value.get("checkers", "all")

    def role(self, name):
        return self.participants[name]["role"]

    def has_signed(self, entry):
        key = self.participants.get(entry.author, {}).get("signing_key", "")
        try:
            public = Ed25519PublicKey.from_public_bytes(base64.b64decode(key.removeprefix("ed25519:"), validate=True))
            public.verify(entry.signature, ENTRY_LABEL + entry.payload)
        except (InvalidSignature, ValueError):
            return False
        return True

    def stages(self):
        """Every stage that is proved: register, stage, who proves it, and who checks it."""
        count = len(self.ring)
        for register, owner in self.owners.items():
            first = self.ring.index(owner)
            for stage in range(1, count):
                hop = first + stage
                others = [self.ring[(hop + step) % count] for step in range(1, count)]
                others = [name for name in others if name != owner]
                if stage == count - 1:
                    checkers = [name for name in others if name in self.mixers] or others[:1]
                else:
                    checkers = others if self.checkers == "all" else others[:self.checkers]
                yield register, stage, self.ring[hop % count], checkers


def read(path, agreement):
    """The id and the entries of the agreement's latest round, from the coordinator's database."""
    with contextlib.closing(sqlite3.connect(path.resolve().as_uri() + "?mode=ro", uri=True)) as database:
        rows = database.execute("SELECT round, bytes FROM entry ORDER BY round, number").fetchall()
    rounds = {}
    for key, data in rows:
        rounds.setdefault(key, []).append(data)
    for key in sorted(rounds, reverse=True):
        if Entry(rounds[key][0]).body.get("agreement") == agreement.id:
            return checked(rounds[key], agreement)
    raise BoardProblem("the coordinator's board has no round of this agreement")


def checked(board, agreement):
    """The round's id and the entries of its board, if each is signed by its author, for this place."""
    entries = [Entry(data) for data in board]
    if entries[0].kind != "RoundOpened":
        raise BoardProblem("the board does not begin with the opening of a round")
    name = hashlib.sha256(ROUND_LABEL + entries[0].payload).hexdigest()
    heads = [bytes(32)]
    for number, (data, entry) in enumerate(zip(board, entries), start=1):
        if not agreement.has_signed(entry):
            raise BoardProblem(f"entry {number} of the board is not signed by {entry.author}")
        count, head = entry.seen
        if entry.round != (name if number > 1 else None) or not 0 <= count < number or heads[count].hex() != head:
            raise BoardProblem(f"entry {number} of the board was signed for another place")
        heads.append(hashlib.sha256(CHAIN_LABEL + heads[-1] + hashlib.sha256(data).digest()).digest())
    return name, entries


class Verification:
    """What was proved and checked in a round, and what is missing of what a verified round must have."""

    def __init__(self, agreement, entries):
        self.missing = []
        posted = Counter((entry.kind, entry.author, entry.body.get("register"), entry.body.get("stage"))
                         for entry in entries)
        self.proofs, self.checks = Counter(), Counter()
        for register, stage, hop, checkers in agreement.stages():
            self._count(self.proofs, posted, "Proved", hop, register, stage)
            for checker in checkers:
                self._count(self.checks, posted, "Checked", checker, register, stage)
        self.approvals, self.releases, self.received = Counter(), Counter(), Counter()
        if not agreement.mixers:
            self.missing.append("the agreement names no mixer that could approve")
        for mixer in agreement.mixers:
            self._count(self.approvals, posted, "Approved", mixer)
        for node in agreement.ring:
            self._count(self.releases, posted, "Released", node)
        for research in agreement.research:
            self._count(self.received, posted, "Received", research)
        self.missing += [f"{entry.author} complained: {entry.body['code']}, against {entry.body['against']}"
                         for entry in entries if entry.kind == "Complained"]
        self._check_order([entry.kind for entry in entries])

    def _check_order(self, kinds):
        """Nobody may have gone on before all that had to come first was there."""
        if "RoundClosed" not in kinds:
            self.missing.append("the round did not close")
        for earlier, later in zip(ORDER, ORDER[1:]):
            if earlier in kinds and later in kinds[:len(kinds) - kinds[::-1].index(earlier)]:
                self.missing.append(f"there was a {later} before the last {earlier}")

    def _count(self, tally, posted, kind, author, register=None, stage=None):
        if posted[kind, author, register, stage]:
            tally[author] += 1
        else:
            where = f" of stage {stage} of {register}" if register else ""
            self.missing.append(f"{author} posted no {kind}{where}")
