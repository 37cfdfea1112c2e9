"""Whether a made-up dataset has the structure of the true one: files, headers, types, labels, loaders. Its values are
made up, and every file of it says so."""

import csv
import io
import json
import os
import re
import sqlite3

SAID = "Made-up example data"
PSEUDONYM = "fakedata"
# What of a field depends on the values that occur.
OF_VALUES = ("constraints",)


def _text(directory, name):
    with open(os.path.join(directory, name), encoding="utf-8", newline="") as file:
        return file.read()


def _fields(directory):
    package = json.loads(_text(directory, "datapackage.json"))
    tables = {}
    for resource in package["resources"]:
        fields = []
        for field in resource["schema"]["fields"]:
            kept = {key: value for key, value in field.items() if key not in OF_VALUES + ("sidos",)}
            note = field.get("sidos", {})
            kept["sidos"] = {key: note.get(key) for key in ("type", "disclosure", "derivation", "notes")}
            fields.append(kept)
        tables[resource["name"]] = (resource["title"], resource["path"], fields, resource["schema"].get("foreignKeys"))
    return tables


def _schema(directory):
    database = sqlite3.connect(f"file:{os.path.join(directory, 'dataset.sqlite')}?mode=ro", uri=True)
    try:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: database.execute(f'PRAGMA table_info("{name}")').fetchall() for name in names}
    finally:
        database.close()


def _loader(directory, name):
    """The loader without numbers of rows and without the sentence that all is made up."""
    lines = [line for line in _text(directory, name).splitlines() if line and SAID not in line]
    lines = [re.sub(r"rows = \d+,", "rows,", re.sub(r", \d+, \[$", ", rows, [", line)) for line in lines]
    if name.endswith(".do"):
        # How Stata reads a column depends on the values in it.
        kept = ("* Table", "import", "label variable", "label data", "order", "save", "mata: st_varlabel")
        lines = [line for line in lines if line.startswith(kept)]
    return lines


def _named(directory):
    """Of each column that names people, by table and column, its values; and who is in the table of people."""
    def column(table, name):
        return {row[name] for row in csv.DictReader(io.StringIO(_text(directory, f"{table}.csv"), newline=""))}

    found = {(table, field["name"]): column(table, field["name"])
             for table, (_, _, fields, _) in _fields(directory).items() for field in fields
             if field["sidos"]["type"] == "person"}
    return found, column("persons", "person")


def problems(made, true):
    """What differs between the two, and what of the made-up one does not say that it is."""
    told = []
    names = sorted(os.listdir(true))
    if sorted(os.listdir(made)) != names:
        return [f"the files are {', '.join(sorted(os.listdir(made)))}, not {', '.join(names)}"]
    for name in names:
        if name.endswith(".csv"):
            rows = list(csv.reader(_text(made, name).splitlines()))
            if rows[0] != next(csv.reader(_text(true, name).splitlines())):
                told.append(f"{name}: other columns")
            if len(rows) < 2 or not all(row[0].startswith(PSEUDONYM) for row in rows[1:]):
                told.append(f"{name}: no rows, or some whose pseudonyms do not say that they are made up")
        else:
            with open(os.path.join(made, name), "rb") as file:
                if SAID.encode() not in file.read():
                    told.append(f"{name} does not say that it is made up")
            with open(os.path.join(true, name), "rb") as file:
                if SAID.encode() in file.read():
                    told.append(f"the true {name} says that it is made up")
    for what, read in [("the data package", _fields), ("the database", _schema)]:
        if read(made) != read(true):
            told.append(f"{what} has other tables, columns, types or labels")
    named, people = _named(made)
    for (table, column), values in named.items():
        if not values - {""} or not values - {""} <= people:
            told.append(f"{table}.{column} of the made-up data names nobody, or somebody who is not in it")
    if any(value.startswith(PSEUDONYM) for values in _named(true)[0].values() for value in values):
        told.append("the true dataset names people who are made up")
    for name in ("load.py", "load.R", "load.do"):
        if _loader(made, name) != _loader(true, name):
            told.append(f"{name} loads other tables, columns or labels")
    one, two = (json.loads(_text(directory, "report.json")).keys() for directory in (made, true))
    if one ^ two != {"madeUp"}:
        told.append("report.json has other parts")
    return told
