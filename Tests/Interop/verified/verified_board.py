"""The board of a verified round, written from sections 2 and 10 of docs/protocol.md: who may say what when."""

import yaml

from agreement import Agreement, Unsupported
from board import FIELDS, Board
from wire import Violation

# P-73. The last two are about no stage.
STAGE_CODES = {"proof.malformed", "proof.wrong", "tags.wrong", "list.wrong-count", "list.wrong-digest",
               "list.not-increasing", "list.invalid-element", "list.invalid-capsule", "list.partial-record",
               "stream.unreadable"}
OTHER_CODES = {"selection.wrong", "shares.wrong"}


class VerifiedAgreement(Agreement):
    """An agreement of verified rounds, as far as their streams and counts depend on it."""

    def __init__(self, file):
        fields = yaml.load(file.decode(), Loader=yaml.BaseLoader)
        self.checkers = fields.get("checkers", "all")
        self.counts = fields.get("counts", {"mechanism": "rounding"})
        super().__init__(file)

    def check(self, fields):
        if fields.get("verification") != "full" or self.suite != "ristretto255-SHA512":
            raise Unsupported("a round that is not verified")
        if "tolerant_matching" in fields:
            raise Unsupported("tolerant matching")

    @property
    def mixers(self):
        return [own.id for own in self.participants.values() if own.role == "mixer"]

    @property
    def last(self):
        """The last stage."""
        return len(self.ring) - 1

    @property
    def draws_noise(self):
        return self.counts["mechanism"] != "rounding"

    def kind(self, index):
        """P-21: the kind of an item's element."""
        name = self.kinds[index]
        return "identity_code" if name == "former_code" else name

    def judges(self, register, stage):
        """P-61: the checkers of a stage."""
        if stage == 0:
            return []
        ring, owner = self.ring, self.registers[register].owner
        hop = ring.index(owner) + stage
        candidates = [ring[(hop + step) % len(ring)] for step in range(1, len(ring))]
        candidates = [node for node in candidates if node != owner]
        if stage == self.last:
            return [node for node in candidates if node in self.mixers] or candidates[:1]
        return candidates if self.checkers == "all" else candidates[: int(self.checkers)]

    def is_disclosed(self, register, cohort):
        """P-37."""
        own = self.registers[register]
        return cohort in own.released_for or (not own.released_for and register in self.named(cohort))


