"""The plaintext join: what a trusted party that saw every register would hand to the researchers.

It shares no code with the generator or with Sidos. Rows are kept as sums of hashes, so that memory grows with the
people of the cohorts and not with their rows.
"""

import csv
import datetime
import os
import re
import sqlite3
from decimal import ROUND_HALF_UP, Decimal

from .disclosure import Disclosure
from .multisets import digest

_CODE = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})([-+A-FU-Y])([0-9]{3})([0-9A-FHJ-NPR-Y])")
_CENTURY = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
_CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
_WHITE = " \t\r\n"


class StudyProblem(Exception):
    """The study, its registers or the dataset cannot be read. The message names no person."""


def identity(text, owner):
    """Who a code means: the code, or owner and code if it is temporary; None if the row must be refused."""
    if text is None:
        return None
    code = text.strip(_WHITE).upper()
    parts = _CODE.fullmatch(code)
    if parts is None:
        return None
    day, month, year, sign, number, check = parts.groups()
    if int(number) < 2 or _CHECK[int(day + month + year + number) % 31] != check:
        return None
    try:
        datetime.date(_CENTURY[sign] + int(year), int(month), int(day))
    except ValueError:
        return None
    return code if number < "900" else (owner, code)


# --- Cohort expressions: `union`, `intersect`, `except`, left to right (intersect binds tighter), and parentheses.

def evaluate(expression, sets):
    words = re.findall(r"[a-z0-9_]+|[()]|\S", expression)
    position = 0

    def factor():
        nonlocal position
        if position >= len(words):
            raise StudyProblem(f"the cohort expression '{expression}' ends too early")
        word = words[position]
        position += 1
        if word == "(":
            inner = sum_of_terms()
            if position >= len(words) or words[position] != ")":
                raise StudyProblem(f"the cohort expression '{expression}' lacks a closing parenthesis")
            position += 1
            return inner
        if word not in sets:
            raise StudyProblem(f"the cohort expression '{expression}' names '{word}', which is no register or cohort")
        return sets[word]

    def term():
        nonlocal position
        value = factor()
        while position < len(words) and words[position] == "intersect":
            position += 1
            value = value & factor()
        return value

    def sum_of_terms():
        nonlocal position
        value = term()
        while position < len(words) and words[position] in ("union", "except"):
            operator = words[position]
            position += 1
            other = term()
            value = value | other if operator == "union" else value - other
        return value

    result = sum_of_terms()
    if position != len(words):
        raise StudyProblem(f"the cohort expression '{expression}' cannot be read after word {position}")
    return result


# --- Sources.

def source_rows(directory, source, columns):
    """Rows of a register file: values of the named columns, in that order, as text, number or None."""
    path = os.path.join(directory, source["path"])
    if not os.path.isfile(path):
        raise StudyProblem(f"{path} is missing; run generate.py first")
    if source["kind"] == "sqlite":
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
        try:
            names = ", ".join(f'"{name}"' for name in columns)
            yield from database.execute(f'SELECT {names} FROM "{source["table"]}"')
        except sqlite3.Error as problem:
            raise StudyProblem(f"{path}, {source['table']}: {problem}") from None
        finally:
            database.close()
        return
    with open(path, encoding="utf-8-sig" if source["byte_order_mark"] else "utf-8", newline="") as file:
        reader = csv.reader(file, delimiter=source["delimiter"], strict=True)
        header = next(reader, [])
        if not set(columns) <= set(header):
            raise StudyProblem(f"{path} lacks the columns {', '.join(sorted(set(columns) - set(header)))}")
        places = [header.index(name) for name in columns]
        for row in reader:
            if len(row) != len(header):
                raise StudyProblem(f"{path}, line {reader.line_num}: {len(row)} fields, the header has {len(header)}")
            yield tuple(row[place] or None for place in places)


def canonical(value, kind):
    """A source value in the text that the dataset must hold; None if it is missing."""
    if value is None:
        return None
    text = str(value) if kind in ("text", "code") else str(value).strip(_WHITE)
    if kind in ("text", "code"):
        return text
    if kind == "integer" and re.fullmatch(r"-?[0-9]+", text):
        return str(int(text))
    if kind == "decimal" and re.fullmatch(r"-?[0-9]+(\.[0-9]+)?", text):
        return text
    if kind == "date" and re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
        datetime.date.fromisoformat(text)
        return text
    if kind == "boolean" and text in ("true", "false", "1", "0"):
        return "true" if text in ("true", "1") else "false"
    raise StudyProblem(f"a value of the sources is no {kind}")


