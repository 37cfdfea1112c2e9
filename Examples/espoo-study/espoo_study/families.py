"""Who is whose spouse in the city's register, and for whose child Kela pays a benefit.

All of it is drawn when everything else is written, by random numbers of its own, so that without these two columns the
registers would be the same. Nobody of the invented people is under age, so the children are grown up.
"""

import contextlib
import csv
import datetime
import itertools
import os
import random
import sqlite3
from collections import Counter

from .authorities import Spelling
from .codes import SIGNS, spoil

CHILD_BENEFIT = "LL"
# Of a hundred people one after the other, how many marry one of those who follow, and how many somebody whom the study
# is not about.
SPOUSE_IN_STUDY, SPOUSE_ELSEWHERE = 30, 15
# Of a hundred receivers of child benefit, how many rows name a child: most where the study looks, so that a small run
# has some, and few elsewhere.
PARENTS, OTHER_PARENTS = 50, 5
# Of a hundred children of people in the study, how many are in it too; and which share of other people can be children.
CHILD_IN_STUDY, POOL_SHARE = 65, 0.1
YEARS_BETWEEN = 16
_CENTURY = {sign: century * 100 for century, signs in SIGNS.items() for sign in signs}


def is_temporary(code):
    return code[7:10] >= "900"


def born(code):
    return _CENTURY[code[6].upper()] + int(code[4:6])


class Resident:
    """One of the city's clients: the code that the city has, and the numbers under which it has it."""

    __slots__ = ("code", "numbers", "in_study")

    def __init__(self, code, numbers, in_study):
        self.code, self.numbers, self.in_study = code, numbers, in_study


