"""What the study's disclosure rules make of the plain join, and whether a dataset keeps them.

Values that are made coarser for some people only cannot be told from the registers alone, so both sides of the comparison
hide them; that each is true, and shared by enough people, is checked here, from the dataset's own files.
"""

from collections import Counter, defaultdict
from decimal import Decimal

HIDDEN = "(coarser for some)"


class Disclosure:
    def __init__(self, study):
        rules = study.get("disclosure", {})
        self.k = rules.get("k", 1)
        self.quasi = {entry["column"]: entry for entry in rules.get("quasi_identifiers", [])}
        self.counted = set(rules.get("count_rows", []))
        self.rare = {entry["column"]: entry for entry in rules.get("rare", [])}
        self.cuts = {entry["column"]: entry for entry in rules.get("cuts", [])}

    def released_type(self, register, column, kind):
        """Coarser values are codes."""
        entry = self.quasi.get(f"{register}.{column}", {})
        return "code" if kind != "text" and entry.keys() & {"bands", "dates", "prefixes", "groups"} else kind

    def row(self, register, columns):
        """What becomes of a row: values that depend on the other people hidden, others cut."""
        changes = []
        for index, column in enumerate(columns):
            name = f"{register}.{column}"
            if name in self.quasi or name in self.rare:
                changes.append((index, lambda value: HIDDEN))
            elif name in self.cuts:
                changes.append((index, lambda value, cut=self.cuts[name]: self._cut(value, cut)))

        def shown(row):
            row = list(row)
            for index, change in changes:
                row[index] = change(row[index])
            return tuple(row)

        return shown if changes else tuple

    @staticmethod
    def _cut(value, cut):
        if value is None:
            return None
        number = Decimal(value)
        if number < Decimal(cut.get("bottom", number)):
            return cut["bottom"]
        return cut["top"] if number > Decimal(cut.get("top", number)) else value

    def leave_out(self, join):
        """Removes those whom missing values alone do not hide: too few people of their cohorts and registers."""
        if not self.quasi:
            return
        registers = sorted(join.tallies)
        groups = defaultdict(list)
        for person, flags in join.persons.items():
            rows = tuple(self._shared_rows(name, len(join.tallies[name].rows_of.get(person, ()))) for name in registers)
            groups[flags, rows].append(person)
        join.remove({person for people in groups.values() if len(people) < self.k for person in people})

    def _shared_rows(self, register, rows):
        """What k people share of a number of rows: that there are any, or how many where the agreement counts them."""
        return rows if register in self.counted else rows > 0

    # --- The dataset itself.

    def problems(self, persons, tables):
        """What is wrong with a dataset's coarser and grouped values.

        persons: cohort flags by pseudonym. tables: by register, its header and a list of its rows, pseudonym first.
        """
        told = []
        rows = {name: Counter(row[0] for row in body) for name, (_, body) in tables.items()}
        signatures = {person: [flags, *(self._shared_rows(name, rows[name][person]) for name in sorted(rows))]
                      for person, flags in persons.items()}
        for name in sorted(self.quasi):
            values = self._values(name, tables)
            for person, signature in signatures.items():
                signature.append(tuple(sorted(values[person], key=str)) if person in values else None)
            wrong = {value for found in values.values() for value in found if not self._is_step(self.quasi[name], value)}
            if wrong:
                told.append(f"{name}: {len(wrong)} values are of no step that was agreed")
        sizes = Counter(tuple(signature) for signature in signatures.values())
        if self.quasi and sizes and min(sizes.values()) < self.k:
            told.append(f"some people share their quasi-identifiers with fewer than {self.k}")
        for name, rule in self.rare.items():
            people = Counter(value for found in self._values(name, tables).values() for value in found if value is not None)
            if len(people) > 1 and min(people.values()) < rule["people"]:
                told.append(f"{name}: a value of fewer than {rule['people']} people is shown")
        return told

    @staticmethod
    def _values(name, tables):
        register, column = name.split(".")
        header, rows = tables[register]
        place, values = header.index(column), defaultdict(set)
        for row in rows:
            values[row[0]].add(row[place])
        return values

    @staticmethod
    def _is_step(entry, value):
        if value is None:
            return True
        value = str(value)
        ends = [int(text) for text in value.split(" to ") if text.isdigit()]
        if "bands" in entry:
            return value.isdigit() or (len(ends) == 2 and ends[1] - ends[0] + 1 in entry["bands"]
                                       and ends[0] % (ends[1] - ends[0] + 1) == 0)
        if "dates" in entry:
            spans = {"five_years": 5, "ten_years": 10}
            return (len(value) == 10 and value[4] == "-" or len(value) == 4 and "year" in entry["dates"]
                    or any(len(ends) == 2 and ends[1] - ends[0] + 1 == span and ends[0] % span == 0
                           for step, span in spans.items() if step in entry["dates"]))
        if "prefixes" in entry:
            return not value.endswith("*") or len(value) - 1 in entry["prefixes"]
        return True