# --- Multisets as sums of hashes.

#: What stands in the digests for whoever a row names, or nobody: people have other names in the dataset.
SOMEBODY = "(whom it names)"


class Tally:
    """The rows of one register: their number, and order-free digests per person, of all rows and per column.

    Whom rows name is no part of the digests. It is kept by itself, for those rows that name somebody.
    """

    def __init__(self, columns, naming=()):
        """`naming`: the columns that name people."""
        self.columns = columns
        self.naming = tuple(naming)
        self.places = [columns.index(column) for column in self.naming]
        #: By person, of each row that names somebody, a digest of what else it says and whom its columns name.
        self.named = {}
        self.rows = 0
        self.rows_of = {}
        self.people = {}
        self.column_sums = [0] * len(columns)

    def add(self, person, values, among=None):
        """`among`: whom the row may name; None: anybody."""
        named = tuple(values[place] for place in self.places)
        if self.places:
            values = tuple(SOMEBODY if place in self.places else value for place, value in enumerate(values))
        content = digest(values)
        if among is not None:
            named = tuple(who if who in among else None for who in named)
        if any(who is not None for who in named):
            self.named[person] = self.named.get(person, ()) + ((content, named),)
        self.rows += 1
        self.rows_of[person] = self.rows_of.get(person, ()) + (tuple(map(hash_of, values)),)
        self.people[person] = self.people.get(person, 0) + content
        sums = self.column_sums
        for index, value in enumerate(values):
            sums[index] += hash_of(value)

    def remove(self, person):
        """As if the person had no rows."""
        for row in self.rows_of.pop(person, ()):
            self.rows -= 1
            for index, value in enumerate(row):
                self.column_sums[index] -= value
        self.people.pop(person, None)
        self.named.pop(person, None)

    def name_among(self, people):
        """Whoever is not among these is named no more."""
        for person, rows in list(self.named.items()):
            kept = [(content, tuple(who if who in people else None for who in named)) for content, named in rows]
            self.named[person] = tuple(row for row in kept if any(who is not None for who in row[1]))

    @property
    def all_rows(self):
        return sum(self.people.values())


_hashes = {}


def hash_of(value):
    known = _hashes.get(value)
    if known is None:
        known = digest(value)
        if len(_hashes) < 500_000:
            _hashes[value] = known
    return known


class Join:
    """Persons with their cohorts, and a tally per register."""

    def __init__(self, cohort_names):
        self.cohort_names = cohort_names
        self.persons = {}
        self.tallies = {}

    def remove(self, people):
        """As if these were in no register, and named by nobody."""
        for person in people & self.persons.keys():
            del self.persons[person]
            for tally in self.tallies.values():
                tally.remove(person)
        for tally in self.tallies.values():
            tally.name_among(self.persons)

    def fingerprints(self):
        """Per person: the cohort flags and the rows of every register. Pseudonyms do not enter."""
        tallies = [self.tallies[register].people for register in sorted(self.tallies)]
        for person, flags in self.persons.items():
            yield flags, tuple(people.get(person, 0) for people in tallies)


def released_columns(register, rules):
    """Names and types as they are released: of a derived column, those of what is made."""
    return [(made["name"], rules.released_type(register["id"], made["name"], made["type"]))
            for column in register["columns"] if column["released"] for made in [column.get("as", column)]]


def naming_columns(register, rules):
    """Names of the released columns that name people, as far as disclosure control lets them be."""
    return [name for name, kind in released_columns(register, rules)
            if kind == "person" and f"{register['id']}.{name}" not in rules.quasi]


