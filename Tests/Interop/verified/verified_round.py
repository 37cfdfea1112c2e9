"""A verified round as its checkers, approvers and research environment see it, from docs/protocol.md alone.

All that is read is the agreement, the board, the streams before sealing, and the reader's own keys.
"""

import copy
import hashlib
import hmac

import shuffle_proofs as proofs
from cohorts import evaluated
from conventions import digest, hkdf, hmac256, label, sha256, u16
from hpke import DoesNotOpen, XWingKey, receiver
from linking import Linking
from ristretto255 import BASE, ORDER, decode
from verified_board import VerifiedAgreement, VerifiedBoard
from wire import ELEMENT_BITS, NO_BITS, Violation, canonical, cut_by_part, part_of

# What the parts of lists begin with; an encapsulation; a secret on the board.
PREFIX, ENCAPSULATION, SEALED = 32, 1_120, 1_168
# An element, a tag, a capsule, and what follows the capsules in a record of the selection.
ELEMENT, TAG, CAPSULE, TOLD = 32, 16, 64, 26
NOBODY = 255


def opened(sealed, name, round_id, sender, reader, key):
    """P-28: what travels sealed on the board."""
    info = label(name) + round_id + sender.encode() + b"\0" + reader.encode()
    return receiver(key, sealed[:ENCAPSULATION], info).open(sealed[ENCAPSULATION:])


def secret_digest(secret, name, round_id, sender):
    return sha256(label(name) + round_id + sender.encode() + b"\0" + secret)


def cut(records, width):
    return [record[at : at + width] for record in records for at in range(0, len(record), width)]


class Reader:
    """What somebody has besides the board and the streams."""

    def __init__(self, identifier, content):
        def given(field):
            return bytes.fromhex(content[field]) if content.get(field) is not None else None

        self.id, self.key = identifier, XWingKey(given("hpke_key"))
        self.salt_share, self.noise_share, self.capsule_key = map(given, ("salt_share", "noise_share", "capsule_key"))


class Person:
    """Items that are one person's: by register's index the item, with its capsule, and its link."""

    def __init__(self):
        self.items, self.tag, self.cohorts = {}, None, 0


