"""The board: entries, their chain, and the check of each against those before it (P-11 to P-15, P-25 to P-28)."""

import json

from keys import SIGNATURE_LABEL, verify
from lists import proof_holds
from wire import ENTRY_BYTES, Violation, canonical, label, padded, sha256, u32

ENTRY_LABEL = label("board entry")
BYTES = {"agreement": 32, "nonce": 32, "commitment": 32, "manifest": 32, "digest": 32, "saltDigest": 32,
         "noiseDigest": 32, "seedDigest": 32, "blindingKey": 32, "capsuleKey": 32, "studyKey": 32, "encapsulation": 1_120,
         "survey": 16_400}
STREAMS = {"list", "exit", "proof", "requests", "selection", "shares", "vault"}
SEALED = {"saltShares", "noiseShares", "seeds"}
LINKAGE_BYTES = {"Selected": 9_328, "Approved": 1_168}
# By type: the fields that must be there, and those that may.
FIELDS = {
    "RoundOpened": ({"agreement", "deadline", "nonce", "number", "opened", "signatures"}, {"purpose"}),
    "KeyCommitted": ({"commitment"}, set()),
    "KeyRevealed": ({"saltShares"}, {"blindingKey", "blindingProof", "capsuleKey", "capsuleProof", "saltDigest",
                                      "studyKey", "studyProof"}),
    "ManifestSigned": ({"manifest"}, set()),
    "BatchDeclared": ({"count", "digest", "register"}, {"encapsulation", "survey", "vault"}),
    "StageCommitted": ({"list", "register", "stage"}, set()),
    "Selected": ({"requests", "selection"}, {"linkage"}),
    "Released": ({"shares"}, set()),
    "Received": (set(), {"withdrawn"}),
    "RoundClosed": (set(), set()),
    "KeysErased": (set(), set()),
    "Counted": ({"cohorts", "overlap"}, {"linkage"}),
    "Refused": ({"code"}, set()),
    "RoundAborted": ({"code", "participants"}, set()),
}
REFUSALS = {"agreement.unknown", "agreement.not-valid-today", "agreement.superseded", "policy.refused", "rounds.spent",
            "register.unusable", "cap.exceeded", "protocol.violation", "protocol.equivocation", "internal.failure", "keys.lost"}
ABORTS = {"deadline.passed", "participant.refused", "operator.aborted", "cap.released-people",
          "cohort.below-smallest-cell", "protocol.violation", "internal.failure"}
CODES = {"Refused": REFUSALS, "RoundAborted": ABORTS}


def is_hex(value, count):
    return isinstance(value, str) and len(value) == 2 * count and all(digit in "0123456789abcdef" for digit in value)


def is_number(value, most=1 << 62):
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= most


def is_stored(value):
    return (isinstance(value, dict) and set(value) == {"attempt", "count", "digest"}
            and is_number(value["attempt"], 65_535) and is_number(value["count"]) and is_hex(value["digest"], 32))


def is_proof(value):
    return (isinstance(value, dict) and set(value) == {"commitment", "response"}
            and all(is_hex(part, 32) for part in value.values()))


def is_hex_by_name(value, count):
    return isinstance(value, dict) and all(is_hex(part, count) for part in value.values())


def has_form(must, may, kind, body):
    if not isinstance(body, dict) or not must <= set(body) <= must | may:
        return False
    for field, value in body.items():
        if field in BYTES:
            good = is_hex(value, BYTES[field])
        elif field in STREAMS:
            good = is_stored(value)
        elif field in ("blindingProof", "capsuleProof"):
            good = is_proof(value)
        elif field in SEALED:
            good = is_hex_by_name(value, 1_168)
        elif field == "signatures":
            good = is_hex_by_name(value, 64)
        elif field == "purpose":
            good = value == "withdrawals"
        elif field in ("count", "number", "opened", "deadline", "stage", "withdrawn"):
            good = is_number(value)
        elif field == "code":
            good = isinstance(value, str) and (kind not in CODES or value in CODES[kind])
        elif field == "linkage" and kind in LINKAGE_BYTES:
            good = is_hex(value, LINKAGE_BYTES[kind])
        else:
            # What is in Counted and in lists of names is of interest to the one who reads it.
            good = isinstance(value, (list, dict, str))
        if not good:
            return False
    return True


