"""What the coordinator can see to be wrong and must refuse. After each attempt the right thing is done."""

import os

from exchange import Problem, SealedWriter
from lists import LIST_PREFIX
from wire import ENTRY_BYTES, canonical, label, log, sha256

ZERO = bytes(32).hex()
# P-52: of a chunk that is not the last, and of any.
LEAST_CHUNK, MOST_CHUNK = 65_536, 4_194_304


class Attempts:
    """Before it posts an entry, tries all sorts of wrong ones in its place."""

    def tried(self, name, what, entry):
        """Posts an entry that is to be refused, and tells what came of it."""
        try:
            self.exchange.post(self.round, entry)
        except Problem as problem:
            log("attempt", name=name, what=what, status=problem.status, code=problem.code, detail=problem.detail)
            return
        log("attempt", name=name, what=what, status=201, code=None, detail="accepted")

    def tried_body(self, name, what, kind, body, **changed):
        self.tried(name, what, self.signed(self.payload(kind, body, **changed)))

    def tried_again(self, what, kind, body):
        """Another entry of a type that was there already; the very same bytes again would be no error."""
        self.tried_body("entry.repeated", what, kind, body, seen={"count": 1, "head": self.board.heads[1].hex()})

    def tried_call(self, name, what, call):
        try:
            call()
        except Problem as problem:
            log("attempt", name=name, what=what, status=problem.status, code=problem.code, detail=problem.detail)
            return
        log("attempt", name=name, what=what, status=200, code=None, detail="accepted")

    def post(self, kind, body):
        getattr(self, "before_" + kind, lambda _: None)(body)
        super().post(kind, body)
        getattr(self, "after_" + kind, lambda _: None)(body)

    # Forms, signatures, places

    def before_KeyCommitted(self, body):
        self.forms(body)
        self.authors(body)
        self.heads(body)
        self.too_early()
        self.not_mine()
        self.calls()

    def forms(self, body):
        good = self.payload("KeyCommitted", body)
        text = good.decode()
        hexadecimal = body["commitment"]
        wrong = {
            "white space": text.replace(":", ": ", 1),
            "a line end": text + "\n",
            "an escape": text.replace("KeyCommitted", "KeyCommitte\\u0064"),
            "another order": '{"by":' + text.split('"by":', 1)[1][:-1] + f',"body":{{"commitment":"{hexadecimal}"}}}}',
            "a key twice": text.replace('"sidos":1', '"sidos":1,"sidos":1'),
            "an unknown key": text.replace('"sidos":1', '"sidos":1,"sidosa":1'),
            "an unknown key of the body": text.replace('"commitment"', '"a":1,"commitment"'),
            "a missing key": text.replace(f'"commitment":"{hexadecimal}"', ""),
            "null": text.replace(f'"{hexadecimal}"', "null"),
            "capitals": text.replace(hexadecimal, hexadecimal[:-2] + "AB"),
            "a short value": text.replace(hexadecimal, hexadecimal[:-2]),
            "a decimal point": text.replace('"sidos":1', '"sidos":1.0'),
            "an exponent": text.replace('"sidos":1', '"sidos":1e0'),
            "a zero before": text.replace('"sidos":1', '"sidos":01'),
            "a negative number": text.replace('"count":', '"count":-'),
            "a number too large": text.replace('"count":', '"count":1' + "0" * 40),
            "an array": "[" + text + "]",
            "two objects": text + text,
            "deep nesting": "[" * 30_000 + "]" * 30_000,
            "a text": '"KeyCommitted"',
            "nothing": "",
        }
        for what, payload in wrong.items():
            if payload == text:
                raise ValueError(f"{what} is as it should be")
            self.tried("entry.malformed", what, self.signed(payload.encode()))
        self.tried("entry.malformed", "not UTF-8", self.signed(good.replace(b"KeyCommitted", b"KeyCommitte\xff")))
        self.tried("entry.malformed", "a NUL", self.signed(good.replace(b"KeyCommitted", b"KeyCommitted\0")))
        self.tried("entry.malformed", "no payload", self.signed(good)[:64])
        self.tried("entry.malformed", "too long", self.signed(good + b" " * (ENTRY_BYTES + 1 - len(good) - 64)))
        self.tried_body("entry.malformed", "an unknown refusal", "Refused", {"code": "because"})
        self.tried_body("entry.malformed", "an abort's code", "Refused", {"code": "deadline.passed"})
        self.tried_body("entry.malformed", "another type's body", "KeyRevealed", body)
        for version in (0, 2):
            self.tried_body("entry.unknown-version", str(version), "KeyCommitted", body, sidos=version)
        for version in ("1", True):
            self.tried_body("entry.malformed", repr(version), "KeyCommitted", body, sidos=version)
        self.tried_body("entry.unknown-type", "KeyLost", "KeyLost", body)

    def authors(self, body):
        self.tried_body("entry.unknown-author", "nobody", "KeyCommitted", body, by="nobody")
        self.tried_body("entry.unknown-author", "no text", "KeyCommitted", body, by=1)
        for other in self.agreement.participants:
            if other != self.id:
                self.tried_body("entry.bad-signature", "by another", "KeyCommitted", body, by=other)
        payload = self.payload("KeyCommitted", body)
        signature = self.signed(payload)[:64]
        wrong = {
            "a bit": bytes([signature[0] ^ 1]) + signature[1:],
            "zeros": bytes(64),
            "without the label": self.keys.sign(payload),
            "an agreement's label": self.keys.sign(label("agreement signature") + payload),
            # S + the order of the group is the same number, and no canonical one.
            "a larger S": signature[:32] + (int.from_bytes(signature[32:], "little") + 2**252
                                           + 27742317777372353535851937790883648493).to_bytes(32, "little"),
        }
        for what, value in wrong.items():
            self.tried("entry.bad-signature", what, value + payload)

    def heads(self, body):
        count, head = self.board.count, self.board.heads[-1].hex()
        wrong = {
            "another head": {"count": count, "head": ZERO},
            "a later one": {"count": count + 100, "head": head},
            "of no entries": {"count": 0, "head": ZERO},
            "of another count": {"count": count + 1, "head": head},
        }
        for what, seen in wrong.items():
            self.tried_body("board.forked", what, "KeyCommitted", body, seen=seen)
        self.tried_body("entry.wrong-round", "another round", "KeyCommitted", body, round=sha(b"round"))
        self.tried_body("entry.malformed", "no round", "KeyCommitted", body, round=None)

    def too_early(self):
        own = next(own.id for own in self.agreement.registers.values() if own.owner == self.id)
        stored = {"attempt": 0, "count": 1, "digest": ZERO}
        self.tried_body("entry.out-of-place", "keys", "KeyRevealed", self.revealed)
        self.tried_body("entry.out-of-place", "manifest", "ManifestSigned", {"manifest": ZERO})
        body = {"count": 1, "digest": ZERO, "register": own}
        if self.agreement.releases_rows:
            body |= {"encapsulation": bytes(1_120).hex(), "survey": bytes(16_400).hex(), "vault": stored}
        self.tried_body("entry.out-of-place", "batch", "BatchDeclared", body)
        self.tried_body("entry.out-of-place", "stage", "StageCommitted", {"list": stored, "register": own, "stage": 0})
        self.tried_body("entry.out-of-place", "shares", "Released", {"shares": stored})
        self.tried_body("entry.out-of-place", "erased", "KeysErased", {})

    def not_mine(self):
        stored = {"attempt": 0, "count": 1, "digest": ZERO}
        self.tried_body("entry.not-allowed", "selected", "Selected", {"requests": stored, "selection": stored})
        self.tried_body("entry.not-allowed", "received", "Received", {})
        self.tried_body("entry.not-allowed", "counted", "Counted", {"cohorts": [], "overlap": []})
        self.tried_body("entry.not-allowed", "closed", "RoundClosed", {})
        for participants in ([], ["a"], ["nobody"], ["x" * 3_000], ["a", "a"]):
            body = {"code": "protocol.violation", "participants": participants}
            self.tried_body("entry.not-allowed", "aborted", "RoundAborted", body)
        opening = self.board.opening
        self.tried_body("round.bad-opening", "opened", "RoundOpened", opening)
        content = {"body": {**opening, "number": opening["number"] + 1}, "by": self.id, "sidos": 1,
                   "type": "RoundOpened", "seen": {"count": 0, "head": ZERO}}
        self.tried("round.bad-opening", "another round", self.signed(canonical(content)))

    def after_KeyCommitted(self, body):
        self.tried_again("commitment", "KeyCommitted", {"commitment": sha(b"other")})

    def before_KeyRevealed(self, body):
        self.tried_body("keys.commitment-differs", "keys made afresh", "KeyRevealed", self.key_body())
        self.tried_body("keys.commitment-differs", "less", "KeyRevealed", {**body, "saltShares": {}})

    def after_KeyRevealed(self, body):
        self.tried_again("keys", "KeyRevealed", body)

    def before_ManifestSigned(self, body):
        self.tried_body("keys.manifest-differs", "another", "ManifestSigned", {"manifest": sha(b"other")})
        early = {"count": 1, "head": self.board.heads[1].hex()}
        self.tried_body("entry.out-of-place", "of keys it has not seen", "ManifestSigned", body, seen=early)

    # Announced streams

    def before_BatchDeclared(self, body):
        name, own = body["register"], self.agreement.registers[body["register"]]
        self.tried_body("batch.cap-exceeded", "people", "BatchDeclared", {**body, "count": 64 * own.max_people})
        for other in self.agreement.registers.values():
            if other.owner != self.id:
                self.tried_body("entry.not-allowed", "another's", "BatchDeclared", {**body, "register": other.id})
        self.tried_body("entry.not-allowed", "nobody's", "BatchDeclared", {**body, "register": "nobody"})
        if not self.agreement.releases_rows:
            self.tried_body("batch.malformed", "a survey", "BatchDeclared", {**body, "survey": bytes(16_400).hex()})
            return
        for field in ("encapsulation", "survey", "vault"):
            less = {key: value for key, value in body.items() if key != field}
            self.tried_body("batch.malformed", f"no {field}", "BatchDeclared", less)
        vault, size = body["vault"], self.agreement.cell_bytes
        for what, count in (("few cells", body["count"] - 1), ("many cells", 64 * body["count"] * own.max_cells)):
            self.tried_body("batch.malformed", what, "BatchDeclared", {**body, "vault": {**vault, "count": count}})

        def with_vault(violation, what, stored):
            self.tried_body(violation, what, "BatchDeclared", {**body, "vault": stored})

        data = b"".join(sorted(os.urandom(size) for _ in range(vault["count"])))
        with_vault("stream.never-written", "vault", {**vault, "attempt": 60_000})
        with_vault("stream.unfinished", "vault", self.half(name, "vault", vault))
        with_vault("vault.wrong-digest", "vault", {**vault, "digest": ZERO})
        with_vault("vault.wrong-count", "vault", {**vault, "count": vault["count"] + 1})
        swapped = data[size : 2 * size] + data[:size] + data[2 * size :]
        with_vault("vault.not-increasing", "swapped", self.store_plain(name, "vault", [swapped], size))
        twice = data[:size] + data[: size - 1] + b"\0" + data[2 * size :]
        with_vault("vault.not-increasing", "a handle twice", self.store_plain(name, "vault", [twice], size))
        longer = self.store_plain(name, "vault", [data + b"\0"], size)
        with_vault("vault.partial-record", "a byte more", longer)

    def half(self, batch, stage, stored):
        """A stream without its last chunk, as far as the coordinator takes one that is too small or too large."""
        attempt, name = self.attempt(batch, stage)
        name += "/0"
        for what, size in (("no bytes", 0), ("few bytes", LEAST_CHUNK - 1), ("a large one", MOST_CHUNK + 1)):
            self.tried_chunk(f"a chunk of {what} that is not the last", name, 0, bytes(size), False)
        self.tried_chunk("the second chunk before the first", name, 1, bytes(10), True)
        return {**stored, "attempt": attempt}

    def tried_chunk(self, what, name, number, chunk, last):
        self.tried_call("chunk", what, lambda: self.exchange.put_chunk(self.round, name, number, chunk, last))

    def after_BatchDeclared(self, body):
        self.tried_again("batch", "BatchDeclared", body)

    def before_StageCommitted(self, body):
        register, stage = body["register"], body["stage"]
        ring = self.agreement.ring
        last = stage == len(ring) - 1
        receiver = self.agreement.coordinator if last else self.agreement.node(register, stage + 1)
        size = self.width(last)
        self.announcements("StageCommitted", body, "list", register, str(stage), receiver, size, LIST_PREFIX)
        if stage == 0:
            other = {**body["list"], "digest": sha(b"other")}
            self.tried_body("list.wrong-digest", "than declared", "StageCommitted", {**body, "list": other})
        for other in self.agreement.registers.values():
            for another in range(len(ring) + 1):
                if another == len(ring) or self.agreement.node(other.id, another) != self.id:
                    wrong = {**body, "register": other.id, "stage": another}
                    self.tried_body("entry.not-allowed", "another's stage", "StageCommitted", wrong)

    def after_StageCommitted(self, body):
        self.tried_again("stage", "StageCommitted", body)

    def before_Released(self, body):
        self.announcements("Released", body, "shares", self.id, "release", self.agreement.research, 32, 0)

    def after_Released(self, body):
        self.tried_again("shares", "Released", body)

    def announcements(self, kind, body, field, batch, stage, receiver, size, prefix):
        """Of a sealed stream that is not there, not whole, or of another length than its entry says."""
        stored = body[field]
        wrong_count = "shares.wrong" if field == "shares" else "list.wrong-count"

        def tried(violation, what, changed):
            self.tried_body(violation, what, kind, {**body, field: changed})

        tried("stream.never-written", field, {**stored, "attempt": 60_000})
        for difference in (-1, 1):
            tried(wrong_count, f"{difference:+}", {**stored, "count": stored["count"] + difference})
        length = prefix + size * stored["count"]

        def tried_stream(violation, what, data, chunk=None):
            """Stores a stream, which the coordinator may refuse too, and announces it."""
            attempt, name = self.attempt(batch, stage)
            name += "/0"
            writer = SealedWriter(self.round, name, self.id, receiver, self.agreement.participants[receiver].hpke_key)
            try:
                self.exchange.put_chunk(self.round, name, 0, writer.seal(data, True) if chunk is None else chunk, True)
            except Problem as problem:
                log("stream refused", what=what, status=problem.status, code=problem.code)
            tried(violation, what, {**stored, "attempt": attempt})

        tried("stream.unfinished", field, self.half(batch, stage, stored))
        tried_stream("list.partial-record", "a byte less", bytes(length - 1))
        tried_stream("list.partial-record", "a byte more", bytes(length + 1))
        tried_stream("list.partial-record", "an item less", bytes(length - size))
        tried_stream("list.partial-record", "an item more", bytes(length + size))
        if prefix:
            tried_stream("list.partial-record", "without the first bytes", bytes(length - prefix))
        tried_stream("stream.too-short", "no whole encapsulation", b"", chunk=bytes(100))
        tried_stream("stream.too-short", "an empty stream", b"", chunk=b"")

    # After the end

    def before_KeysErased(self, body):
        stored = {"attempt": 0, "count": 1, "digest": ZERO}
        self.tried_body("round.over", "shares", "Released", {"shares": stored})
        self.tried_body("round.over", "refusal", "Refused", {"code": "internal.failure"})
        early = self.board.count - 1
        seen = {"count": early, "head": self.board.heads[early].hex()}
        self.tried_body("entry.out-of-place", "erased before the end", "KeysErased", body, seen=seen)
        self.tried_call("round.closed", "a chunk after the end", lambda: self.exchange.put_chunk(
            self.round, f"{self.id}/release/60001/0", 0, b"late", True))

    def after_KeysErased(self, body):
        self.tried_again("erased", "KeysErased", body)

    # Calls

    def calls(self):
        other = next(own.id for own in self.agreement.registers.values() if own.owner != self.id)
        own = next(own.id for own in self.agreement.registers.values() if own.owner == self.id)
        exchange, round_id = self.exchange, self.round

        def put(name, number=0, chunk=b"x", last=True):
            return lambda: exchange.put_chunk(round_id, name, number, chunk, last)

        def get(path):
            return lambda: exchange.call("GET", path)

        base = f"/v1/rounds/{round_id.hex()}"
        calls = {
            "another's list": put(f"{other}/0/0/0"),
            "another's vault": put(f"{other}/vault/0/0"),
            "the selection": put(f"{self.id}/selection/0/0"),
            "another's shares": put("a/release/0/0"),
            "too early": put(f"{own}/0/0/0"),
            "an unknown stage": put(f"{own}/16/0/0"),
            "an unknown register": put("nobody/0/0/0"),
            "a high attempt": put(f"{own}/0/65536/0"),
            "an attempt in another form": put(f"{own}/0/00/0"),
            "a part too many": put(f"{own}/vault/0/1"),
            "a high part": put(f"{own}/vault/0/1024"),
            "a path's parts": get(base + "/streams/..%2f..%2fetc/0/0/0/0"),
            "a path's dots": get("/v1/rounds/../rounds"),
            "a long path": get("/v1/" + "x" * 600),
            "an unknown call": get("/v1/secrets"),
            "an operator's call": get("/v1/operator/rounds"),
            "another round": get(f"/v1/rounds/{sha(b'round')}/board?after=0&wait=0"),
            "a round in capitals": get(f"/v1/rounds/{round_id.hex().upper()}/board?after=0&wait=0"),
            "a query twice": get(base + "/board?after=0&after=1&wait=0"),
            "an unknown query": get(base + "/board?after=0&wait=0&x=1"),
            "a long wait": get(base + "/board?after=0&wait=61"),
            "a negative number": get(base + "/board?after=-1&wait=0"),
            "another method": lambda: exchange.call("DELETE", base + "/board"),
            "cells": lambda: exchange.call("POST", base + f"/vaults/{own}/0/cells", bytes(16)),
            "a large body": lambda: exchange.call("POST", base + "/board", bytes(ENTRY_BYTES + 1)),
        }
        for what, call in calls.items():
            self.tried_call("call", what, call)
        head = f"{base}/board HTTP/1.1\r\nhost: x\r\n"
        requests = {
            "no HTTP": b"\x16\x03\x01 is no request\r\n\r\n",
            "HTTP of another version": f"GET {base}/board HTTP/3.7\r\nhost: x\r\n\r\n".encode(),
            "two lengths": f"POST {head}content-length: 1\r\ncontent-length: 2\r\n\r\nab".encode(),
            "a long field": f"GET {head}x: ".encode() + b"y" * 100_000 + b"\r\n\r\n",
            "many fields": f"GET {head}".encode() + b"z: y\r\n" * 100 + b"\r\n",
        }
        for what, request in requests.items():
            log("attempt", name="call", what=what, status=exchange.raw(request), code="", detail="")
        # Who asks whether to go on is told so, where the body may be sent.
        line = f"PUT {base}/streams/{own}/vault/0/0/0?last=true HTTP/1.1\r\nhost: x\r\n"
        log("expected", status=exchange.raw(f"{line}expect: 100-continue\r\ncontent-length: 10\r\n\r\n".encode()))


def sha(data):
    return sha256(data).hex()
