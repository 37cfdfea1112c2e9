#!/usr/bin/env python3
"""Checks three verified rounds from their transcript, independently of the Swift and C sources, and that lies are found.

    SIDOS_VERIFIED_TRANSCRIPT=/tmp/rounds.json swift test --filter VerifiedTranscriptTests
    python3 Tests/Interop/check_verified_transcript.py /tmp/rounds.json

Boards, proofs, tags, selection, shares and counts are checked by docs/protocol.md as a checker, an approver and the
research environment check them, with their own keys and nothing else. Then one thing after the other is broken, each
time with the digest of what is lied about on the board, and the same checks must refuse it by the name that the
document gives. Ends with 0 if all agrees; otherwise says what does not and ends with 1.

Needs Python's cryptography and YAML.
"""

import json
import pathlib
import sys
import zlib

sys.dont_write_bytecode = True
HERE = pathlib.Path(__file__).resolve().parent
sys.path[1:1] = [str(HERE / "verified"), str(HERE / "participant")]

from broken_boards import BrokenOrder
from broken_results import BrokenCounts, BrokenSelection, BrokenShares
from broken_stages import BrokenProver, BrokenStages, BrokenStudyCapsules
from conventions import hkdf_expand, hkdf_extract, label, sha256, u16, u32
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hpke import DoesNotOpen, receiver
from linking import Linking
from lists import DOMAIN
from noisy_counts import Questions
from ristretto255 import ORDER, hash_to_group
from shuffle_proofs import Refused
from verified_round import ENCAPSULATION, PREFIX, VerifiedRound
from wire import NO_BITS, Violation


class Disagreement(Exception):
    """Something in the transcript is not what the protocol makes of the rest, or a lie was taken."""


def number_of(values):
    """The number that a person's codes and names are made of, and their rows."""
    return next(int("".join(filter(str.isdigit, value))) for value in values if isinstance(value, str))


class Check:
    def __init__(self, content):
        # Folding the board checks every entry: signature, form, chain, keys, manifest and place.
        self.round = VerifiedRound(content)
        self.content = content
        self.checks = len(self.round.entries)

    def expect(self, agrees, what):
        self.checks += 1
        if not agrees:
            raise Disagreement(what)

    def refuses(self, name, action, what):
        """Whether a check finds a lie, by its name."""
        try:
            action()
        except (Violation, Refused) as found:
            given = found.name if isinstance(found, Violation) else str(found)
            self.expect(given == name, f"{what}: refused as {given}, not as {name}")
            return
        raise Disagreement(f"taken: {what}")

    def check_lists(self):
        """Every stage, its proof and its tags."""
        own, found = self.round.agreement, self.round
        salts = {found.exit_salt(reader) for reader in found.readers.values() if reader.salt_share is not None}
        self.expect(len(salts) == 1, "one exit salt")
        self.salt = salts.pop()
        seen = []
        for register in found.names:
            for stage in range(own.last + 1):
                found.items(register, stage)
                seen += found.prefixes(register, stage)
                if stage > 0:
                    found.check_stage(register, stage)
                    self.checks += 1
            found.check_tags(register, self.salt)
            self.checks += 1
            self.expect(found.prefixes(register, own.last) == found.prefixes(register, own.last, elements=True),
                        f"the bytes that the tags of {register} begin with")
        self.expect(len(set(seen)) == len(seen) and {len(each) for each in seen} == {PREFIX}, "bytes of their own")
        attempts = {(s.input_attempt, s.output_attempt, s.proof_attempt) for s in (
            found.statement(register, stage) for register in found.names for stage in range(1, own.last + 1))}
        return attempts

    def check_matching(self):
        """Who is one person by the tags, against who is by what people have."""
        found = self.round
        linking = found.linking()
        items = [
            (register, [value if value is not None else object() for value in values])
            for register in found.names for values in self.content["people"][register]
        ]
        keys = [(name, count) for name, _, count in found.agreement.match_keys]
        plain = Linking(items, keys, None)
        self.expect(plain.overlap() == linking.overlap(), "who is where")
        self.expect(plain.linked(found.names) == linking.linked(found.names), "how many each key joined")
        self.expect(all(sum(own[key] for own in linking.linked(found.names)) for key in range(len(keys))),
                    "a link by every key")
        return linking, plain