class Entry:
    """One entry, whose type is one of those that are given."""

    def __init__(self, data, types=FIELDS):
        if not 64 < len(data) <= ENTRY_BYTES:
            raise Violation("entry.malformed", detail=f"{len(data)} bytes")
        self.data, self.payload = data, data[64:]
        try:
            content = json.loads(self.payload.decode("ascii"))
            same = canonical(content) == self.payload
        except (ValueError, RecursionError):
            raise Violation("entry.malformed", detail="not JSON") from None
        if not same or not isinstance(content, dict):
            raise Violation("entry.malformed", detail="not canonical")
        if content.get("sidos") != 1:
            raise Violation("entry.unknown-version")
        self.type, self.by, self.body = content.get("type"), content.get("by"), content.get("body")
        if self.type not in types:
            raise Violation("entry.unknown-type")
        fields = {"body", "by", "seen", "sidos", "type"} | (set() if self.type == "RoundOpened" else {"round"})
        seen = content.get("seen")
        if set(content) != fields or not isinstance(seen, dict) or set(seen) != {"count", "head"}:
            raise Violation("entry.malformed", detail=f"fields of {self.type}")
        if not is_number(seen["count"]) or not is_hex(seen["head"], 32) or not has_form(*types[self.type], self.type, self.body):
            raise Violation("entry.malformed", detail=f"values of {self.type}")
        self.seen, self.round = seen, content.get("round")


def chain(head, data):
    return sha256(label("board chain") + head + sha256(data))


def commitment(round_id, participant, body):
    return sha256(label("key commitment") + round_id + participant.encode() + b"\0" + canonical(body))


