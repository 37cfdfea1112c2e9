#!/usr/bin/env python3
"""Recomputes a round from its transcript, independently of the Swift and C sources.

    SIDOS_TRANSCRIPT=/tmp/round.json swift test --filter TranscriptTests
    python3 Tests/Interop/check_transcript.py /tmp/round.json

Everything is derived from the keys and identities in the transcript by docs/protocol.md, RFC 9496 and RFC 9380, with Python's
standard library only. Ends with 0 if all agrees; otherwise says what does not and ends with 1.
"""

import json
import sys

sys.dont_write_bytecode = True

from check_tokens import tokens
from conventions import digest, hkdf, hmac256, label, sha256
from linking import Linking
from ristretto255 import BASE, ORDER, decode, hash_to_group

# Random bytes that every list begins with.
PREFIX = 32
CAPSULE = 64
TAG = b"SIDOS-V1-ristretto255_XMD:SHA-512_R255MAP_RO_"


def records(data, width, what):
    if len(data) % width:
        raise Disagreement(f"{what} does not hold whole records")
    return [data[start : start + width] for start in range(0, len(data), width)]


def list_items(text, width, what):
    """Items of a list, which begins with 32 random bytes."""
    data = bytes.fromhex(text)
    if len(data) < PREFIX:
        raise Disagreement(f"{what} does not begin with {PREFIX} bytes")
    return records(data[PREFIX:], width, what)


class Disagreement(Exception):
    """Something in the transcript is not what the protocol makes of the rest."""


