"""Invented people, one at a time: who they are, and under which code each authority knows them."""

import datetime
import math

from .codes import OfficialCodes, TemporaryCodes, spoil
from .names import STREETS, Names, Weighted, postcodes

FIRST_YEAR, LAST_YEAR = 2009, 2024
OWNERS = ("omnia", "espoo", "kela", "vero", "migri", "te")
IMMIGRANT_SHARE = 0.12  # of the people outside the study

# Citizenship, its share of 1,000 immigrants in Espoo, and their mother tongues with shares. No published table was
# found; the mix is an estimate. `None` marks an unknown value.
ORIGINS = (
    ("643", 140, "RU 95 TT 2 XX 3"), ("233", 130, "ET 82 RU 18"), ("356", 90, "HI 55 TA 15 TE 20 EN 10"),
    ("156", 80, "ZH 100"), ("706", 70, "SO 97 AR 3"), ("368", 60, "AR 62 KU 38"), ("004", 40, "FA 75 PS 25"),
    ("364", 40, "FA 78 KU 22"), ("804", 60, "UK 62 RU 38"), ("760", 30, "AR 74 KU 26"), ("704", 40, "VI 100"),
    ("792", 30, "TR 72 KU 28"), ("524", 30, "NE 100"), ("050", 20, "BN 100"), ("144", 20, "SI 80 TA 20"),
    ("586", 20, "UR 90 EN 10"), ("608", 20, "TL 90 EN 10"), ("907", 16, "SQ 100"), ("764", 15, "TH 100"),
    ("616", 15, "PL 100"), ("566", 12, "EN 100"), ("288", 8, "EN 100"), ("404", 6, "EN 60 SO 40"), ("826", 8, "EN 100"))
EU = frozenset(("233", "616"))

# Per owner: the share of immigrants without a code, under a temporary one and under a malformed one. Natives: a tenth.
CODE_TROUBLE = {"omnia": (.010, .012, .004), "espoo": (.008, .012, .003), "kela": (.001, .003, .001),
                "vero": (.0005, .001, .0005), "migri": (.080, .010, .003), "te": (.001, .004, .001)}

# Two people each whose codes differ in the century sign only: who they are, and the sign of the second.
TWINS = (("client", "client", "Y"), ("client", "resident", "Y"), ("client", "resident", "Y"),
         ("client", "resident", "X"), ("resident", "resident", "Y"), ("resident", "client", "Y"),
         ("client", "other", "Y"), ("resident", "other", "Y"), ("other", "resident", "B"), ("other", "other", "Y"))
# Two people each whose temporary codes are the same, and the owners who gave them.
SHARED_TEMPORARY = (("client", "omnia", "resident", "espoo"), ("resident", "espoo", "other", "kela"))
SHARED_EACH = 6
LEAST = {"client": 14, "resident": 22, "other": 16}  # what the cases above take of each group


class Person:
    __slots__ = ("number", "group", "immigrant", "in_espoo", "sex", "birth", "citizenship", "language", "arrival",
                 "family", "given", "call", "street", "postcode", "protected", "codes")