class VerifiedBoard(Board):
    TYPES = FIELDS | {
        "KeyRevealed": (FIELDS["KeyRevealed"][0], FIELDS["KeyRevealed"][1] | {"noiseDigest", "noiseShares"}),
        "StageCommitted": (FIELDS["StageCommitted"][0], {"exit"}),
        "Proved": ({"proof", "register", "stage"}, set()),
        "Checked": ({"register", "stage"}, set()),
        "Selected": (FIELDS["Selected"][0], {"linkage", "seedDigest", "seeds"}),
        "Approved": (set(), {"linkage"}),
        "Complained": ({"against", "code"}, {"register", "stage"}),
    }

    def __init__(self, agreement):
        super().__init__(agreement)
        # By register and stage.
        self.proofs, self.proved_at, self.checks = {}, {}, {}
        # By register.
        self.exits = {}
        # By participant.
        self.approvals, self.complaints = {}, {}
        self.result_at = None

    def take(self, entry):
        if self.complaints and entry.type not in ("Complained", "Refused", "RoundAborted", "KeysErased"):
            raise Violation("entry.out-of-place", self.agreement.coordinator, "after a complaint")
        super().take(entry)

    def is_settled(self, register, stage):
        judges = set(self.agreement.judges(register, stage))
        return (register, stage) in self.stages and judges <= self.checks.get((register, stage), set())

    @property
    def all_staged(self):
        own = self.agreement
        return all(self.is_settled(register, stage) for register in own.registers for stage in range(own.last + 1))

    @property
    def all_approved(self):
        return set(self.approvals) == set(self.agreement.mixers)

    @property
    def next(self):
        return self.count + 1

    def noise_readers(self, node):
        """P-72: who gets a node's share of the noise."""
        if not self.agreement.draws_noise or node not in self.agreement.ring:
            return None
        return {*self.agreement.mixers, self.agreement.coordinator} - {node}

    def take_KeyRevealed(self, by, body, entry):
        super().take_KeyRevealed(by, body, entry)
        readers = self.noise_readers(by)
        given = set(body["noiseShares"]) if "noiseShares" in body else None
        if given != readers or ("noiseDigest" in body) != (readers is not None):
            raise Violation("keys.bad-salt-share", by)

    def take_StageCommitted(self, by, body, entry):
        own, register, stage = self.agreement, body["register"], body["stage"]
        allowed = register in own.registers and stage <= own.last and own.node(register, stage) == by
        before = stage == 0 or self.is_settled(register, stage - 1)
        self.allow(allowed, self.all_declared and before, (register, stage) in self.stages, by)
        if ("exit" in body) != (stage == own.last):
            raise Violation("entry.malformed", by)
        if "exit" in body and body["exit"]["count"] != self.declared[register]["count"]:
            raise Violation("list.wrong-count", by)
        super().take_StageCommitted(by, body, entry)
        if "exit" in body:
            self.exits[register] = body["exit"]

    def take_Proved(self, by, body, _):
        own, place = self.agreement, (body["register"], body["stage"])
        allowed = place[0] in own.registers and 1 <= place[1] <= own.last and own.node(*place) == by
        self.allow(allowed, place in self.stages, place in self.proofs, by)
        if body["proof"]["count"] != self.stages[place]["count"]:
            raise Violation("proof.malformed", by)
        self.proofs[place], self.proved_at[place] = body["proof"], self.next

    def take_Checked(self, by, body, entry):
        own, place = self.agreement, (body["register"], body["stage"])
        allowed = place[0] in own.registers and 1 <= place[1] <= own.last and by in own.judges(*place)
        has_seen = place in self.proofs and entry.seen["count"] >= self.proved_at[place]
        self.allow(allowed, has_seen, by in self.checks.get(place, ()), by)
        self.checks.setdefault(place, set()).add(by)

    def take_Selected(self, by, body, entry):
        super().take_Selected(by, body, entry)
        if set(body.get("seeds", ())) != set(self.agreement.mixers) or "seedDigest" not in body:
            raise Violation("selection.wrong", by)
        self.result_at = self.next

    def take_Counted(self, by, body, entry):
        super().take_Counted(by, body, entry)
        self.result_at = self.next

    def take_Approved(self, by, body, entry):
        has_seen = self.result_at is not None and entry.seen["count"] >= self.result_at
        self.allow(by in self.agreement.mixers, has_seen, by in self.approvals, by)
        if ("linkage" in body) != (self.selected is not None and "linkage" in self.selected):
            raise Violation("entry.malformed", by)
        self.approvals[by] = body

    def take_Released(self, by, body, entry):
        in_place = self.selected is not None and self.all_approved
        self.allow(by in self.agreement.ring, in_place, by in self.released, by)
        super().take_Released(by, body, entry)

    def take_RoundClosed(self, by, body, entry):
        if not self.agreement.releases_rows:
            self.allow(by == self.agreement.coordinator, self.all_approved, self.end is not None, by)
        super().take_RoundClosed(by, body, entry)

    def take_Complained(self, by, body, _):
        own = self.agreement
        self.allow(by in own.key_holders, by not in self.refused, by in self.complaints, by)
        against, place = body["against"], (body.get("register"), body.get("stage"))
        if body["code"] in STAGE_CODES:
            good = place in self.stages and own.node(*place) == against
        else:
            has_result = self.selected is not None or self.counted is not None
            blamed = {own.coordinator} if has_result else set()
            good = body["code"] in OTHER_CODES and place == (None, None) and against in blamed | set(self.released)
        if not good or against == by:
            raise Violation("entry.malformed", by)
        self.complaints[by] = body