class Transcript:
    def __init__(self, content):
        def scalar(text):
            return int.from_bytes(bytes.fromhex(text), "little")

        self.content = content
        self.round = bytes.fromhex(content["round"])
        self.board = [bytes.fromhex(entry) for entry in content["board"]]
        self.ring = [node["id"] for node in content["ring"]]
        self.blinding = {node["id"]: scalar(node["blinding_key"]) for node in content["ring"]}
        self.capsule = {node["id"]: scalar(node["capsule_key"]) for node in content["ring"]}
        self.research = scalar(content["research_key"])
        # All of these together open a capsule.
        self.opening = (sum(self.capsule.values()) + self.research) % ORDER
        self.exit_salt = bytes.fromhex(content["exit_salt"])
        # Where pseudonyms last: what begins the messages of the study, and each node's study key, 1 where it holds none.
        self.study = content.get("study")
        self.study_keys = {node["id"]: scalar(node["study_key"]) for node in content["ring"] if node.get("study_key")}
        if self.study:
            kind = b"study"
            self.study_head = sha256(label("study") + self.study.encode()) + len(kind).to_bytes(2, "big") + kind
        self.capsule_bytes = CAPSULE * (2 if self.study else 1)
        self.match_key = content["match_key"].encode()
        self.framed_key = len(self.match_key).to_bytes(2, "big") + self.match_key
        self.checks = 0
        self.prefixes = []
        # By register, then tag: what the study capsules hold in the end.
        self.held = []

    def expect(self, agrees, what):
        self.checks += 1
        if not agrees:
            raise Disagreement(what)

    def entries(self, kind):
        payloads = (json.loads(entry[64:]) for entry in self.board)
        return {entry["by"]: entry["body"] for entry in payloads if entry["type"] == kind}

    def check_board(self):
        self.expect(sha256(label("round") + self.board[0][64:]) == self.round, "the round's id")
        head = bytes(32)
        for entry in self.board:
            text = entry[64:].decode()
            canonical = json.dumps(json.loads(text), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
            self.expect(canonical == text, "an entry's canonical form")
            head = sha256(label("board chain") + head + sha256(entry))
        self.expect(head.hex() == self.content["head"], "the board's chain")

    def check_keys(self):
        committed, revealed = self.entries("KeyCommitted"), self.entries("KeyRevealed")
        holders = self.ring + ["research"]
        self.expect(set(committed) == set(revealed) == set(holders), "who has keys")
        total = 0 * BASE
        for holder in holders:
            body = revealed[holder]
            text = json.dumps(body, sort_keys=True, separators=(",", ":")).encode()
            commitment = sha256(label("key commitment") + self.round + holder.encode() + b"\0" + text)
            self.expect(commitment.hex() == committed[holder]["commitment"], f"the commitment of {holder}")
            keys = {"capsule": self.capsule.get(holder, self.research)}
            if holder in self.ring:
                keys["blinding"] = self.blinding[holder]
            self.expect(("studyKey" in body) == (holder in self.study_keys), f"whether {holder} holds a study key")
            if holder in self.study_keys:
                keys["study"] = self.study_keys[holder]
            for purpose, key in keys.items():
                public = bytes.fromhex(body[f"{purpose}Key"])
                self.expect((key * BASE).encode() == public, f"the {purpose} key of {holder}")
                self.check_proof(body[f"{purpose}Proof"], public, holder, purpose)
            total = total + decode(bytes.fromhex(body["capsuleKey"]))
        self.expect(total.encode().hex() == self.content["capsule_public_key"], "the capsules' key")

        material = b"".join(bytes.fromhex(node["salt_share"]) for node in self.content["ring"])
        for node in self.content["ring"]:
            hashed = sha256(label("salt share") + self.round + node["id"].encode() + b"\0" + bytes.fromhex(node["salt_share"]))
            self.expect(hashed.hex() == revealed[node["id"]]["saltDigest"], f"the salt share of {node['id']}")
        salt = hkdf(material, self.round, label("exit salt"), 32)
        self.expect(salt == self.exit_salt, "the exit salt")

    def check_proof(self, proof, public, holder, purpose):
        context = self.round + holder.encode() + b"\0" + purpose.encode()
        commitment = bytes.fromhex(proof["commitment"])
        framed = len(context).to_bytes(4, "big") + context
        challenge = sha256(label("schnorr") + self.content["suite"].encode() + b"\0" + framed + public + commitment)
        c = int.from_bytes(challenge[:16], "little")
        response = int.from_bytes(bytes.fromhex(proof["response"]), "little")
        right = decode(commitment) + c * decode(public)
        self.expect(response < ORDER and (response * BASE).encode() == right.encode(), f"the {purpose} proof of {holder}")

    def open(self, capsule):
        """S of a capsule A ‖ B."""
        return (decode(capsule[32:]) - self.opening * decode(capsule[:32])).encode()

    def named(self, register):
        """What the study capsule of each identity holds before any study key: nothing where none lasts."""
        return {
            identity: hash_to_group(self.study_head + identity.encode(), TAG) if identity in register["official"] else None
            for identity in register["identities"]
        }

    def check_study_capsules(self, by_element, encoded, held, what):
        for identity, element in encoded.items():
            expected = held[identity].encode() if held[identity] is not None else bytes(32)
            self.expect(self.open(by_element[element][CAPSULE:]) == expected, f"{what}: {identity}")

    def tag(self, element):
        return hmac256(self.exit_salt, label("tag") + self.round + self.framed_key + element)[:16]

    def check_register(self, register):
        """Follows a list from its owner to the exit. Returns identity → tag and tag → S."""
        name, owner = register["id"], self.ring.index(register["owner"])
        hashes = {
            identity: hash_to_group(self.round + self.framed_key + identity.encode(), TAG)
            for identity in register["identities"]
        }
        last = len(self.ring) - 1
        names, secrets = {}, {}
        held = self.named(register) if self.study else {}
        seen = set()
        for stage, text in enumerate(register["lists"]):
            node = self.ring[(owner + stage) % len(self.ring)]
            key = self.blinding[node]
            hashes = {identity: key * point for identity, point in hashes.items()}
            encoded = {identity: point.encode() for identity, point in hashes.items()}
            if stage == last:
                encoded = {identity: self.tag(element) for identity, element in encoded.items()}
            cut = 16 if stage == last else 32
            items = list_items(text, cut + self.capsule_bytes, f"list {name}/{stage}")
            self.expect([item[:cut] for item in items] == sorted(encoded.values()), f"the list {name} after stage {stage}")
            by_element = {item[:cut]: item[cut:] for item in items}
            opened = {identity: self.open(by_element[element][:CAPSULE]) for identity, element in encoded.items()}
            if self.study:
                factor = self.study_keys.get(node, 1)
                held = {identity: point and factor * point for identity, point in held.items()}
                self.check_study_capsules(by_element, encoded, held, f"what lasts in {name} after stage {stage}")
            points = {item[at : at + 32] for item in items for at in range(cut, cut + self.capsule_bytes, 32)}
            self.expect(not seen & points, f"capsules of {name} that nobody has seen before stage {stage}")
            seen |= points
            self.expect(stage == 0 or opened == secrets, f"what the capsules of {name} hold after stage {stage}")
            names, secrets = encoded, opened
        self.check_digests(register)
        self.check_vault(register, secrets.values())
        if self.study:
            self.held.append({names[identity]: point.encode() for identity, point in held.items() if point is not None})
        return names, {names[identity]: secret for identity, secret in secrets.items()}

    def check_digests(self, register):
        """The board's digests are those of whole lists, whose prefixes are never alike."""
        lists = [bytes.fromhex(text) for text in register["lists"]]
        payloads = [json.loads(entry[64:]) for entry in self.board]
        committed = {
            entry["body"]["stage"]: entry["body"]["list"]["digest"] for entry in payloads
            if entry["type"] == "StageCommitted" and entry["body"]["register"] == register["id"]
        }
        self.expect(committed == {stage: digest([data]).hex() for stage, data in enumerate(lists)},
                    f"the digests of the lists of {register['id']}")
        self.prefixes += [data[:PREFIX] for data in lists]
        self.expect(len(set(self.prefixes)) == len(self.prefixes), "a prefix of its own for every list")

    def check_vault(self, register, secrets):
        vault = records(bytes.fromhex(register["vault"]), self.content["cell_bytes"], f"the vault of {register['id']}")
        handles = [cell[:16] for cell in vault]
        context = label("cell") + self.round + register["id"].encode() + b"\0"
        expected = []
        for secret in secrets:
            root = hmac256(context, secret + bytes.fromhex(register["vault_secret"]))
            expected.append(hmac256(root, b"handle" + bytes(4) + b"\x01")[:16])
        self.expect(handles == sorted(expected), f"the handles in the vault of {register['id']}")

    def check_release(self, tags, secrets):
        """The selection against the join by identity, and the shares against the nodes' keys."""
        index = {register["id"]: number for number, register in enumerate(self.content["registers"])}
        members = set.intersection(*(set(tags[name]) for name in self.content["cohort"]))
        self.expect(0 < len(members) < len(tags[self.content["cohort"][0]]), "a cohort that tells something")
        expected = {(index[name], tags[name][person]) for name in tags for person in members & set(tags[name])}
        whole = records(bytes.fromhex(self.content["selection"]), 26 + self.capsule_bytes, "the selection")
        # Without the study capsule, and that alone.
        items = [item[:CAPSULE] + item[self.capsule_bytes :] for item in whole]
        self.expect({(item[64], item[65:81]) for item in items} == expected, "who was selected")
        self.expect(len(items) == len(expected), "how many were selected")
        self.expect([item[:32] for item in items] == sorted(item[:32] for item in items), "the selection's order")
        made = {
            item[16:48] for register in self.content["registers"]
            for item in list_items(register["lists"][-1], 16 + self.capsule_bytes, f"the last list of {register['id']}")
        }
        self.expect(not made & {item[:32] for item in items}, "requests that no hop has seen before")
        requests = [item[at : at + 32] for item in whole for at in range(0, self.capsule_bytes, CAPSULE)]
        names = {number: name for name, number in index.items()}
        for item in items:
            self.expect(int.from_bytes(item[81:89], "big") == 1, "the selection's cohorts")
            self.expect(item[89] in (0, 255), "what linked a selected item")
            self.expect(self.open(item[:64]) == secrets[names[item[64]]][item[65:81]], "a selected capsule")
        for node in self.content["ring"]:
            shares = records(bytes.fromhex(node["shares"]), 32, f"the shares of {node['id']}")
            computed = [(self.capsule[node["id"]] * decode(request)).encode() for request in requests]
            self.expect(shares == computed, f"the shares of {node['id']}")

        if self.study:
            self.check_names(whole)

    def check_names(self, items):
        """What lasts of everybody selected: the same in each of a person's registers, another for everybody else."""
        by_tag = {}
        for item in items:
            register, tag = item[self.capsule_bytes], item[self.capsule_bytes + 1 : self.capsule_bytes + 17]
            held = self.open(item[CAPSULE : self.capsule_bytes])
            self.expect(held == self.held[register].get(tag, bytes(32)), "what the study capsule of a selected item holds")
            by_tag.setdefault(tag, set()).add(held)
        self.expect(all(len(names) == 1 for names in by_tag.values()), "one name a person")
        names = [next(iter(names)) for names in by_tag.values()]
        self.expect(len(set(names)) == len(names) > 1 and bytes(32) in names, "names of different people, and nobody's")

    def check(self):
        self.expect(self.content["suite"] == "ristretto255-SHA512", "a suite that this program knows")
        self.check_board()
        self.check_keys()
        tags, secrets = {}, {}
        for register in self.content["registers"]:
            tags[register["id"]], secrets[register["id"]] = self.check_register(register)
        for first in tags.values():
            for second in tags.values():
                both = set(first) & set(second)
                self.expect(all(first[person] == second[person] for person in both), "tags of the same person")
                self.expect(len(set(first.values()) & set(second.values())) == len(both), "tags of different people")
        self.check_release(tags, secrets)


class SeveralKeys:
    """A count-only round of several keys and tokens: lists, tags, and who is linked to whom."""

    def __init__(self, content, expect):
        def scalar(text):
            return int.from_bytes(bytes.fromhex(text), "little")

        self.content = content
        self.expect = expect
        self.round = bytes.fromhex(content["round"])
        self.ring = [node["id"] for node in content["ring"]]
        self.blinding = {node["id"]: scalar(node["blinding_key"]) for node in content["ring"]}
        self.keys = [(key["name"], key["values"]) for key in content["keys"]]
        self.tolerant = content["tolerant"]
        # Codes of all times are of one kind, so that they meet.
        kinds = [name if name != "former_code" else "identity_code" for name, count in self.keys for _ in range(count)]
        self.kinds = [kind.encode() for kind in kinds + [f"tolerant.{token}" for token in range(self.tolerant["tokens"])]]

    @staticmethod
    def framed(kind):
        return len(kind).to_bytes(2, "big") + kind

    def check_salt(self):
        material = b"".join(bytes.fromhex(node["salt_share"]) for node in self.content["ring"])
        self.salt = hkdf(material, self.round, label("exit salt"), 32)
        self.seed = hkdf(self.salt, self.round, label("tokens"), 32)
        head = bytes.fromhex(self.content["board"][0])
        self.expect(sha256(label("round") + head[64:]) == self.round, "the second round's id")

    def values(self, register):
        """What is hashed for each element of each person; None where it is random."""
        made = [
            tokens(self.seed, self.tolerant["tokens"], self.tolerant["patterns"],
                   [[bytes.fromhex(feature) for feature in group] for group in person["features"]])
            if person["features"] else [None] * self.tolerant["tokens"]
            for person in register["people"]
        ]
        every = [token for own in made for token in own]
        rare = [[token if every.count(token) <= self.tolerant["most_frequent"] else None for token in own] for own in made]
        self.dropped += sum(token is not None for own in made for token in own) - sum(
            token is not None for own in rare for token in own)
        return [
            [value.encode() if value is not None else None for value in person["values"]] + own
            for person, own in zip(register["people"], rare)
        ]

    def check_first(self, register, items):
        """Stage 0: every person is in one item, whose elements are those of the person's values."""
        key = self.blinding[register["owner"]]
        expected = []
        for values in self.values(register):
            self.expect(len(values) == len(self.kinds), f"how many values people of {register['id']} have")
            expected.append([
                (key * hash_to_group(self.round + self.framed(kind) + value, TAG)).encode() if value is not None else None
                for kind, value in zip(self.kinds, values)
            ])
        self.expect(len(items) == len(expected), f"how many people {register['id']} has")
        self.expect(items == sorted(items), f"the order of {register['id']}")
        left = [records(item, 32, "an item") for item in items]
        for person in expected:
            fitting = [item for item in left if all(own in (None, element) for own, element in zip(person, item))]
            self.expect(len(fitting) == 1, f"a person of {register['id']}")
            left.remove(fitting[0])

    def check_register(self, register):
        name, owner = register["id"], self.ring.index(register["owner"])
        last = len(self.ring) - 1
        width = 32 * len(self.kinds)
        before = list_items(register["lists"][0], width, f"list {name}/0")
        self.check_first(register, before)
        for stage in range(1, last + 1):
            key = self.blinding[self.ring[(owner + stage) % len(self.ring)]]
            made = [[(key * decode(element)).encode() for element in records(item, 32, "an item")] for item in before]
            if stage == last:
                made = [
                    [hmac256(self.salt, label("tag") + self.round + self.framed(kind) + element)[:16]
                     for kind, element in zip(self.kinds, item)]
                    for item in made
                ]
            after = sorted(b"".join(item) for item in made)
            width = len(after[0])
            self.expect(list_items(register["lists"][stage], width, f"list {name}/{stage}") == after,
                        f"the list {name} after stage {stage}")
            before = after
        return [records(item, 16, "a tagged item") for item in before]

    def check(self):
        self.check_salt()
        self.dropped = 0
        names = [register["id"] for register in self.content["registers"]]
        items = [(register["id"], item) for register in self.content["registers"] for item in self.check_register(register)]
        self.expect(self.dropped > 0, "tokens that are too frequent")
        linking = Linking(items, self.keys, self.tolerant)
        bodies = [json.loads(bytes.fromhex(entry)[64:]) for entry in self.content["board"]]
        counted = next(body["body"] for body in bodies if body["type"] == "Counted")
        linkage = counted["linkage"]
        self.expect(linkage["linked"] == linking.linked(names), "how many each link joined")
        self.expect(linkage["conflicts"] == linking.conflicts, "the conflicts")
        self.expect(linkage["historyConflicts"] == linking.history_conflicts, "the conflicts of history")
        self.expect(all(sum(own[link] for own in linkage["linked"]) > 0 for link in range(len(self.keys) + 1)),
                    "a link of every kind")
        self.expect(sum(linking.conflicts) > 0 and linking.history_conflicts > 0, "a conflict of every kind")
        overlap = {frozenset(cell["registers"]): cell["people"] for cell in counted["overlap"] if cell["people"]}
        self.expect(overlap == linking.overlap(), "who is where")


def main(arguments):
    if len(arguments) != 2:
        print("usage: check_transcript.py FILE", file=sys.stderr)
        return 2
    with open(arguments[1], encoding="utf-8") as file:
        content = json.load(file)
    transcript, lasting = Transcript(content["plain"]), Transcript(content["lasting"])
    try:
        transcript.check()
        lasting.check()
        SeveralKeys(content["several_keys"], transcript.expect).check()
    except (Disagreement, ValueError, KeyError, IndexError) as error:
        print(f"the transcript disagrees with the protocol: {error}", file=sys.stderr)
        return 1
    print(f"the transcripts agree with the protocol: {transcript.checks + lasting.checks} checks")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
