"""An authority in a round: what is due, in order (P-16), one round, then the end."""

import datetime
import os
import time

import hpke
import vault
from board import Board, commitment
from exchange import Problem, SealedWriter, cut, open_stream, read_stream
from lists import (BASE, ELEMENT, blinded, capsule, decode, encode_scalar, hop, proof, random_element, random_scalar,
                   read_list, records, study_capsule, valid_element, width, written)
from wire import (ELEMENT_BITS, NO_BITS, Violation, canonical, cut_by_part, digest, hkdf, label, log, padded,
                  sha256)

# How long a call waits for something new.
POLL_SECONDS = 20


class Refusal(Exception):
    """This participant says no, with one of P-18's codes."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


class Node:
    """An honest authority. What misbehaves overrides one of its steps."""

    def __init__(self, identifier, agreement, keys, exchange, sources, columns):
        self.id, self.agreement, self.keys, self.exchange = identifier, agreement, keys, exchange
        self.sources, self.columns = sources, columns
        self.board, self.attempts, self.done = Board(agreement, keys.seen_study_keys(agreement.study)), {}, set()
        self.lists = {}

    # The round

    def run(self):
        """Takes part in the first round of the agreement that is open, and returns the type of its last entry."""
        self.find()
        while True:
            try:
                self.follow()
                self.act()
            except Violation as violation:
                log("violation", name=violation.name, by=violation.participant, detail=violation.detail)
                equivocates = violation.name == "keys.manifest-differs"
                self.refuse("protocol.equivocation" if equivocates else "protocol.violation")
            except Refusal as refusal:
                self.refuse(refusal.code)
            except Problem:
                # The round may have ended while this was at work; nothing else that was refused passes in silence.
                if not self.ended_meanwhile():
                    raise
            if self.board.end is not None:
                return self.finish()

    def find(self):
        version = None
        while True:
            rounds, version = self.exchange.rounds(wait=POLL_SECONDS, known=version)
            for own in rounds:
                if own["agreement"] == self.agreement.id.hex():
                    self.round = bytes.fromhex(own["round"])
                    log("round", round=own["round"], number=own["number"])
                    return
            time.sleep(0.1)

    def follow(self, wait=POLL_SECONDS):
        """Reads and folds what is new on the board."""
        wait, began = 0 if self.is_due() else wait, time.monotonic()
        entries = self.exchange.board(self.round, self.board.count, wait)
        if wait and not entries and time.monotonic() - began < 1:
            # A call that should wait came back early: never ask without a pause (P-16).
            time.sleep(1)
        for number, data in entries:
            if number != self.board.count + 1:
                raise Violation("board.forked", self.agreement.coordinator, "a gap")
            self.board.add(data)
            # In a round of withdrawals another one than was signed.
            self.agreement = self.board.agreement
            if number == 1 and self.board.id != self.round:
                raise Violation("board.forked", self.agreement.coordinator, "the round's id")

    def is_due(self):
        return self.board.count == 0 or any(True for _ in self.due())

    def due(self):
        """The steps that can be done now, each with its arguments."""
        board, own = self.board, self.agreement
        if board.end is not None or self.id in board.refused or not board.count:
            return
        steps = [("commit", (), True), ("reveal", (), board.everybody(board.committed)),
                 ("sign_manifest", (), board.everybody(board.revealed))]
        for register in own.registers.values():
            if register.owner == self.id:
                steps.append(("declare", (register.id,), board.everybody(board.manifests)))
            for stage in range(len(own.ring)):
                if own.node(register.id, stage) == self.id:
                    before = stage == 0 or (register.id, stage - 1) in board.stages
                    steps.append(("commit_stage", (register.id, stage), board.all_declared and before))
        steps.append(("release", (), board.selected is not None))
        for name, arguments, ready in steps:
            if ready and (name, *arguments) not in self.done:
                yield name, arguments

    def act(self):
        for name, arguments in list(self.due()):
            log("duty", duty=name, of=list(arguments))
            getattr(self, name)(*arguments)
            self.done.add((name, *arguments))

    def refuse(self, code):
        log("refusing", code=code)
        self.erase()
        try:
            self.post("Refused", {"code": code})
            while self.board.end is None:
                self.follow()
        except (Violation, Problem) as error:
            # Where the board itself is wrong there is nothing to wait for.
            log("left", why=str(error))
            raise SystemExit(80) from None

    def erase(self):
        for name in ("blinding", "capsule_key", "salt_share", "exit_salt"):
            setattr(self, name, None)
        self.lists = {}

    def finish(self):
        end = self.board.end
        self.erase()
        self.follow(wait=0)
        log("ended", type=end.type, code=end.body.get("code"), participants=end.body.get("participants"))
        self.post("KeysErased", {})
        return end

    # Entries

    def payload(self, kind, body, **changed):
        """An entry's payload; what is named in changed is another than it should be."""
        content = {"body": body, "by": self.id, "round": self.round.hex(), "sidos": 1, "type": kind,
                   "seen": {"count": self.board.count, "head": self.board.heads[-1].hex()}, **changed}
        return canonical(content)

    def signed(self, payload):
        return self.keys.sign(label("board entry") + payload) + payload

    def post(self, kind, body):
        while True:
            try:
                self.exchange.post(self.round, self.signed(self.payload(kind, body)))
            except Problem as problem:
                if kind != "KeysErased" and self.ended_meanwhile():
                    return
                log("refused", type=kind, status=problem.status, code=problem.code, detail=problem.detail)
                raise
            log("posted", type=kind)
            return

    def ended_meanwhile(self):
        self.follow(wait=0)
        return self.board.end is not None

    # Keys

    def commit(self):
        opening, own = self.board.opening, self.agreement
        if not self.board.all_have_signed():
            raise Refusal("agreement.unknown")
        today = datetime.datetime.now(datetime.timezone.utc)
        if not own.valid[0] <= today.date().isoformat() <= own.valid[1] or today.timestamp() > opening["deadline"]:
            raise Refusal("agreement.not-valid-today")
        self.opened = datetime.datetime.fromtimestamp(opening["opened"], datetime.timezone.utc).date()
        self.blinding, self.capsule_key, self.salt_share = random_scalar(), random_scalar(), os.urandom(32)
        # P-80: 1 for a node that holds none, None where pseudonyms do not last.
        self.study_key = None if own.pseudonyms == "round" else 1
        if self.id in own.study_key_holders:
            self.study_key = self.keys.study_key(own.study, lambda: encode_scalar(random_scalar()))
        self.revealed = self.key_body()
        self.post("KeyCommitted", {"commitment": commitment(self.round, self.id, self.revealed).hex()})

    def key_body(self):
        body = {"saltShares": self.sealed_shares(), "saltDigest": self.salt_digest(self.id, self.salt_share).hex()}
        purposes = {"blinding": self.blinding}
        if self.agreement.releases_rows:
            purposes["capsule"] = self.capsule_key
        if self.id in self.agreement.study_key_holders:
            purposes["study"] = self.study_key
        for purpose, secret in purposes.items():
            public = (secret * BASE).encode()
            body[f"{purpose}Key"] = public.hex()
            body[f"{purpose}Proof"] = proof(self.round, self.id, purpose, secret, public)
        return body

    def salt_digest(self, node, share):
        return sha256(label("salt share") + self.round + node.encode() + b"\0" + share)

    def salt_info(self, sender, receiver):
        return label("salt share") + self.round + sender.encode() + b"\0" + receiver.encode()

    def sealed_shares(self):
        shares = {}
        for node in self.agreement.ring:
            if node != self.id:
                public = self.agreement.participants[node].hpke_key
                context, encapsulation = hpke.sender(public, self.salt_info(self.id, node))
                shares[node] = (encapsulation + context.seal(self.salt_share)).hex()
        return shares

    def reveal(self):
        self.post("KeyRevealed", self.revealed)

    def sign_manifest(self):
        shares = []
        for node in self.agreement.ring:
            share = self.salt_share if node == self.id else self.opened_share(node)
            shares.append(share)
        self.exit_salt = hkdf(b"".join(shares), self.round, label("exit salt"), 32)
        self.capsule_public = None
        if self.agreement.releases_rows:
            keys = [decode(bytes.fromhex(self.board.revealed[own]["capsuleKey"])) for own in self.agreement.key_holders]
            self.capsule_public = sum(keys[1:], keys[0])
        self.keys.keep_study_keys(self.agreement.study, self.board.revealed_study_keys)
        self.post("ManifestSigned", {"manifest": self.board.manifest().hex()})

    def opened_share(self, node):
        revealed = self.board.revealed[node]
        sealed = bytes.fromhex(revealed["saltShares"][self.id])
        encapsulation, ciphertext = sealed[: hpke.ENCAPSULATION_BYTES], sealed[hpke.ENCAPSULATION_BYTES :]
        try:
            share = hpke.receiver(self.keys.xwing, encapsulation, self.salt_info(node, self.id)).open(ciphertext)
        except hpke.DoesNotOpen:
            raise Violation("keys.bad-salt-share", node) from None
        if self.salt_digest(node, share).hex() != revealed["saltDigest"]:
            raise Violation("keys.bad-salt-share", node)
        return share

    # Lists

    def declare(self, register):
        own = self.agreement.registers[register]
        if self.agreement.is_of_withdrawals:
            source = vault.Withdrawn(self.sources.get("withdrawn"), self.id, self.opened, self.columns)
        else:
            source = vault.Source(self.sources[register], own, self.agreement, self.id, self.opened, self.columns)
        if len(source.people) > own.max_people:
            raise Refusal("cap.exceeded")
        items, cells, context, encapsulation = [], [], None, None
        if self.agreement.releases_rows:
            public = self.agreement.participants[self.agreement.research].hpke_key
            context, encapsulation = hpke.sender(public, label("vault") + self.round + register.encode())
            vault_secret = context.export(label("vault"))
        count = padded(len(source.people), self.agreement.padding)
        for person in [*source.people, *[None] * (count - len(source.people))]:
            item = self.elements(person)
            if context is not None:
                secret = random_element()
                item += capsule(secret, self.capsule_public)
                if self.study_key is not None:
                    lasting = person.lasting if person else None
                    item += study_capsule(self.agreement.study, lasting, self.study_key, self.capsule_public)
                content = self.person_payload(person.rows if person else [], person is None)
                made = self.person_cells(content, secret.encode(), vault_secret, register)
                if len(made) > own.max_cells:
                    raise Refusal("cap.exceeded")
                cells += made
            items.append(item)
        self.lists[register] = self.own_list(items)
        body = {"count": len(items), "digest": digest(self.lists[register]).hex(), "register": register}
        if context is not None:
            more = padded(len(cells), self.agreement.padding) - len(cells)
            cells += vault.random_cells(more, self.agreement.cell_bytes)
            body["encapsulation"] = encapsulation.hex()
            body["survey"] = self.sealed_survey(source, vault_secret, register).hex()
            body["vault"] = self.store_plain(register, "vault", self.vault_bytes(cells), self.agreement.cell_bytes)
        self.post("BatchDeclared", self.declaration(body))

    def elements(self, person):
        """A person's, or a dummy's if it is None: random ones stand for values that are not there."""
        keys = self.agreement.match_keys
        made = b""
        for (name, _, count), values in zip(keys, person.values(keys) if person else [[]] * len(keys)):
            for value in [*values, *[None] * (count - len(values))]:
                element = random_element() if value is None else blinded(self.round, name, value, self.blinding)
                made += element.encode()
        return made

    def own_list(self, items):
        return written(sorted(items), self.agreement.parts)

    def person_payload(self, rows, is_dummy):
        return vault.payload(rows, is_dummy)

    def person_cells(self, content, secret, vault_secret, register):
        return vault.cells(content, secret, vault_secret, self.round, register, self.agreement.cell_bytes)

    def survey(self, source):
        return source.survey()

    def sealed_survey(self, source, secret, register):
        return vault.sealed_survey(self.survey(source), secret, self.round, register)

    def vault_bytes(self, cells):
        return [b"".join(own) for own in cut_by_part(sorted(cells), self.agreement.parts, NO_BITS)]

    def declaration(self, body):
        return body

    def commit_stage(self, register, stage):
        ring = self.agreement.ring
        last = stage == len(ring) - 1
        if stage == 0:
            data, count = self.lists[register], self.board.declared[register]["count"]
        else:
            items = self.read_stage(register, stage - 1)
            salt = self.exit_salt if last else None
            author = self.agreement.node(register, stage - 1)
            made = hop(items, self.agreement.kinds, author, self.blinding, self.capsule_public, salt, self.round,
                       self.study_key)
            data, count = self.stage_list(register, stage, made), len(items)
        receiver = self.agreement.coordinator if last else self.agreement.node(register, stage + 1)
        size = self.width(last)
        stored = self.store_sealed(register, str(stage), data, count, receiver, size)
        self.post("StageCommitted", {"list": stored, "register": register, "stage": stage})

    def stage_list(self, register, stage, items):
        last = stage == len(self.agreement.ring) - 1
        return written(items, self.agreement.parts, NO_BITS if last else ELEMENT_BITS)

    def width(self, is_tagged):
        return width(len(self.agreement.kinds), is_tagged, self.agreement.capsules)

    def read_stage(self, register, stage):
        stored = self.board.stages[register, stage]
        author, size = self.agreement.node(register, stage), self.width(False)
        most = (stored["count"] + 2) * size
        name = f"{register}/{stage}/{stored['attempt']}"
        parts = [
            open_stream(self.exchange, self.round, f"{name}/{part}", author, self.id, self.keys.xwing, most)
            for part in range(self.agreement.parts)
        ]
        return read_list(parts, size, stored, author, self.agreement.coordinator)

    # Shares

    def release(self):
        stored = self.board.selected["requests"]
        name, size = f"{self.id}/selection/{stored['attempt']}", ELEMENT * self.agreement.capsules
        parts = [
            read_stream(self.exchange, self.round, f"{name}/{part}", size * stored["count"])
            for part in range(self.agreement.parts)
        ]
        author = self.agreement.coordinator
        by_part = [records(data, size, author) for data in parts]
        requests = [request for own in by_part for request in own]
        if len(requests) != stored["count"] or digest(parts).hex() != stored["digest"]:
            raise Violation("selection.wrong", author, "the requests are not those that were announced")
        if any(first[:ELEMENT] >= second[:ELEMENT] for first, second in zip(requests, requests[1:])):
            raise Violation("selection.wrong", author, "the requests do not increase")
        if by_part != cut_by_part(requests, len(parts), ELEMENT_BITS):
            raise Violation("selection.wrong", author, "a request is in another part than its own")
        shares = []
        for number, request in enumerate(requests):
            # A, and U where pseudonyms last.
            points = [valid_element(request[at : at + ELEMENT], "selection.wrong", author, number)
                      for at in range(0, size, ELEMENT)]
            shares.append(b"".join((self.capsule_key * point).encode() for point in points))
        data, start = [], 0
        for own in by_part:
            data.append(self.share_bytes(shares[start : start + len(own)]))
            start += len(own)
        stored = self.store_sealed(self.id, "release", data, len(shares), self.agreement.research, size)
        self.post("Released", {"shares": stored})

    def share_bytes(self, shares):
        return b"".join(shares)

    # Streams

    def attempt(self, batch, stage):
        """One that was never used. It need not be kept for a restart: this participant does not survive one."""
        number = self.attempts.get((batch, stage), -1) + 1
        self.attempts[batch, stage] = number
        return number, f"{batch}/{stage}/{number}"

    def store_plain(self, batch, stage, parts, size):
        attempt, name = self.attempt(batch, stage)
        for part, data in enumerate(parts):
            for number, (piece, last) in enumerate(cut(data)):
                self.exchange.put_chunk(self.round, f"{name}/{part}", number, piece, last)
        count = sum(map(len, parts)) // size
        return self.announced(stage, {"attempt": attempt, "count": count, "digest": digest(parts).hex()})

    def store_sealed(self, batch, stage, parts, count, receiver, size):
        attempt, name = self.attempt(batch, stage)
        public = self.agreement.participants[receiver].hpke_key
        for part, data in enumerate(parts):
            writer = SealedWriter(self.round, f"{name}/{part}", self.id, receiver, public)
            for number, chunk, last in self.sealed_chunks(stage, writer, cut(data)):
                self.exchange.put_chunk(self.round, f"{name}/{part}", number, chunk, last)
        return self.announced(stage, {"attempt": attempt, "count": count, "digest": digest(parts).hex()})

    def sealed_chunks(self, stage, writer, pieces):
        for number, (piece, last) in enumerate(pieces):
            yield number, writer.seal(piece, last), last

    def announced(self, stage, stored):
        return stored
