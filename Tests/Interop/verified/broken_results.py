"""Selections, shares and counts that are lies."""

import copy

import shuffle_proofs as proofs
from broken_rounds import Broken, other_point, plus_one, swapped, with_bytes
from conventions import sha256
from ristretto255 import BASE, ORDER, decode
from verified_round import ELEMENT, TAG
from wire import ELEMENT_BITS, part_of


class BrokenSelection(Broken):
    """The coordinator lies about whom it selected, or about its seed."""

    def selected(self, records, requests=None):
        """A round in which C stored and announced this, seen by an approver that does its work again."""
        other = self.honest.altered()
        board, own = other.board.selected, self.agreement
        selection, asked = other.selection_parts(records)
        other.put(own.research, "selection", board["selection"], selection, len(records))
        for node in own.ring:
            other.put(node, "selection", board["requests"], requests or asked, len(records))

        def approve():
            people = other.people(other.linking())
            other.approve_selection(other.selected_items(people, other.seed(self.check.approvers[0])))
        return approve

    def run(self):
        honest, check, name = self.honest, self.check, "selection.wrong"
        records = check.records
        nobody = copy.deepcopy(next(own for own in check.people if not own.cohorts and 0 in own.items))
        nobody.cohorts = 1
        everybody = check.people + [nobody]
        tag = records[0][65:81]

        def with_record(at, new):
            return sorted(with_bytes(own, at, new) if own[65:81] == tag else own for own in records)

        self.refuses(name, self.selected(records[1:]), "an item left out")
        self.refuses(name, self.selected([own for own in records if own[65:81] != tag]), "a person left out")
        self.refuses(name, self.selected(honest.selected_items(everybody, check.seed)), "somebody who is in no cohort")
        other_scalars = honest.selected_items(check.people, sha256(check.seed))
        self.refuses(name, self.selected(other_scalars), "scalars of another seed")
        self.refuses(name, self.selected(with_record(81, bytes(7) + b"\x07")), "other cohorts of a person")
        self.refuses(name, self.selected(with_record(65, sha256(tag)[:TAG])), "another tag of a person")
        self.refuses(name, self.selected(sorted(own[:89] + b"\0" for own in records)), "other links")
        first, second = [own for own in records if own[64] == 0][:2]
        lie = sorted([first[:64] + second[64:], second[:64] + first[64:]]
                     + [own for own in records if own not in (first, second)])
        self.refuses(name, self.selected(lie), "capsules of two people swapped")
        asked = honest.selection_parts(records)[1]
        asked = [asked[0][:-ELEMENT] + other_point()] + asked[1:]
        self.refuses(name, self.selected(records, asked), "a request for something else")
        self.seeds()
        self.linkage()

    def seeds(self):
        mixer, other_mixer = self.check.approvers
        for what, change in {
            "the digest of another seed": lambda board: board.update(seedDigest=sha256(b"seed").hex()),
            "a seed sealed to somebody else":
                lambda board: board["seeds"].update({mixer.id: board["seeds"][other_mixer.id]}),
            "a seed that does not open": lambda board: board["seeds"].update({mixer.id: "00" * 1_168}),
        }.items():
            other = self.honest.altered()
            change(other.board.selected)
            self.refuses("selection.wrong", lambda: other.seed(mixer), what)

    def linkage(self):
        research = self.honest.readers[self.agreement.research]
        linking = self.honest.linking()
        linking.conflicts = [number + 1 for number in linking.conflicts]
        expected = self.honest.linkage(linking)
        self.refuses("selection.wrong", lambda: self.honest.check_linkage(research, expected), "conflicts that were not")