class Families:
    """Watches people go by, and fills the two columns in the end. Holds those of the study, and a share of others."""

    def __init__(self, seed, espoo, kela, official):
        self.rng = random.Random(f"families {seed}")
        self.random = self.rng.random
        self.espoo, self.kela, self.official = espoo, kela, official
        self.spelling = {owner: Spelling(self.random) for owner in ("espoo", "kela")}
        self.residents, self.numbered = [], 0
        #: Codes by which Kela knows people of the study, and others.
        self.studied, self.others = [], []
        #: Of the city's rows, by client number, the spouse's code.
        self.spouses = {}

    def add(self, person):
        """To be called when the city has written down the person."""
        numbers = range(self.numbered + 1, self.espoo.next_id + 1)
        self.numbered = self.espoo.next_id
        # The view of immigrants has everybody who is one.
        in_study = person.group == "client" or (person.in_espoo and person.immigrant)
        code = person.codes["espoo"]
        if numbers and code and len(code) == 11:
            self.residents.append(Resident(code, numbers, person.immigrant))
        code = person.codes["kela"]
        if code and len(code) == 11:
            if in_study:
                self.studied.append(code)
            elif is_temporary(code) or self.random() < POOL_SHARE:
                self.others.append(code)

    def finish(self, objectors):
        """Fills both columns; returns how many rows name somebody in which spelling, by owner."""
        self._marry(objectors)
        with contextlib.closing(sqlite3.connect(self.espoo.path("espoo.sqlite"), isolation_level=None)) as database:
            database.execute("PRAGMA synchronous = OFF")
            database.execute("BEGIN")
            database.executemany("UPDATE client SET spouse = ? WHERE client_id = ?",
                                 ((code, f"KOTO-{number:07d}") for number, code in sorted(self.spouses.items())))
            database.execute("COMMIT")
        children = self._adopt(objectors)
        return {
            "espoo": {"rows": len(self.spouses), **self.spelling["espoo"].counts},
            "kela": {"rows": children, **self.spelling["kela"].counts},
        }

    # --- The city.

    def _name(self, one, code, spell=True):
        for number in one.numbers:
            # In the city's other system nobody may have asked.
            if number == one.numbers[0] or self.random() < 0.5:
                written = self.spelling["espoo"](code) if spell else code
                if written:
                    self.spouses[number] = written

    def _couple(self, one, other):
        self._name(one, other.code)
        self._name(other, one.code)

    def _marry(self, objectors):
        order = list(self.residents)
        self.rng.shuffle(order)
        # Whose codes are easily mistaken come first: temporary ones, and those of a second series of a day.
        order.sort(key=lambda one: not (is_temporary(one.code) or one.code[6] not in "-A"))
        inside = [one for one in order if one.in_study and one.code not in objectors]
        outside = [one for one in order if not one.in_study]
        free = iter(inside[12:])
        for one in inside[:12]:
            if (other := next(free, None)) is not None:
                self._couple(one, other)
        self._rare(free, outside, [one for one in order if one.code in objectors])
        outside = iter(outside[1:])
        for one in free:
            draw = 100 * self.random()
            if draw < SPOUSE_ELSEWHERE:
                if (other := next(outside, None)) is not None:
                    self._couple(one, other)
            elif draw < SPOUSE_ELSEWHERE + SPOUSE_IN_STUDY:
                if (other := next(free, None)) is not None:
                    self._couple(one, other)

    def _rare(self, free, outside, objectors):
        """One each of what registers have now and then."""
        def some(count):
            return list(itertools.islice(free, count))

        def chain(people):
            for one, other in zip(people, people[1:]):
                self._name(one, other.code, spell=False)

        for one in some(1):
            self._name(one, one.code, spell=False)
        three = some(3)
        chain(three + three[:1])
        chain(some(4))
        # A former spouse of several.
        named, *naming = some(5) or [None]
        for one in naming:
            self._name(one, named.code, spell=False)
        for one, how in zip(some(4), (0.1, 0.75, 0.85, 0.95)):
            self._name(one, spoil(one.code, how), spell=False)
        for one, form in zip(some(2), (str.lower, " {} ".format)):
            for other in some(1):
                self._name(one, form(other.code), spell=False)
        for one in some(1):
            self._name(one, self.official.issue(datetime.date(1950, 6, 15)), spell=False)
        for other in outside[:1] + objectors:
            for one in some(1):
                self._name(one, other.code, spell=False)
                self._name(other, one.code, spell=False)

    # --- Kela.

    def _adopt(self, objectors):
        """Writes Kela's rows once more, with children in those of child benefit; returns how many name one."""
        path, count = self.kela.path("benefits.csv"), 0
        known = set(self.studied) - set(objectors)
        children = self._rare_parents(path, known)
        with open(path, encoding="utf-8", newline="") as file, \
                open(path + ".new", "w", encoding="utf-8", newline="") as target:
            reader, writer = csv.reader(file, strict=True), csv.writer(target, lineterminator="\n")
            header = next(reader)
            place, benefit = header.index("child"), header.index("benefit_code")
            writer.writerow(header)
            for row in reader:
                if row[benefit] == CHILD_BENEFIT:
                    parent = row[0].strip().upper()
                    if parent not in children:
                        children[parent] = self._children(parent, known)
                    row[place] = self._child(children[parent])
                    count += row[place] != ""
                writer.writerow(row)
        os.replace(path + ".new", path)
        return count

    def _child(self, children):
        """The next child of somebody's rows, as Kela's clerks write it; some forget to."""
        if not children:
            return ""
        children.append(children.pop(0))
        return self.spelling["kela"](children[-1]) if self.random() < 0.9 else ""

    def _children(self, parent, known):
        if 100 * self.random() >= (PARENTS if parent in known else OTHER_PARENTS):
            return []
        if len(parent) != 11 or not parent[4:6].isdigit() or parent[6] not in _CENTURY:
            # A row that nobody can be found by names somebody all the same.
            return [self._one(self.studied)]
        found = []
        for _ in range(1 + int(3 * self.random())):
            pool = self.studied if parent in known and 100 * self.random() < CHILD_IN_STUDY else self.others
            child = self._one(pool)
            if child not in found and born(child) >= born(parent) + YEARS_BETWEEN:
                found.append(child)
        return found

    def _one(self, pool):
        return pool[int(len(pool) * self.random())]

    def _rare_parents(self, path, known):
        """Children of those who have the most rows: one each of what registers have now and then."""
        rows = Counter()
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.reader(file, strict=True):
                if row[1] == CHILD_BENEFIT and row[0] in known and not is_temporary(row[0]):
                    rows[row[0]] += 1
        parents = [code for code, _ in sorted(rows.items(), key=lambda found: (-found[1], found[0]))][:10]
        if len(parents) < 10:
            return {}
        large, own, one, other, *chain = parents[:7]
        # Another child in each row.
        several = [self._one(self.studied) for _ in range(rows[large])]
        shared = [code for code in self.others if is_temporary(code)]
        return {
            large: list(dict.fromkeys(several)), own: [own], one: [f" {other.lower()} "], other: [one],
            chain[0]: [chain[1]], chain[1]: [chain[2]], chain[2]: [spoil(one, 0.1), one],
            # Temporary codes mean somebody of Kela's own, also where the city's are the same.
            parents[7]: shared[:1] or [own],
            parents[8]: [code for code in self.studied if is_temporary(code)][:1] or [own],
            parents[9]: [self.official.issue(datetime.date(1980, 6, 15)), own],
        }
