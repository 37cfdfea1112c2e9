"""Reads the dataset that Sidos wrote, its CSV files and its database, and compares it with the plaintext join."""

import json
import os
import re
import sqlite3
from collections import Counter
from decimal import Decimal, InvalidOperation

from . import relations
from .disclosure import Disclosure
from .multisets import digest, unmatched
from .oracle import Join, StudyProblem, Tally, naming_columns, released_columns

_FIELD = re.compile(r'(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\Z)')


def csv_rows(path):
    """Rows of a dataset file. An empty field is None; a quoted empty one is the empty text."""
    with open(path, encoding="utf-8-sig", newline="") as file:
        pending, start = "", 0
        for number, line in enumerate(file, 1):
            if not pending:
                start = number
            pending += line
            if pending.count('"') % 2:
                continue
            record, pending = pending.rstrip("\r\n"), ""
            if '"' not in record:
                yield [field or None for field in record.split(",")]
                continue
            fields, position, more = [], 0, True
            while more:
                match = _FIELD.match(record, position)
                if match is None:
                    raise StudyProblem(f"{path}, line {start}: the quotes cannot be read")
                quoted, plain, comma = match.groups()
                fields.append(quoted.replace('""', '"') if quoted is not None else plain or None)
                position, more = match.end(), comma == ","
            yield fields
        if pending:
            raise StudyProblem(f"{path}, line {start}: a quote is never closed")


def loose(value, kind):
    """A value so that the CSV text and the database's own type compare equal."""
    if value is None:
        return None
    try:
        if kind == "decimal":
            return Decimal(str(value)).normalize()
        if kind == "boolean":
            return {"true": True, "1": True, "false": False, "0": False}[str(value).lower()]
        return int(value) if kind == "integer" else str(value)
    except (ValueError, KeyError, InvalidOperation):
        return f"no {kind}"


def _table(problems, name, header, rows, wanted):
    """The rows of a table with their columns in the wanted order; reports a header that is not the agreed one."""
    if header is None or header[:1] != ["person"] or sorted(header[1:], key=str) != sorted(wanted):
        problems.append(f"{name}: the columns are not `person` and {', '.join(wanted)}")
        return
    places = [0] + [header.index(column) for column in wanted]
    for row in rows:
        if len(row) != len(header):
            problems.append(f"{name}: a row has {len(row)} fields, the header {len(header)}")
            return
        yield [row[place] for place in places]


class Read:
    """The dataset in one of its two forms, and what is wrong with that form."""

    def __init__(self, study, tables):
        self.problems = []
        self.join = Join([cohort["name"] for cohort in study["cohorts"]])
        self.tables = Counter()
        self.quasi, self.headers = {}, {}
        rules = Disclosure(study)
        wanted_rows = {column.split(".")[0] for column in [*rules.quasi, *rules.rare]}
        wanted = [(name, "boolean") for name in self.join.cohort_names]
        # Where pseudonyms last, one more column says whose.
        lasts = study.get("pseudonyms") == "study"
        self.lasting = set()
        for person, *flags in self._rows(tables, "persons", wanted + [("pseudonym_lasts", "boolean")] * lasts):
            if lasts and flags.pop() == "true":
                self.lasting.add(person)
            if person in (None, ""):
                self.problems.append("persons: a person has no pseudonym")
            elif person in self.join.persons:
                self.problems.append("persons: a pseudonym occurs twice")
            elif not set(flags) <= {"true", "false"} or "true" not in flags:
                self.problems.append("persons: a person is in no cohort, or a flag is neither true nor false")
            else:
                self.join.persons[person] = tuple(flag == "true" for flag in flags)
        for register in study["registers"]:
            name, columns = register["id"], released_columns(register, rules)
            shown, kept = rules.row(name, [column for column, _ in columns]), self.quasi.setdefault(name, [])
            tally = self.join.tallies[name] = Tally([column for column, _ in columns], naming_columns(register, rules))
            strangers = 0
            for person, *values in self._rows(tables, name, columns):
                strangers += person not in self.join.persons
                tally.add(person, shown(values))
                if name in wanted_rows:
                    kept.append((person, *values))
            self.headers[name] = ["person"] + [column for column, _ in columns]
            if strangers:
                self.problems.append(f"{name}: {strangers} rows of persons whom the table persons lacks")
            strangers = sum(who is not None and who not in self.join.persons
                            for rows in tally.named.values() for _, named in rows for who in named)
            if strangers:
                self.problems.append(f"{name}: {strangers} rows name persons whom the table persons lacks")

        self.problems += rules.problems(
            self.join.persons, {name: (self.headers[name], self.quasi[name]) for name in wanted_rows})

    def _rows(self, tables, name, columns):
        table = tables(name)
        if table is None:
            self.problems.append(f"{name}: the table is missing")
            return
        header, rows = table
        kinds = [kind for _, kind in columns]
        for row in _table(self.problems, name, header, rows, [column for column, _ in columns]):
            values = tuple(loose(value, kind) for value, kind in zip(row[1:], kinds))
            self.tables[name] += digest((row[0], values))
            if name == "persons":
                yield [row[0]] + ["true" if value is True else "false" if value is False else value for value in values]
            else:
                yield row