class Maker:
    """Picks a register's rows, and makes of its columns what the agreement says."""

    def __init__(self, register):
        self.owner = register["owner"]
        self.released = [column for column in register["columns"] if column["released"]]
        self.conditions = register.get("rows", {"where": []})["where"]
        self.keeps_everybody = register.get("rows", {"people": "keep"})["people"] == "keep"
        #: Columns to read.
        self.names = [column["name"] for column in self.released] + [each["column"] for each in self.conditions]

    def row(self, values):
        """What is released of a row, identities of those whom it names among it; None if it is left out."""
        cut = len(self.released)
        if not all(self._holds(value, each) for value, each in zip(values[cut:], self.conditions)):
            return None
        return tuple(self._made(canonical(value, column["type"]), column.get("as", {}))
                     if column["type"] != "person" else identity(value, self.owner)
                     for value, column in zip(values[:cut], self.released))

    @staticmethod
    def _holds(value, condition):
        if value is None:
            return condition.get("missing") == "keep"
        if condition["type"] == "code":
            return str(value) in condition["in"]
        read = int if condition["type"] == "integer" else datetime.date.fromisoformat
        first, last, value = condition["from"], condition["until"], read(str(value))
        if condition["type"] == "date":
            first, last = read(first), read(last)
        return first <= value <= last

    @staticmethod
    def _made(value, made):
        if value is None:
            return None
        if "coarsen" in made:
            return value[:7]
        if "map" in made:
            return made["map"].get(value, made["otherwise"])
        if "bands" in made:
            limits = made["bands"]
            below = sum(Decimal(limit) <= Decimal(value) for limit in limits)
            if below == 0:
                return f"under {limits[0]}"
            return f"{limits[-1]} or more" if below == len(limits) else f"{limits[below - 1]} to under {limits[below]}"
        if "round_to" in made:
            step = made["round_to"]
            return str(int((Decimal(value) / step).quantize(Decimal(1), ROUND_HALF_UP)) * step)
        return value


def never_released(study, directory, owner):
    """Whom an owner never releases."""
    listed = study.get("never_release", {}).get(owner)
    if listed is None:
        return set()
    source = {"kind": "csv", "path": listed["path"], "delimiter": ",", "byte_order_mark": False}
    return {identity(code, owner) for (code,) in source_rows(directory, source, [listed["column"]])}


def join(study, directory):
    """The join, and per register the number of rows read and refused."""
    rules = Disclosure(study)
    registers = {register["id"]: register for register in study["registers"]}
    sets, needed = {}, set()
    for cohort in study["cohorts"]:
        needed |= set(re.findall(r"[a-z0-9_]+", cohort["expression"])) & set(registers)
    for name in sorted(needed):
        register = registers[name]
        if not Maker(register).keeps_everybody:
            raise StudyProblem(f"{name} defines a cohort: this join wants all its people")
        sets[name] = {who for (code,) in source_rows(directory, register["source"], [register["identity"]])
                      if (who := identity(code, register["owner"])) is not None}
    names = [cohort["name"] for cohort in study["cohorts"]]
    for cohort in study["cohorts"]:
        sets[cohort["name"]] = evaluate(cohort["expression"], sets)
    result = Join(names)
    # Whoever is never released by the owner of a register that a cohort is about is not in the dataset.
    silent = {owner: never_released(study, directory, owner) for owner in {entry["owner"] for entry in study["registers"]}}
    gone = set().union(*(silent[registers[name]["owner"]] & sets[name] for name in needed))
    for name in names:
        sets[name] = sets[name] - gone
    for who in set().union(*(sets[name] for name in names)):
        result.persons[who] = tuple(who in sets[name] for name in names)
    counts = {}
    for register in study["registers"]:
        allowed = set().union(*(sets[name] for name in register["released_for"]))
        maker = Maker(register)
        allowed = allowed - silent[register["owner"]]
        names_and_types = released_columns(register, rules)
        tally = Tally([name for name, _ in names_and_types], naming_columns(register, rules))
        shown = rules.row(register["id"], [name for name, _ in names_and_types])
        read = refused = 0
        known = {}
        for code, *values in source_rows(directory, register["source"],
                                         [register["identity"]] + maker.names):
            read += 1
            who = known.get(code, known)
            if who is known:
                who = known[code] = identity(code, register["owner"])
            if who is None:
                refused += 1
            elif who in allowed:
                made = maker.row(values)
                if made is not None:
                    tally.add(who, shown(made), allowed)
        result.tallies[register["id"]] = tally
        counts[register["id"]] = {"rows": read, "refused": refused}
    rules.leave_out(result)
    # Nobody is named who is not in the dataset.
    result.remove(set())
    return result, counts