class CheckRows(Check):
    def check(self):
        attempts = self.check_lists()
        self.expect(any(len(set(each)) == 3 for each in attempts), "attempts that are not alike")
        found, own = self.round, self.round.agreement
        linking, plain = self.check_matching()
        self.people = found.people(linking)
        selected = found.board.selected
        self.approvers = [found.readers[name] for name in own.mixers]
        seeds = {found.seed(approver) for approver in self.approvers}
        self.expect(len(seeds) == 1, "one seed for all approvers")
        self.seed = seeds.pop()
        self.records = found.selected_items(self.people, self.seed)
        found.approve_selection(self.records)
        research = found.readers[own.research]
        self.expect(found.parts(own.research, "selection", selected["selection"])
                    == found.selection_parts(self.records)[0], "the selection as stored")
        for node in own.ring:
            self.expect(found.requests(node) == [found.request(record) for record in self.records],
                        f"the requests of {node}")
        found.check_linkage(research, found.linkage(linking))
        self.check_rows(research, plain)

    def check_rows(self, research, plain):
        """Shares, and what they open: cells of the vaults, whose rows are people's numbers."""
        found, own = self.round, self.round.agreement
        shares = [found.check_shares(node) for node in own.ring]
        opened = found.secrets(research, shares)
        self.checks += len(own.ring)
        numbers = {}
        for record, secret in opened:
            index, tag, cohorts, _ = found.told(record)
            register = found.names[index]
            numbers.setdefault((tag, cohorts), set()).update(self.rows(register, secret, research))
        self.expect(all(len(own) == 1 for own in numbers.values()), "rows of one person under one tag")
        # Who is in both registers, by the plain join.
        both = [group for group in plain.groups if {"left", "right"} <= {plain.register(item) for item in group}]
        expected = {number_of(plain.items[min(group)][1]) for group in both}
        found_both = {number for (_, cohorts), own in numbers.items() if cohorts & 1 for number in own}
        self.expect(found_both == expected and len(expected) > 3, "whose rows were released for being in both")
        kinds = {cohorts for _, cohorts in numbers}
        self.expect(kinds == {1, 2, 4}, "somebody in each cohort")
        self.expect({found.told(record)[3] for record in self.records} == {0, 1, 255}, "links of every kind")
        self.check_names(found.secrets(research, shares, 1) if found.has_study else [], numbers)

    def check_names(self, held, numbers):
        """P-81, P-83: what study capsules hold. The transcript has every holder's study key, so it is known."""
        own, names = self.round.agreement, {}
        factor = 1
        for key in self.content.get("study_keys", {}).values():
            factor = factor * int.from_bytes(bytes.fromhex(key), "little") % ORDER
        head = sha256(label("study") + own.study.encode()) + u16(5) + b"study"
        for record, element in held:
            _, tag, cohorts, _ = self.round.told(record)
            number = next(iter(numbers[tag, cohorts]))
            expected = {bytes(32), (factor * hash_to_group(head + f"code {number}".encode(), DOMAIN)).encode()}
            self.expect(element in expected, "what a study capsule holds")
            names.setdefault(tag, set()).add(element)
        self.expect(not held or {len(own - {bytes(32)}) for own in names.values()} == {0, 1}, "names of every kind")
        lasting = [element for own in names.values() for element in own if element != bytes(32)]
        self.expect(len(set(lasting)) == len(lasting), "one name for one person")

    def rows(self, register, secret, research):
        """P-44 to P-46: the numbers in a person's rows, all of which are in one cell."""
        found, batch = self.round, self.round.board.declared[register]
        sealed, info = bytes.fromhex(batch["encapsulation"]), label("vault") + found.id + register.encode()
        vault_secret = receiver(research.key, sealed[:ENCAPSULATION], info).export(label("vault"))
        vault = found.records(register, "vault", batch["vault"], found.agreement.cell_bytes, 16, NO_BITS)
        context = label("cell") + found.id + register.encode() + b"\0"
        root = hkdf_extract(context, secret + vault_secret)
        handle, key = hkdf_expand(root, b"handle" + u32(0), 16), hkdf_expand(root, b"key" + u32(0), 32)
        cells = [cell for cell in vault if cell[:16] == handle]
        self.expect(len(cells) == 1, f"a cell of {register}")
        piece = AESGCM(key).decrypt(bytes(12), cells[0][16:], context + u32(0))
        count, size, packed = (int.from_bytes(piece[at : at + 4], "big") for at in (2, 6, 10))
        rows = zlib.decompress(piece[14 : 14 + packed])
        self.expect(piece[:2] == b"\x01\0" and len(rows) == size == 9 * count, f"a payload of {register}")
        return {int.from_bytes(rows[at + 1 : at + 9], "big") for at in range(0, size, 9)}


class CheckCounts(Check):
    def check(self):
        self.check_lists()
        found, own = self.round, self.round.agreement
        linking, _ = self.check_matching()
        masks = {register: 1 << index for index, register in enumerate(found.names)}
        self.overlap = {sum(masks[own] for own in sets): n for sets, n in linking.overlap().items()}
        readers = [reader for reader in found.readers.values() if reader.id in [*own.mixers, own.coordinator]]
        seeds = {found.noise_seed(reader) for reader in readers}
        self.expect(len(readers) > 1 and len(seeds) == 1, "one seed of noise for the coordinator and the approvers")
        self.questions = Questions(own)
        self.expect(None in self.questions.follows and self.questions.extra, "cohorts of every kind")
        self.draws = self.questions.draws(seeds.pop())
        self.approve()

    def told(self, draws):
        return self.questions.told(self.overlap, draws)

    def approve(self, found=None, draws=None):
        """P-71: `Counted` is what the approver would have posted."""
        found = found or self.round
        if found.board.counted != self.told(draws or self.draws):
            raise Violation("selection.wrong", found.agreement.coordinator)
        self.checks += 1


def main(arguments):
    if len(arguments) != 2:
        print("usage: check_verified_transcript.py FILE", file=sys.stderr)
        return 2
    with open(arguments[1], encoding="utf-8") as file:
        content = json.load(file)
    try:
        rows, counts = CheckRows(content["rows"]), CheckCounts(content["counts"])
        lasting = CheckRows(content["lasting"])
        lasting.expect(lasting.round.has_study, "a round in which pseudonyms last")
        for check in (rows, counts, lasting):
            check.check()
        checks = rows.checks + counts.checks + lasting.checks
        for check, lies in ((rows, [BrokenOrder, BrokenStages, BrokenProver, BrokenSelection, BrokenShares]),
                            (counts, [BrokenOrder, BrokenProver, BrokenCounts]),
                            (lasting, [BrokenStudyCapsules])):
            for each in lies:
                each(check).run()
    except (Disagreement, Violation, Refused, DoesNotOpen, ValueError, KeyError, IndexError) as error:
        print(f"the transcript disagrees with the protocol: {type(error).__name__}: {error}", file=sys.stderr)
        return 1
    broken = rows.checks + counts.checks + lasting.checks - checks
    print(f"the verified rounds agree with the protocol: {checks} checks, and {broken} lies are refused")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