def read_csv(study, directory):
    def table(name):
        path = os.path.join(directory, f"{name}.csv")
        if not os.path.isfile(path):
            return None
        rows = csv_rows(path)
        return next(rows, None), rows

    return Read(study, table)


def read_sqlite(study, directory):
    path = os.path.join(directory, "dataset.sqlite")
    if not os.path.isfile(path):
        raise StudyProblem(f"{path} is missing")
    database = sqlite3.connect(f"file:{path}?mode=ro", uri=True)

    def table(name):
        try:
            cursor = database.execute(f'SELECT * FROM "{name}"')
        except sqlite3.OperationalError:
            return None
        return [column[0] for column in cursor.description], cursor

    try:
        return Read(study, table)
    except sqlite3.DatabaseError as problem:
        raise StudyProblem(f"{path}: {problem}") from None
    finally:
        database.close()


def check_reports(directory):
    problems = []
    for name in ("datapackage.json", "report.json"):
        try:
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                json.load(file)
        except (OSError, ValueError):
            problems.append(f"{name} is missing or no JSON")
    if not os.path.isfile(os.path.join(directory, "report.md")):
        problems.append("report.md is missing")
    return problems


def differences(expected, found):
    """What differs between two joins: counts, registers and columns, never a person."""
    told = []
    if len(expected.persons) != len(found.persons):
        told.append(f"persons: {len(expected.persons)} expected, {len(found.persons)} found")
    want, have = Counter(expected.persons.values()), Counter(found.persons.values())
    for flags in sorted(want.keys() | have.keys()):
        if want[flags] != have[flags]:
            cohorts = " and ".join(name for name, flag in zip(expected.cohort_names, flags) if flag) or "no cohort"
            told.append(f"persons in {cohorts} only: {want[flags]} expected, {have[flags]} found")
    for name, tally in expected.tallies.items():
        other = found.tallies[name]
        if tally.rows != other.rows:
            told.append(f"{name}: {tally.rows} rows expected, {other.rows} found")
        sums = zip(tally.columns, tally.column_sums, other.column_sums)
        columns = [column for column, one, two in sums if one != two]
        if columns:
            told.append(f"{name}: other values in {', '.join(columns)}")
        elif tally.all_rows != other.all_rows:
            told.append(f"{name}: the values are right, but combined into other rows")
        elif (count := unmatched(tally.people.values(), other.people.values())):
            told.append(f"{name}: the rows are right, but divided otherwise among {count} persons")
    count = unmatched(expected.fingerprints(), found.fingerprints())
    if count:
        told.append(f"{count} persons of the join have no counterpart with the same cohorts and rows in the dataset")
    return told + relations.differences(expected, found)