class Board:
    """What the entries so far say. Every participant folds the same entries and sees the same."""

    TYPES = FIELDS

    def __init__(self, agreement, study_keys=None):
        """`study_keys`: of each holder, what earlier rounds of the study had."""
        self.agreement, self.study_keys = agreement, study_keys or {}
        self.entries, self.heads, self.id = [], [bytes(32)], None
        self.opening = self.selected = self.received = self.counted = self.end = None
        self.committed, self.revealed, self.manifests, self.declared = {}, {}, {}, {}
        self.stages, self.released, self.refused, self.erased = {}, {}, {}, set()

    @property
    def count(self):
        return len(self.entries)

    def add(self, data):
        """Checks one entry, and takes it over; else a violation."""
        coordinator = self.agreement.coordinator
        try:
            entry = Entry(data, self.TYPES)
        except Violation as violation:
            raise Violation(violation.name, coordinator, violation.detail) from None
        author = self.agreement.participants.get(entry.by)
        if author is None:
            raise Violation("entry.unknown-author", coordinator)
        if not verify(author.signing_key, data[:64], ENTRY_LABEL + entry.payload):
            raise Violation("entry.bad-signature", coordinator)
        if self.id is None:
            if entry.type != "RoundOpened":
                raise Violation("entry.out-of-place", coordinator)
        elif entry.round is not None and entry.round != self.id.hex():
            raise Violation("entry.wrong-round", coordinator)
        if any(data == own.data for own in self.entries):
            raise Violation("board.forked", coordinator, "an entry twice")
        low = 0 if entry.type == "RoundOpened" else 1
        if not low <= entry.seen["count"] <= self.count or entry.seen["head"] != self.heads[entry.seen["count"]].hex():
            raise Violation("board.forked", coordinator)
        self.take(entry)
        return entry

    def take(self, entry):
        """Takes an entry over that is well-formed and of its author, if it is in its place."""
        getattr(self, "take_" + entry.type)(entry.by, entry.body, entry)
        self.entries.append(entry)
        self.heads.append(chain(self.heads[-1], entry.data))

    # What may be posted when. Faults of place are the coordinator's, who has to refuse such entries.

    def allow(self, allowed, in_place, repeated, by):
        coordinator = self.agreement.coordinator
        if not allowed:
            raise Violation("entry.not-allowed", coordinator, f"by {by}")
        if repeated:
            raise Violation("entry.repeated", coordinator, f"by {by}")
        if self.end is not None:
            raise Violation("round.over", coordinator, f"by {by}")
        if not in_place:
            raise Violation("entry.out-of-place", coordinator, f"by {by}")

    def everybody(self, found):
        return set(found) == set(self.agreement.key_holders)

    def take_RoundOpened(self, by, body, entry):
        own = self.agreement
        self.allow(by == own.coordinator, self.id is None, self.id is not None, by)
        minutes = 60 * own.deadline_minutes
        good = (body["agreement"] == own.id.hex() and 1 <= body["number"] <= own.rounds_allowed
                and body["opened"] < body["deadline"] <= body["opened"] + minutes)
        if not good:
            raise Violation("round.bad-opening", by)
        if "purpose" in body:
            self.agreement = own.for_withdrawals()
            if self.agreement is None:
                self.agreement = own
                raise Violation("round.bad-opening", by)
        self.id, self.opening = sha256(label("round") + entry.payload), body

    def all_have_signed(self):
        """P-17."""
        signatures = self.opening["signatures"]
        return set(signatures) == set(self.agreement.participants) and all(
            verify(own.signing_key, bytes.fromhex(signatures[own.id]), SIGNATURE_LABEL + self.agreement.file)
            for own in self.agreement.participants.values())

    def take_KeyCommitted(self, by, body, _):
        self.allow(by in self.agreement.key_holders, True, by in self.committed, by)
        self.committed[by] = body["commitment"]

    def take_KeyRevealed(self, by, body, _):
        own = self.agreement
        self.allow(by in own.key_holders, self.everybody(self.committed), by in self.revealed, by)
        if commitment(self.id, by, body).hex() != self.committed[by]:
            raise Violation("keys.commitment-differs", by)
        is_node = by in own.ring
        keys = {"blinding": is_node, "capsule": own.releases_rows, "study": by in own.study_key_holders}
        for purpose, due in keys.items():
            fields = {f"{purpose}Key", f"{purpose}Proof"}
            if not (fields <= set(body) if due else not fields & set(body)):
                raise Violation("keys.bad-proof", by)
            if not due:
                continue
            key, proof = bytes.fromhex(body[f"{purpose}Key"]), body[f"{purpose}Proof"]
            if not proof_holds(self.id, by, purpose, key, proof):
                raise Violation("keys.bad-proof", by)
        if by in self.study_keys and self.study_keys[by] != body.get("studyKey"):
            raise Violation("keys.study-differs", by)
        others = {node for node in own.ring if node != by} if is_node else set()
        if set(body["saltShares"]) != others or ("saltDigest" in body) != is_node:
            raise Violation("keys.bad-salt-share", by)
        self.revealed[by] = body
        self.all_revealed_at = self.count + 1

    @property
    def revealed_study_keys(self):
        return {by: body["studyKey"] for by, body in self.revealed.items() if "studyKey" in body}

    def manifest(self):
        """P-26."""
        data = label("manifest") + self.id + self.agreement.id
        for holder in self.agreement.key_holders:
            body = canonical(self.revealed[holder])
            data += u32(len(holder)) + holder.encode() + u32(len(body)) + body
        return sha256(data)

    def take_ManifestSigned(self, by, body, entry):
        # Its author has seen what it signs.
        in_place = self.everybody(self.revealed) and entry.seen["count"] >= self.all_revealed_at
        self.allow(by in self.agreement.key_holders, in_place, by in self.manifests, by)
        if body["manifest"] != self.manifest().hex():
            raise Violation("keys.manifest-differs", by)
        self.manifests[by] = body["manifest"]

    def take_BatchDeclared(self, by, body, _):
        own = self.agreement
        register = own.registers.get(body["register"])
        self.allow(register is not None and register.owner == by, self.everybody(self.manifests),
                   body["register"] in self.declared, by)
        if body["count"] > padded(register.max_people, own.padding):
            raise Violation("batch.cap-exceeded", by)
        given = {"encapsulation", "survey", "vault"} & set(body)
        if given != ({"encapsulation", "survey", "vault"} if own.releases_rows else set()):
            raise Violation("batch.malformed", by)
        if own.releases_rows:
            most = padded(body["count"] * register.max_cells, own.padding)
            if not body["count"] <= body["vault"]["count"] <= most:
                raise Violation("batch.malformed", by)
        self.declared[body["register"]] = body

    @property
    def all_declared(self):
        return set(self.declared) == set(self.agreement.registers)

    def take_StageCommitted(self, by, body, _):
        own, register, stage = self.agreement, body["register"], body["stage"]
        allowed = register in own.registers and stage < len(own.ring) and own.node(register, stage) == by
        before = stage == 0 or (register, stage - 1) in self.stages
        self.allow(allowed, self.all_declared and before, (register, stage) in self.stages, by)
        if body["list"]["count"] != self.declared[register]["count"]:
            raise Violation("list.wrong-count", by)
        if stage == 0 and body["list"]["digest"] != self.declared[register]["digest"]:
            raise Violation("list.wrong-digest", by)
        self.stages[register, stage] = body["list"]

    @property
    def all_staged(self):
        last = len(self.agreement.ring) - 1
        return all((register, last) in self.stages for register in self.agreement.registers)

    def take_Selected(self, by, body, _):
        own = self.agreement
        self.allow(by == own.coordinator and own.releases_rows, self.all_staged, self.selected is not None, by)
        has_linkage = len(own.match_keys) > 1
        if body["requests"]["count"] != body["selection"]["count"] or ("linkage" in body) != has_linkage:
            raise Violation("selection.wrong", by)
        if body["requests"]["count"] > own.most_requests():
            raise Violation("selection.cap-exceeded", by)
        self.selected = body

    def take_Released(self, by, body, _):
        self.allow(by in self.agreement.ring, self.selected is not None, by in self.released, by)
        if body["shares"]["count"] != self.selected["requests"]["count"]:
            raise Violation("shares.wrong", by)
        self.released[by] = body["shares"]

    def take_Received(self, by, body, _):
        own = self.agreement
        all_released = set(self.released) == set(own.ring)
        allowed = by == own.research and own.releases_rows and ("withdrawn" not in body or own.is_of_withdrawals)
        self.allow(allowed, all_released, self.received is not None, by)
        self.received = body

    def take_Counted(self, by, body, _):
        own = self.agreement
        self.allow(by == own.coordinator and not own.releases_rows, self.all_staged, self.counted is not None, by)
        self.counted = body

    def take_RoundClosed(self, by, _, entry):
        done = self.received is not None if self.agreement.releases_rows else self.counted is not None
        self.allow(by == self.agreement.coordinator, done, self.end is not None, by)
        self.ends(entry)

    def take_Refused(self, by, body, _):
        self.allow(by != self.agreement.coordinator, True, by in self.refused, by)
        self.refused[by] = body["code"]

    def take_RoundAborted(self, by, body, entry):
        self.allow(by == self.agreement.coordinator, True, self.end is not None, by)
        names = body["participants"]
        known = set(self.agreement.participants)
        if not isinstance(names, list) or len(set(names)) != len(names) or not set(names) <= known:
            raise Violation("entry.malformed", by)
        if body["code"] == "participant.refused" and not set(names) <= set(self.refused):
            raise Violation("entry.malformed", by)
        self.ends(entry)

    def ends(self, entry):
        self.end, self.ended_at = entry, self.count + 1

    def take_KeysErased(self, by, _, entry):
        own = self.agreement
        if by not in own.key_holders:
            raise Violation("entry.not-allowed", own.coordinator)
        if by in self.erased:
            raise Violation("entry.repeated", own.coordinator)
        # So that it is a signature over the head that ended the round.
        if self.end is None or entry.seen["count"] < self.ended_at:
            raise Violation("entry.out-of-place", own.coordinator)
        self.erased.add(by)