class VerifiedRound:
    def __init__(self, content):
        self.agreement = VerifiedAgreement(bytes.fromhex(content["agreement"]))
        self.entries = [bytes.fromhex(entry) for entry in content["board"]]
        self.streams = {name: [bytes.fromhex(part) for part in parts] for name, parts in content["streams"].items()}
        self.readers = {name: Reader(name, fields) for name, fields in content["readers"].items()}
        self.board = VerifiedBoard(self.agreement)
        for entry in self.entries:
            self.board.add(entry)
        self.id = self.board.id
        own = self.agreement
        self.names = list(own.registers)
        self.manifest = self.board.manifest()
        self.has_capsules = own.releases_rows
        # P-81: with a capsule of the study.
        self.has_study = own.pseudonyms == "study"
        self.shape = proofs.Shape(len(own.kinds), self.has_capsules, self.has_study)
        # P-41.
        self.capsule_key = None
        if self.has_capsules:
            keys = [decode(bytes.fromhex(self.board.revealed[holder]["capsuleKey"])) for holder in own.key_holders]
            self.capsule_key = proofs.total((1, key) for key in keys)

    def altered(self):
        """A copy in which streams and what the board says may be changed."""
        other = copy.copy(self)
        other.board, other.streams = copy.deepcopy(self.board), dict(self.streams)
        return other

    # Streams.

    def put(self, batch, stage, stored, parts, count=None):
        """Another stream in the place of one, which its author announces as it is."""
        self.streams[f"{batch}/{stage}/{stored['attempt']}"] = parts
        stored["digest"] = digest(parts).hex()
        if count is not None:
            stored["count"] = count

    def parts(self, batch, stage, stored):
        """The parts of a stream that an entry announces."""
        parts = self.streams[f"{batch}/{stage}/{stored['attempt']}"]
        if len(parts) != self.agreement.parts or digest(parts).hex() != stored["digest"]:
            raise Violation("list.wrong-digest", None, f"{batch}/{stage}")
        return parts

    def records(self, batch, stage, stored, width, key=ELEMENT, fixed=ELEMENT_BITS, prefix=0):
        """P-33: its records, in order and each in its part."""
        records, where = [], f"{batch}/{stage}"
        for number, part in enumerate(self.parts(batch, stage, stored)):
            if len(part) < prefix or (len(part) - prefix) % width:
                raise Violation("list.partial-record", None, where)
            for start in range(prefix, len(part), width):
                record = part[start : start + width]
                if part_of(record, self.agreement.parts, fixed) != number:
                    raise Violation("list.not-increasing", None, where)
                if records and record[:key] <= records[-1][:key]:
                    raise Violation("list.not-increasing", None, where)
                records.append(record)
        if len(records) != stored["count"]:
            raise Violation("list.wrong-count", None, where)
        return records

    def list_place(self, register, stage, elements=False):
        """What the board says of a list; of the last stage's elements where they are asked for."""
        if elements and stage == self.agreement.last:
            return "exit", self.board.exits[register]
        return stage, self.board.stages[register, stage]

    def items(self, register, stage):
        """Items of elements: at the last stage those of `exit`."""
        name, stored = self.list_place(register, stage, elements=True)
        items = self.records(register, name, stored, self.shape.item_bytes, prefix=PREFIX)
        for item in items:
            for start in range(0, len(item), ELEMENT):
                invalid = "list.invalid-element" if start < ELEMENT * self.shape.elements else "list.invalid-capsule"
                proofs.read_point(item[start : start + ELEMENT], invalid)
        return items

    def tagged_items(self, register):
        """Items as C and the approvers read them."""
        name, stored = self.list_place(register, self.agreement.last)
        width = TAG * self.shape.elements + CAPSULE * self.agreement.capsules
        return self.records(register, name, stored, width, TAG, NO_BITS, PREFIX)

    def prefixes(self, register, stage, elements=False):
        name, stored = self.list_place(register, stage, elements)
        return [part[:PREFIX] for part in self.parts(register, name, stored)]

    # Secrets that all nodes have a share in.

    def shares(self, reader, name, sealed, hashed, own):
        """P-28, P-72: every node's, in ring order."""
        shares = []
        for node in self.agreement.ring:
            body = self.board.revealed[node]
            share = own
            if node != reader.id:
                try:
                    share = opened(bytes.fromhex(body[sealed][reader.id]), name, self.id, node, reader.id, reader.key)
                except DoesNotOpen:
                    raise Violation("keys.bad-salt-share", node) from None
            if secret_digest(share, name, self.id, node).hex() != body[hashed]:
                raise Violation("keys.bad-salt-share", node)
            shares.append(share)
        return shares

    def exit_salt(self, reader):
        shares = self.shares(reader, "salt share", "saltShares", "saltDigest", reader.salt_share)
        return hkdf(b"".join(shares), self.id, label("exit salt"), 32)

    def noise_seed(self, reader):
        shares = self.shares(reader, "noise share", "noiseShares", "noiseDigest", reader.noise_share)
        return hkdf(b"".join(shares), self.id, label("noise"), 32)

    # Checking a stage.

    def statement(self, register, stage):
        """P-62: what the proof of a stage is about."""
        own, board = self.agreement, self.board
        _, source = self.list_place(register, stage - 1)
        _, output = self.list_place(register, stage, elements=True)
        hop = own.node(register, stage)
        study_key = board.revealed[hop].get("studyKey")
        return proofs.Statement(
            self.shape, agreement=own.id, round=self.id, manifest=self.manifest, register=register, hop=hop,
            stage=stage, input_attempt=source["attempt"], output_attempt=output["attempt"],
            proof_attempt=board.proofs[register, stage]["attempt"], n=output["count"],
            K=bytes.fromhex(board.revealed[hop]["blindingKey"]),
            Y=self.capsule_key.encode() if self.has_capsules else None,
            S=bytes.fromhex(study_key) if study_key else BASE.encode(),
            D=bytes.fromhex(source["digest"]), D2=bytes.fromhex(output["digest"]))

    def proof(self, register, stage):
        stored = self.board.proofs[register, stage]
        parts, n, count = self.parts(register, f"proof{stage}", stored), stored["count"], self.agreement.parts
        for number, part in enumerate(parts):
            records = n * (number + 1) // count - n * number // count
            if len(part) != proofs.RECORD_BYTES * records + (0 if number else self.shape.head_bytes):
                raise Violation("proof.malformed", None)
        return b"".join(parts)

    def check_stage(self, register, stage):
        """P-64, but for the tags."""
        proofs.check(self.statement(register, stage), self.items(register, stage - 1), self.items(register, stage),
                     self.proof(register, stage))

    def tag_parts(self, register, exit_salt):
        """P-35: the list of tags that follows from `exit`."""
        made = []
        for item in self.items(register, self.agreement.last):
            tags = b""
            for index in range(self.shape.elements):
                kind = self.agreement.kind(index).encode()
                element = item[ELEMENT * index : ELEMENT * index + ELEMENT]
                tags += hmac256(exit_salt, label("tag") + self.id + u16(len(kind)) + kind + element)[:TAG]
            made.append(tags + item[ELEMENT * self.shape.elements :])
        cut = cut_by_part(sorted(made), self.agreement.parts, NO_BITS)
        prefixes = self.prefixes(register, self.agreement.last, elements=True)
        return [prefix + b"".join(items) for prefix, items in zip(prefixes, cut)]

    def check_tags(self, register, exit_salt):
        _, stored = self.list_place(register, self.agreement.last)
        if digest(self.tag_parts(register, exit_salt)).hex() != stored["digest"]:
            raise Violation("tags.wrong", self.agreement.node(register, self.agreement.last))

    # Approving.

    def linking(self):
        """P-36, on the tags."""
        items = []
        for register in self.names:
            for item in self.tagged_items(register):
                # With all their capsules, whoever is selected.
                for start in range(TAG * self.shape.elements, len(item), ELEMENT):
                    proofs.read_point(item[start : start + ELEMENT], "list.invalid-capsule")
                items.append((register, [item[TAG * i : TAG * i + TAG] for i in range(self.shape.elements)], item))
        linking = Linking([own[:2] for own in items], [(name, count) for name, _, count in self.agreement.match_keys], None)
        linking.capsules = [own[2][TAG * self.shape.elements :] for own in items]
        return linking

    def people(self, linking):
        people = []
        for group in linking.groups:
            person = Person()
            for item in group:
                register, tags = linking.items[item]
                link = linking.links[item]
                person.items[self.names.index(register)] = (
                    linking.capsules[item], NOBODY if link is None else link, tags[0])
            person.tag = min(first for _, _, first in person.items.values())
            people.append(person)
        if len({person.tag for person in people}) < len(people):
            raise Violation("list.not-increasing", None)
        order_key = hkdf(self.id, b"", label("sample"), 32)
        cohorts = evaluated(
            self.agreement, [{self.names[index] for index in person.items} for person in people],
            [hmac256(order_key, person.tag) for person in people])
        for number, members in enumerate(cohorts):
            if len(members) > self.agreement.cohort_max[self.agreement.cohorts[number]["id"]]:
                raise Violation("selection.cap-exceeded", self.agreement.coordinator)
            for index in members:
                people[index].cohorts |= 1 << number
        return people

    def selected_items(self, people, seed):
        """P-37 and P-71: the records of the selection."""
        own = self.agreement
        disclosed = [
            sum(1 << number for number, cohort in enumerate(own.cohorts) if own.is_disclosed(register, cohort["id"]))
            for register in self.names
        ]
        records = []
        for person in people:
            shown = {index: item for index, item in person.items.items() if disclosed[index] & person.cohorts}
            for index, (capsule, link, _) in shown.items():
                made = b""
                for number in range(own.capsules):
                    # P-71, P-81.
                    name = bytes([index]) + person.tag + bytes([1]) * number
                    rho = int.from_bytes(hmac.new(seed, name, hashlib.sha512).digest(), "little") % ORDER
                    a, b = (decode(capsule[at : at + 32]) for at in (CAPSULE * number, CAPSULE * number + 32))
                    made += (a + rho * BASE).encode() + (b + rho * self.capsule_key).encode()
                others = [other[1] for key, other in shown.items() if key != index]
                told = max(link, min(others)) if others else NOBODY
                records.append(made + bytes([index]) + person.tag + person.cohorts.to_bytes(8, "big") + bytes([told]))
        return sorted(records)

    def selection_parts(self, records):
        """The selection's parts, and the requests'."""
        cut = cut_by_part(records, self.agreement.parts, ELEMENT_BITS)
        return [b"".join(own) for own in cut], [b"".join(map(self.request, own)) for own in cut]

    def request(self, record):
        """What is asked for of a record of the selection: A, and U where pseudonyms last."""
        return b"".join(record[at : at + ELEMENT] for at in range(0, CAPSULE * self.agreement.capsules, CAPSULE))

    def told(self, record):
        """Register's index, tag, cohorts and link of a record of the selection."""
        rest = record[CAPSULE * self.agreement.capsules :]
        return rest[0], rest[1:17], int.from_bytes(rest[17:25], "big"), rest[25]

    def seed(self, reader):
        """P-71: what C made the selection with."""
        selected, coordinator = self.board.selected, self.agreement.coordinator
        wrong = Violation("selection.wrong", coordinator)
        try:
            sealed = bytes.fromhex(selected["seeds"][reader.id])
            seed = opened(sealed, "selection seed", self.id, coordinator, reader.id, reader.key)
        except DoesNotOpen:
            raise wrong from None
        if secret_digest(seed, "selection seed", self.id, coordinator).hex() != selected["seedDigest"]:
            raise wrong
        return seed

    def approve_selection(self, records):
        """Whether what C stored is what the approver makes itself."""
        selected, wrong = self.board.selected, Violation("selection.wrong", self.agreement.coordinator)
        for stored, parts in zip((selected["selection"], selected["requests"]), self.selection_parts(records)):
            if (stored["count"], stored["digest"]) != (len(records), digest(parts).hex()):
                raise wrong

    def requests(self, node):
        """P-38: as a node reads them."""
        width = ELEMENT * self.agreement.capsules
        return self.records(node, "selection", self.board.selected["requests"], width)

    def linkage(self, linking):
        """P-39, where nothing is withheld or rounded, filled up as in P-37."""
        told = {"conflicts": linking.conflicts, "historyConflicts": linking.history_conflicts,
                "linked": linking.linked(self.names)}
        return canonical(told).ljust(8_192)

    def check_linkage(self, research, expected):
        """R: what C says of how people were found, and what approvers say of that."""
        wrong = Violation("selection.wrong", None)
        sealed = bytes.fromhex(self.board.selected["linkage"])
        context = receiver(research.key, sealed[:ENCAPSULATION], label("linkage") + self.id)
        if context.open(sealed[ENCAPSULATION:]) != expected:
            raise wrong
        for approver, body in self.board.approvals.items():
            sealed = bytes.fromhex(body["linkage"])
            if opened(sealed, "approved", self.id, approver, research.id, research.key) != sha256(expected):
                raise wrong

    # Receiving.

    def share_stream(self, node):
        """The proof of a `release` stream, and its shares."""
        stored = self.board.released[node]
        parts = self.parts(node, "release", stored)
        requests = self.parts(node, "selection", self.board.selected["requests"])
        head = 96 if stored["count"] else 0
        if [len(part) for part in parts] != [len(own) + (0 if n else head) for n, own in enumerate(requests)]:
            raise Violation("shares.wrong", node)
        return b"".join(parts)

    def check_shares(self, node):
        """P-70. The shares, where they are right."""
        selected, stream = self.board.selected, self.share_stream(node)
        proofs.check_shares(
            self.agreement.id, self.id, self.manifest, node, self.board.released[node]["attempt"],
            bytes.fromhex(self.board.revealed[node]["capsuleKey"]), cut(self.requests(node), ELEMENT),
            bytes.fromhex(selected["requests"]["digest"]), stream)
        return [stream[at : at + 32] for at in range(96, len(stream), 32)]

    def secrets(self, research, shares, capsule=0):
        """P-44, P-83: what a capsule of each record of the selection holds, by all nodes' shares."""
        count = self.agreement.capsules
        selection = self.records(
            research.id, "selection", self.board.selected["selection"], CAPSULE * count + TOLD)
        key, found = int.from_bytes(research.capsule_key, "little"), []
        for number, record in enumerate(selection):
            a, b = (decode(record[at : at + 32]) for at in (CAPSULE * capsule, CAPSULE * capsule + 32))
            parts = [(1, decode(own[count * number + capsule])) for own in shares] + [(key, a)]
            found.append((record, (b - proofs.total(parts)).encode()))
        return found
