"""What of an agreement this participant obeys (docs/agreement.md). It refuses to sign what it does not know."""

import base64
import copy
import datetime
import re

import yaml

from wire import sha256


class Unsupported(Exception):
    """The agreement asks for something that this small participant does not do."""


def key(text, prefix):
    head, _, value = text.partition(":")
    if head != prefix:
        raise Unsupported(f"a key that begins with {head}")
    return base64.b64decode(value, validate=True)


class Participant:
    def __init__(self, fields):
        self.id, self.role = fields["id"], fields["role"]
        self.signing_key = key(fields["signing_key"], "ed25519")
        self.hpke_key = key(fields["hpke_key"], "xwing")
        self.tls_pin = key(fields["tls_pin"], "sha256")


class Register:
    def __init__(self, index, fields):
        self.index, self.id, self.owner = index, fields["id"], fields["owner"]
        self.released_for = fields.get("released_for", [])
        self.max_people = int(fields["max_people"])
        self.max_cells = int(fields.get("max_cells_per_person", "64"))
        self.columns = [(column["name"], column["type"], column.get("nullable", "false") == "true")
                        for column in fields.get("columns", [])]
        known = {"name", "type", "nullable", "title", "disclosure"}
        if {"rows", "match_fields"} & set(fields) or any(set(column) - known for column in fields.get("columns", [])):
            raise Unsupported(f"rows, match fields or derived columns of {self.id}")
        if any(column["type"] == "person" for column in fields.get("columns", [])):
            raise Unsupported(f"columns of {self.id} that name people")


class Agreement:
    # P-95: whether the round that goes by it is one of withdrawals.
    is_of_withdrawals = False

    def __init__(self, file):
        self.file, self.id = file, sha256(file)
        fields = yaml.load(file.decode(), Loader=yaml.BaseLoader)
        self.suite = fields["suite"]
        self.valid = fields["valid"]["from"], fields["valid"]["until"]
        self.rounds_allowed = int(fields["rounds_allowed"])
        self.releases_rows = fields["release"] == "rows"
        self.padding = fields.get("padding", "padme")
        self.cell_bytes = int(fields.get("cell_bytes", "1024"))
        self.parts = int(fields.get("parts", "1"))
        self.smallest_cell = int(fields.get("smallest_cell", "1"))
        self.count_rounding = int(fields.get("count_rounding", "1"))
        self.retention_days = int(fields.get("retention_days", "30"))
        self.deadline_minutes = int(fields.get("deadline_minutes", "120"))
        self.match_fields = [(own["name"], own["kind"]) for own in fields.get("match_fields", [])]
        # Of each match key its name, its recipe or None, and how many values it has.
        self.match_keys = [(own, None, 1) if isinstance(own, str) else
                           (own["name"], own.get("recipe"), int(own.get("values", "1")))
                           for own in fields.get("match_keys", ["identity_code"])]
        self.participants = {own["id"]: Participant(own) for own in fields["participants"]}
        self.registers = {own["id"]: Register(index, own) for index, own in enumerate(fields["registers"])}
        self.study = fields["study"]["id"]
        # P-80: nobody where pseudonyms are of one round.
        self.pseudonyms = fields.get("pseudonyms", "round")
        self.study_key_holders = fields.get("pseudonym_holders", [])
        self.cohorts = fields["cohorts"]
        self.cohort_max = {own["id"]: int(own["max_people"]) for own in self.cohorts}
        self.check(fields)

    def check(self, fields):
        """No silence: what is not done here is refused before it is signed."""
        if self.suite != "ristretto255-SHA512":
            raise Unsupported(f"the suite {self.suite}")
        first, *others = self.match_keys
        if first != ("identity_code", None, 1) or any(recipe is None for _, recipe, _ in others):
            raise Unsupported("match keys other than the identity code and then recipes")
        if "tolerant_matching" in fields or fields.get("normalisation", "sidos-1") != "sidos-1":
            raise Unsupported("tolerant matching, or another normalisation than sidos-1")
        if fields.get("identity_scheme", "fi-hetu") != "fi-hetu":
            raise Unsupported(f"identity codes of {fields['identity_scheme']}")
        if self.pseudonyms not in ("round", "study"):
            raise Unsupported(f"pseudonyms of {self.pseudonyms}")
        # P-85: S_j is compared by holder here.
        if "pseudonym_successors" in fields or fields.get("pseudonym_generation", "1") != "1":
            raise Unsupported("study keys that change hands, or pseudonyms that begin anew")
        if self.smallest_cell != 1 or self.count_rounding != 1:
            raise Unsupported("surveys that are withheld or rounded")

    def for_withdrawals(self):
        """P-95: what a round of withdrawals goes by; None where there can be none."""
        if self.pseudonyms != "study" or not self.releases_rows:
            return None
        made = copy.copy(self)
        made.is_of_withdrawals, made.registers = True, {}
        for index, owner in enumerate(own.id for own in self.participants.values() if own.role == "authority"):
            people = sum(register.max_people for register in self.registers.values() if register.owner == owner)
            fields = {"id": f"withdrawals_{index + 1}", "owner": owner, "released_for": ["withdrawn"],
                      "max_people": str(min(people, 100_000)), "max_cells_per_person": "1"}
            made.registers[fields["id"]] = Register(index, fields)
        most = 2 * sum(register.max_people + 32 for register in made.registers.values())
        made.cohorts = [{"id": "withdrawn", "expression": " union ".join(made.registers), "max_people": str(most)}]
        made.cohort_max = {"withdrawn": most}
        made.match_keys, made.match_fields = [("identity_code", None, 1)], []
        made.padding, made.cell_bytes, made.parts = "padme", 128, 1
        until = datetime.date.fromisoformat(self.valid[1]) + datetime.timedelta(days=self.retention_days)
        made.valid = self.valid[0], until.isoformat()
        return made

    @property
    def ring(self):
        return [own.id for own in self.participants.values() if own.role in ("authority", "mixer")]

    @property
    def capsules(self):
        """P-40, P-81: how many capsules an item has."""
        return (1 if self.releases_rows else 0) + (1 if self.pseudonyms == "study" else 0)

    @property
    def kinds(self):
        """P-21: the kind of each element of an item."""
        return [name for name, _, count in self.match_keys for _ in range(count)]

    @property
    def coordinator(self):
        return next(own.id for own in self.participants.values() if own.role == "coordinator")

    @property
    def research(self):
        return next((own.id for own in self.participants.values() if own.role == "research"), None)

    @property
    def key_holders(self):
        return self.ring + ([self.research] if self.releases_rows else [])

    def node(self, register, stage):
        """P-34: who makes the register's list of this stage."""
        ring = self.ring
        return ring[(ring.index(self.registers[register].owner) + stage) % len(ring)]

    def named(self, cohort):
        """The registers that a cohort's expression names, itself or through earlier cohorts."""
        expression = next(own["expression"] for own in self.cohorts if own["id"] == cohort)
        found = set()
        for word in re.findall(r"[a-z][a-z0-9_]*", expression):
            if word in self.registers:
                found.add(word)
            elif word in self.cohort_max:
                found |= self.named(word)
        return found

    def most_requests(self):
        """P-37: over all registers, `max_people` of the cohorts for which the register is disclosed."""
        total = 0
        for register in self.registers.values():
            for cohort in self.cohort_max:
                released = cohort in register.released_for
                if released or (not register.released_for and register.id in self.named(cohort)):
                    total += self.cohort_max[cohort]
        return total
