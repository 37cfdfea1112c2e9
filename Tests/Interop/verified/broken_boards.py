"""Boards that are wrong by an entry. Each must be refused by its name."""

import copy
import json

from board import Entry, commitment
from broken_rounds import Broken, with_bytes
from verified_board import VerifiedBoard
from wire import canonical


class BrokenOrder(Broken):
    """Boards on which an entry is missing, comes twice, is another's, or was altered."""

    def run(self):
        entries = self.honest.board.entries
        # The rules of keys are those of every round, but for shares of noise.
        start = next(n for n, entry in enumerate(entries) if entry.type == "BatchDeclared")
        end = next(n for n, entry in enumerate(entries) if entry.type == "RoundClosed")
        board = VerifiedBoard(self.agreement)
        for entry in entries[:start]:
            board.take(entry)
        for number in range(start, end):
            entry = entries[number]
            what = f"entry {number + 1}, {entry.type} by {entry.by}"
            self.refuses("entry.out-of-place", lambda: self.take(board, entries[number + 1 :]), f"without {what}")
            twice = entries[number : number + 1] * 2 + entries[number + 1 :]
            self.refuses("entry.repeated", lambda: self.take(board, twice), f"twice {what}")
            for somebody in self.agreement.participants:
                if somebody != entry.by and not self.may(somebody, entry):
                    other = self.changed(entry, by=somebody)
                    self.refuses("entry.not-allowed", lambda: self.take(board, [other]), f"by {somebody}: {what}")
            if entry.type in ("Checked", "Approved"):
                early = self.changed(entry, seen={"count": 1, "head": "00" * 32})
                self.refuses("entry.out-of-place", lambda: self.take(board, [early]), f"not seen: {what}")
            board.take(entry)
        self.forms(entries)
        self.noise_shares(entries)
        self.bytes()

    def may(self, somebody, entry):
        """Whether it is this one's as well to say."""
        own, body = self.agreement, entry.body
        return (entry.type == "Checked" and somebody in own.judges(body["register"], body["stage"])
                or entry.type == "Approved" and somebody in own.mixers
                or entry.type == "Released" and somebody in own.ring)

    def take(self, board, entries):
        board = copy.deepcopy(board)
        for entry in entries:
            board.take(entry)

    def changed(self, entry, **fields):
        """An entry that says something else, by nobody's signature."""
        return Entry(bytes(64) + canonical(json.loads(entry.payload) | fields), VerifiedBoard.TYPES)

    def forms(self, entries):
        """Entries whose fields cannot be right."""
        last = str(self.agreement.last)

        def without(entry, field):
            return self.changed(entry, body={name: own for name, own in entry.body.items() if name != field})

        def first(kind, stage=None):
            return next(n for n, entry in enumerate(entries)
                        if entry.type == kind and (stage is None or str(entry.body["stage"]) == stage))

        lies = [("entry.malformed", first("StageCommitted", last), lambda entry: without(entry, "exit")),
                ("entry.malformed", first("StageCommitted", "1"),
                 lambda entry: self.changed(entry, body=entry.body | {"exit": entry.body["list"]})),
                ("proof.malformed", first("Proved"), lambda entry: self.changed(
                    entry, body=entry.body | {"proof": entry.body["proof"] | {"count": 1}}))]
        if self.agreement.releases_rows:
            lies += [("selection.wrong", first("Selected"), lambda entry: without(entry, "seeds")),
                     ("selection.wrong", first("Selected"), lambda entry: without(entry, "seedDigest")),
                     ("selection.wrong", first("Selected"), lambda entry: self.changed(
                         entry, body=entry.body | {"seeds": dict(list(entry.body["seeds"].items())[1:])})),
                     ("entry.malformed", first("Approved"), lambda entry: without(entry, "linkage"))]
        for name, number, change in lies:
            board = VerifiedBoard(self.agreement)
            for entry in entries[:number]:
                board.take(entry)
            self.refuses(name, lambda: board.take(change(entries[number])), f"entry {number + 1} of another form")
        # A complaint, and what may follow it.
        number = first("Checked")
        board = VerifiedBoard(self.agreement)
        for entry in entries[:number]:
            board.take(entry)
        place = {field: entries[number].body[field] for field in ("register", "stage")}
        hop = self.agreement.node(*place.values())
        for name, fields in (("entry.malformed", {"against": self.agreement.coordinator, "code": "proof.wrong"} | place),
                             ("entry.malformed", {"against": hop, "code": "proof.wrong"}),
                             ("entry.malformed", {"against": hop, "code": "shares.wrong"}),
                             ("entry.malformed", {"against": hop, "code": "somehow.wrong"} | place)):
            complaint = self.complaint(entries[number], fields)
            self.refuses(name, lambda: self.take(board, [complaint]), f"a complaint of {fields}")
        complaint = self.complaint(entries[number], {"against": hop, "code": "proof.wrong"} | place)
        self.take(board, [complaint])
        self.refuses("entry.out-of-place", lambda: self.take(board, [complaint, entries[number]]), "after a complaint")
        self.refuses("entry.repeated", lambda: self.take(board, [complaint, complaint]), "a complaint twice")

    def complaint(self, entry, body):
        return self.changed(entry, type="Complained", body=body)

    def noise_shares(self, entries):
        """A node reveals more or fewer of them than it should, as it has committed to."""
        node = self.agreement.ring[0]

        def reveal(change):
            revealed = next(entry for entry in entries if entry.type == "KeyRevealed" and entry.by == node)
            body = change(revealed.body)
            bodies = {"KeyCommitted": {"commitment": commitment(self.honest.id, node, body).hex()}, "KeyRevealed": body}
            board = VerifiedBoard(self.agreement)
            for entry in entries[: entries.index(revealed) + 1]:
                board.take(self.changed(entry, body=bodies[entry.type]) if entry.by == node else entry)

        def without(field):
            return lambda body: {name: own for name, own in body.items() if name != field}

        def with_shares(change):
            return lambda body: body | {"noiseShares": change(body["noiseShares"])}

        reveal(dict)
        if self.agreement.draws_noise:
            own = self.agreement.coordinator
            lies = {"no digest": without("noiseDigest"), "no shares": without("noiseShares"),
                    "none for C": with_shares(lambda found: {name: each for name, each in found.items() if name != own}),
                    "one for a node that does not approve":
                        with_shares(lambda found: found | {self.agreement.ring[1]: found[own]})}
        else:
            lies = {"shares of noise that is not drawn":
                    lambda body: body | {"noiseDigest": body["saltDigest"], "noiseShares": body["saltShares"]},
                    "a digest only": lambda body: body | {"noiseDigest": body["saltDigest"]}}
        for what, change in lies.items():
            self.refuses("keys.bad-salt-share", lambda: reveal(change), what)

    def bytes(self):
        """Entries that stand elsewhere than their authors signed them for, or were altered."""
        entries = self.honest.entries
        middle = len(entries) // 2

        def fold(changed):
            board = VerifiedBoard(self.agreement)
            for entry in changed:
                board.add(entry)

        altered = with_bytes(entries[middle], 3, bytes([entries[middle][3] ^ 1]))
        self.refuses("entry.bad-signature", lambda: fold(entries[:middle] + [altered]), "an altered signature")
        ends = [number for number, own in enumerate(self.honest.board.entries) if own.type == "KeysErased"]
        without = entries[: ends[0]] + entries[ends[0] + 1 :]
        self.refuses("board.forked", lambda: fold(without), "a board without one of its last entries")