class BrokenShares(Broken):
    """A node lies about its shares. R finds it before it opens anything."""

    def run(self):
        nodes = self.agreement.ring
        node, another = nodes[0], nodes[1]
        shares = self.honest.share_stream(another)

        def release(change):
            other = self.honest.altered()
            stored = other.board.released[node]
            parts = change([bytes(part) for part in other.streams[f"{node}/release/{stored['attempt']}"]])
            other.put(node, "release", stored, parts)
            return lambda: other.check_shares(node)

        def first(change):
            return lambda parts: [change(parts[0])] + parts[1:]

        own = self.honest.share_stream(node)
        size = len(self.honest.streams[f"{node}/release/{self.honest.board.released[node]['attempt']}"][0])
        for what, change in {
            "a share replaced": first(lambda data: with_bytes(data, 96, other_point())),
            "shares swapped": first(lambda data: swapped(data, 96, 128, ELEMENT)),
            "a share that is none": first(lambda data: with_bytes(data, 96, bytes(ELEMENT))),
            "another's shares": lambda parts: [shares[:size], shares[size:]],
            "another's shares with the own proof": lambda parts: [own[:96] + shares[96:size], shares[size:]],
            "another T_1": first(lambda data: with_bytes(data, 0, other_point())),
            "another T_2": first(lambda data: with_bytes(data, 32, other_point())),
            "s + 1": first(lambda data: with_bytes(data, 64, plus_one(data[64:96]))),
            "s + q": first(lambda data: with_bytes(
                data, 64, (int.from_bytes(data[64:96], "little") + ORDER).to_bytes(32, "little"))),
            "no proof": first(lambda data: data[96:]),
            "a share dropped": first(lambda data: data[:-ELEMENT]),
            "a share in another part": lambda parts: [parts[0] + parts[1][:ELEMENT], parts[1][ELEMENT:]],
        }.items():
            self.refuses("shares.wrong", release(change), f"shares: {what}")

        def alter(change):
            other = self.honest.altered()
            change(other)
            return lambda: other.check_shares(node)

        def other_attempt(other):
            stored = other.board.released[node]
            parts = other.streams[f"{node}/release/{stored['attempt']}"]
            stored["attempt"] += 5
            other.streams[f"{node}/release/{stored['attempt']}"] = parts

        def other_requests(other):
            """The requests in which one was replaced."""
            stored = other.board.selected["requests"]
            parts = list(other.streams[f"{node}/selection/{stored['attempt']}"])
            number = next(n for n in range(1000) if part_of(other_point(n), len(parts), ELEMENT_BITS) == 0)
            asked = [parts[0][at : at + ELEMENT] for at in range(0, len(parts[0]), ELEMENT)]
            # In the place of its neighbour, so that all is in order.
            place = max(0, sum(own < other_point(number) for own in asked) - 1)
            parts[0] = with_bytes(parts[0], ELEMENT * place, other_point(number))
            other.put(node, "selection", stored, parts)

        def other_key(other):
            other.board.revealed[node]["capsuleKey"] = self.honest.board.revealed[another]["capsuleKey"]

        for what, change in {"another attempt": other_attempt, "another key": other_key,
                             "other requests": other_requests}.items():
            self.refuses("shares.wrong", alter(change), f"shares: {what}")
        self.proved(node)

    def proved(self, node):
        """Another program's node, which proves the shares that it sends: only equations can tell."""
        secret, extra = 1 + int.from_bytes(sha256(b"secret"), "little") % (ORDER - 1), decode(other_point())
        points = [decode(own) for own in self.honest.requests(node)]

        def release(change=lambda shares: None, scalar=secret, proved_by=secret):
            shares = [scalar * point for point in points]
            change(shares)
            shares = [share.encode() for share in shares]
            other, board = self.honest.altered(), self.honest.board
            stored = other.board.released[node]
            key = (secret * BASE).encode()
            other.board.revealed[node]["capsuleKey"] = key.hex()
            stream = proofs.prove_shares(
                self.agreement.id, other.id, other.manifest, node, stored["attempt"], proved_by,
                self.honest.requests(node), bytes.fromhex(board.selected["requests"]["digest"]), shares,
                sha256(b"nonce"), key=key)
            size = 96 + len(self.honest.streams[f"{node}/selection/{board.selected['requests']['attempt']}"][0])
            other.put(node, "release", stored, [stream[:size], stream[size:]])
            return lambda: other.check_shares(node)

        release()()
        self.check.checks += 1

        def replaced(shares):
            shares[1] = extra

        def exchanged(shares):
            shares[0], shares[1] = shares[1], shares[0]

        def shifted(shares):
            shares[0], shares[1] = shares[0] + extra, shares[1] - extra

        for what, change in {"a share replaced": replaced, "shares swapped": exchanged,
                             "T added here and taken there": shifted}.items():
            self.refuses("shares.wrong", release(change), f"proved shares: {what}")
        self.refuses("shares.wrong", release(scalar=secret + 1), "proved shares: all of another key")
        self.refuses("shares.wrong", release(scalar=secret + 1, proved_by=secret + 1), "and proved by that key")


class BrokenCounts(Broken):
    """The coordinator lies about counts, or a node about its share of the noise."""

    def run(self):
        check, honest = self.check, self.honest
        name, told = "selection.wrong", honest.board.counted
        # Noise that somebody chose: for each draw one that changes what is told.
        for index in range(len(check.draws)):
            other, shift = honest.altered(), 1
            while check.told(self.shifted(index, shift)) == told:
                shift += 1
            other.board.counted = check.told(self.shifted(index, shift))
            self.refuses(name, lambda: check.approve(other), f"another draw {index}")
        for field in ("cohorts", "overlap"):
            for index in range(len(told[field])):
                other = honest.altered()
                own = other.board.counted[field][index]
                own["people"] = own.get("people", 0) + self.agreement.count_rounding
                self.refuses(name, lambda: check.approve(other), f"another number of {field}")
        mixer, coordinator = (honest.readers[who] for who in (self.agreement.mixers[0], self.agreement.coordinator))
        node = self.agreement.ring[0]

        def other_share(board):
            """One approver gets another share than C."""
            board.revealed[node]["noiseShares"][mixer.id] = board.revealed[node]["noiseShares"][coordinator.id]

        for what, change in {
            "a share sealed to somebody else": other_share,
            "the digest of another share": lambda board: board.revealed[node].update(noiseDigest="00" * 32),
        }.items():
            other = honest.altered()
            change(other.board)
            self.refuses("keys.bad-salt-share", lambda: other.noise_seed(mixer), what)

    def shifted(self, index, shift):
        return [draw + shift if number == index else draw for number, draw in enumerate(self.check.draws)]