class Population:
    """Draws everyone in an order that mixes the groups. Holds counters and the special cases, not the people."""

    def __init__(self, counts, rng):
        for group, least in LEAST.items():
            if counts[group] < least:
                raise ValueError(f"{counts[group]} people of the group '{group}' are too few; ask for {least} or more")
        self.counts, self.rng, self.random = counts, rng, rng.random
        self.official = OfficialCodes()
        self.temporary = {owner: TemporaryCodes() for owner in OWNERS}
        self.names, self.postcodes = Names(), postcodes()
        self.origins = Weighted((index, share) for index, (_, share, _) in enumerate(ORIGINS))
        self.tongues = []
        for _, _, mix in ORIGINS:
            words = mix.split()
            self.tongues.append(Weighted(zip(words[::2], words[1::2])))
        self.twin_count = len(TWINS)
        self.signs = {}
        self.trouble = {owner: {"missing": 0, "temporary": 0, "malformed": 0} for owner in OWNERS}
        self.special = self._special_cases()

    def _special_cases(self):
        """People whose codes test the linkage: by number, their birth date, official code and temporary codes."""
        starts = {"client": 0, "resident": self.counts["client"],
                  "other": self.counts["client"] + self.counts["resident"]}
        taken = dict(starts)
        cases = {}

        def take(group, birth, code, temporary=None):
            cases[taken[group]] = (birth, code, temporary or {})
            taken[group] += 1

        for index, (one, other, sign) in enumerate(TWINS):
            birth = datetime.date(2002 if sign == "B" else 1958 + 4 * index, 1, 1)
            codes = self.official.issue_twins(birth, sign)
            take(one, birth, codes[0])
            take(other, birth, codes[1])
        year = 1961
        for one, its_owner, other, other_owner in SHARED_TEMPORARY:
            for _ in range(SHARED_EACH):
                birth = datetime.date(year, 1, 1)
                year += 2
                for group, owner in ((one, its_owner), (other, other_owner)):
                    temporary = {owner: self.temporary[owner].issue(birth)}
                    take(group, birth, self.official.issue(birth), temporary)
        return cases

    def __iter__(self):
        total = sum(self.counts.values())
        step = max(1, int(total * 0.618)) | 1
        while math.gcd(step, total) != 1:
            step += 2
        number = int(self.random() * total)
        for _ in range(total):
            yield self._person(number)
            number = (number + step) % total

    def _person(self, number):
        random = self.random
        person = Person()
        person.number = number
        clients, residents = self.counts["client"], self.counts["resident"]
        person.group = "client" if number < clients else "resident" if number < clients + residents else "other"
        person.immigrant = person.group != "other" or random() < IMMIGRANT_SHARE
        person.in_espoo = random() < {"client": 0.95, "resident": 2, "other": 0.03}[person.group]
        if person.group == "other" and person.immigrant:
            person.in_espoo = False
        person.sex = "1" if random() < 0.5 else "2"
        special = self.special.get(number)
        if person.immigrant:
            self._immigrate(person, special)
        else:
            person.citizenship, person.language, person.arrival = "246", "SV" if random() < 0.06 else "FI", None
            person.birth = self._native_birth()
        if special:
            person.birth = special[0]
        self._settle(person)
        self._codes(person, special)
        return person

    def _native_birth(self):
        random = self.random
        if random() < 0.0003:
            return datetime.date(1898 + int(random() * 2), 1 + int(random() * 12), 1 + int(random() * 28))
        return datetime.date(1932 + int(random() * 74), 1 + int(random() * 12), 1 + int(random() * 28))

    def _immigrate(self, person, special):
        random = self.random
        origin = self.origins.draw(random)
        person.citizenship = ORIGINS[origin][0]
        person.language = self.tongues[origin].draw(random)
        if person.group == "client":
            person.arrival = 2024 - int(16 * random() ** 1.3)
        else:
            person.arrival = 2024 - int(30 * random() ** 1.1)
        age = 16 + int(45 * random() ** 1.5)
        year = max(1932, min(2007, person.arrival - age if random() < 0.9 else person.arrival - 1 - int(random() * 20)))
        if random() < 0.12:  # an unknown birth day is registered as 1 January
            person.birth = datetime.date(year, 1, 1)
        else:
            person.birth = datetime.date(year, 1 + int(random() * 12), 1 + int(random() * 28))
        if person.arrival < 2018 and random() < 0.25:
            person.citizenship = "246"
        elif random() < 0.015:
            person.citizenship = None
        if random() < 0.01:
            person.language = None
        if special and special[1] and special[1][6] in "YXB":
            person.arrival = 2024

    def _settle(self, person):
        random = self.random
        if person.immigrant:
            person.family, person.given, person.call = self.names.immigrant(person.language or "EN", person.sex, random)
        elif person.in_espoo:
            person.family, person.given, person.call = self.names.native(person.sex, random)
        else:  # no register of the study names them
            person.family = person.given = person.call = None
        person.protected = random() < 0.008
        person.street = f"{STREETS[int(random() * len(STREETS))]} {1 + int(random() * 120)}"
        if random() < 0.7:
            person.street += f" {'ABCDEF'[int(random() * 6)]} {1 + int(random() * 90)}"
        person.postcode = self.postcodes.draw(random) if person.in_espoo else "00520"

    def _codes(self, person, special):
        """The code under which each owner knows the person; None where it has none."""
        random = self.random
        if special:
            code = special[1]
        else:
            sign = ""
            # Day series that ran out: codes issued from 2024 on for 1 January take the next sign.
            new_year = person.birth.month == person.birth.day == 1
            if new_year and person.immigrant and (person.arrival == LAST_YEAR or random() < 0.02):
                choice = random()
                if choice < 0.9:
                    sign = "B" if person.birth.year >= 2000 else "Y" if choice < 0.75 else "X"
            code = self.official.issue(person.birth, sign)
        self.signs[code[6]] = self.signs.get(code[6], 0) + 1
        person.codes = dict.fromkeys(OWNERS, code)
        if special:
            person.codes.update(special[2])
            return
        share = 1 if person.immigrant else 0.1
        unknown_to = {"omnia": person.group != "client", "espoo": not person.in_espoo, "migri": not person.immigrant}
        for owner, (missing, temporary, malformed) in CODE_TROUBLE.items():
            if unknown_to.get(owner):
                continue
            draw = random() / share
            if draw >= missing + temporary + malformed:
                continue
            if draw < missing:
                person.codes[owner] = None
                kind = "missing"
            elif draw < missing + temporary:
                person.codes[owner] = self.temporary[owner].issue(datetime.date(person.birth.year, 1, 1))
                kind = "temporary"
            else:
                person.codes[owner] = spoil(code, random())
                kind = "malformed"
            self.trouble[owner][kind] += 1
