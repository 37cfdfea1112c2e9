#!/usr/bin/env python3
"""A study of three years on the registers of the Espoo example: what its operators would write, and the check of it.

    years.py split --out DIR                              registers as they were in 2022, 2023 and 2024
    years.py agreement --out DIR --year YEAR [--amends ID]
    years.py configure --out DIR --year YEAR --port PORT
    years.py withdrawals --out DIR                        two people who withdraw: lists of codes, one an authority
    years.py verify --out DIR                             all datasets against a plaintext join of all years

In 2022 the employment services take no part; they join in 2023. Two people withdraw before the round of 2024: one who is
in the dataset, and one who never was.
"""

import argparse
import contextlib
import copy
import csv
import json
import shutil
import sqlite3
import sys
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True

import prepare  # noqa: E402
import verify  # noqa: E402
from espoo_study import dataset, oracle, relations, repeats  # noqa: E402

YEARS = (2022, 2023, 2024)
# Who joins after the first year.
LATER = {"te": 2023}
# What a year's delivery has: of these registers everybody up to the year, by a column that tells it, ...
WHOLE = {"omnia_clients": "first_contact", "immigrant_residents": "arrival_year", "residence_permits": "initiation_month"}
# ... and of these what came since the year before.
GROWING = {"omnia_services": "start_date", "espoo_services": "start_date", "kela_benefits": "year",
           "tax_years": "vuosi", "job_search": "alkpv1", "te_services": "alkpv2"}
PERIODS = {"kela_benefits": "year", "tax_years": "vuosi"}
HOLDERS = ("omnia", "espoo", prepare.MIXER)
WITHDRAWING = {"omnia": "objects.csv", "kela": "stranger.csv"}


def study(year):
    """The study as it is agreed on in a year. Values are compared row by row, so disclosure control is left out."""
    spec = copy.deepcopy(prepare.study())
    del spec["disclosure"]
    spec["pseudonyms"] = "study"
    spec["registers"] = [register for register in spec["registers"] if LATER.get(register["owner"], 0) <= year]
    for register in spec["registers"]:
        if register["id"] in GROWING:
            register["increments"] = "append"
            # Nobody may have come since.
            register["min_people"] = 0
        if register["id"] in PERIODS:
            register["period"] = PERIODS[register["id"]]
    return spec


def members(year):
    return [(participant, name) for participant, name in prepare.NAMES if LATER.get(participant, 0) <= year]


def registers_of(out, year):
    return out / f"registers-{year}"


# --- The registers of a year.

def belongs(register, value, year):
    """Whether a row is in the delivery of a year. One that does not say when is there from the first year on."""
    if value in (None, ""):
        return register in WHOLE or year == YEARS[0]
    when = int(str(value)[:4])
    if register in WHOLE:
        return when <= year
    return when <= year if year == YEARS[0] else when == year


def split(out):
    for year in YEARS:
        target = registers_of(out, year)
        shutil.copytree(out / "registers", target)
        for register in prepare.study()["registers"]:
            column = (WHOLE | GROWING)[register["id"]]
            source = register["source"]
            cut = cut_database if source["kind"] == "sqlite" else cut_csv
            cut(target / source["path"], source, lambda value: belongs(register["id"], value, year), column)


def cut_database(path, source, keeps, column):
    """What was a table or a view is a table of the rows that are kept."""
    table = source["table"]
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.create_function("keeps", 1, lambda value: int(keeps(value)), deterministic=True)
        (kind,) = database.execute("SELECT type FROM sqlite_master WHERE name = ?", (table,)).fetchone()
        database.execute(f'CREATE TABLE kept AS SELECT * FROM "{table}" WHERE keeps("{column}")')
        database.execute(f'DROP {kind} "{table}"')
        database.execute(f'ALTER TABLE kept RENAME TO "{table}"')


def cut_csv(path, source, keeps, column):
    encoding = "utf-8-sig" if source["byte_order_mark"] else "utf-8"
    with open(path, encoding=encoding, newline="") as file:
        header, *rows = csv.reader(file, delimiter=source["delimiter"], strict=True)
    place = header.index(column)
    with open(path, "w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=source["delimiter"])
        writer.writerow(header)
        writer.writerows(row for row in rows if keeps(row[place]))


# --- What operators write.

def agreement(out, year, amends=None):
    settings = ["rounds_allowed: 9", "pseudonyms: study", f"pseudonym_holders: [{', '.join(HOLDERS)}]"]
    if amends:
        settings.append(f"amends: {amends}")
    print("\n".join(prepare.agreement_lines(
        out, study(year), members(year), prepare.VERIFIABLE_SUITE, False, settings)))


def configure(out, year, port):
    for participant, _ in members(year):
        prepare.write_configuration(out, participant, prepare.configuration(
            out, participant, study(year), registers_of(out, year), port))


def withdrawing(out):
    """Who withdraws, by identity: a client who is in every dataset and whom others name, and somebody of Kela's in none."""
    spec, last = study(YEARS[-1]), registers_of(out, YEARS[-1])
    joined, _ = oracle.join(spec, last)
    first, _ = oracle.join(study(YEARS[0]), registers_of(out, YEARS[0]))
    named = {who for *_, several in relations.named_rows(joined) for who in several}
    client = min(who for who in joined.persons.keys() & named if isinstance(who, str) and who in first.persons
                 and first.tallies["omnia_clients"].rows_of.get(who) and joined.tallies["tax_years"].rows_of.get(who))
    kela = next(register for register in spec["registers"] if register["id"] == "kela_benefits")
    codes = {oracle.identity(code, "kela")
             for (code,) in oracle.source_rows(out / "registers", kela["source"], [kela["identity"]])}
    everybody = set().union(*(oracle.join(study(year), registers_of(out, year))[0].persons for year in YEARS))
    stranger = min(who for who in codes if isinstance(who, str) and who not in everybody)
    return {"omnia": client, "kela": stranger}


def withdrawals(out):
    for owner, who in withdrawing(out).items():
        (out / WITHDRAWING[owner]).write_text(f"hetu\n{who}\n", encoding="utf-8")


# --- The check.

def without(join, gone):
    join.remove(gone)
    return join


def together(spec, joins):
    """One dataset of all years: registers that are delivered whole as in the last, of others the rows of all."""
    last = joins[-1]
    result = oracle.Join(last.cohort_names)
    result.persons = dict(last.persons)
    for register in spec["registers"]:
        name = register["id"]
        tally = result.tallies[name] = oracle.Tally(last.tallies[name].columns, last.tallies[name].naming)
        for join in joins if name in GROWING else [last]:
            part = join.tallies.get(name)
            for who in (part.rows_of if part else {}):
                # A temporary code means somebody else in every round.
                if who not in result.persons or (join is not last and not isinstance(who, str)):
                    continue
                rows = part.rows_of[who]
                tally.rows += len(rows)
                tally.rows_of[who] = tally.rows_of.get(who, ()) + rows
                tally.people[who] = tally.people.get(who, 0) + part.people[who]
                for row in rows:
                    for index, value in enumerate(row):
                        tally.column_sums[index] += value
                # Whom a row names was settled in its round. There who has a temporary code has another pseudonym.
                tally.named[who] = tally.named.get(who, ()) + tuple(
                    (content, tuple(other if join is last or isinstance(other, str) else None for other in named))
                    for content, named in part.named.get(who, ()))
    result.remove(set())
    return result


def lives(joins, lasts):
    """Of everybody what each year's dataset has of them: alike in number, whatever they are called by."""
    found = {}
    for index, join in enumerate(joins):
        tallies = [join.tallies[name].people for name in sorted(join.tallies)]
        for who, flags in join.persons.items():
            name = who if lasts(who) else (index, who)
            found.setdefault(name, [None] * len(joins))[index] = flags, tuple(people.get(who, 0) for people in tallies)
    return Counter(tuple(life) for life in found.values())


def check(what, problems):
    print(f"{what:70}{'yes' if not problems else 'NO'}")
    for problem in problems:
        print(f"  ! {problem}")
    return not problems


def check_all(out):
    gone = set(withdrawing(out).values())
    joins = [without(oracle.join(study(year), registers_of(out, year))[0], gone) for year in YEARS]
    found = [dataset.read_csv(study(year), out / f"dataset-{year}") for year in YEARS]
    good = True
    for year, expected, read in zip(YEARS, joins, found):
        told = dataset.differences(expected, read.join) + read.problems
        good &= check(f"the dataset of {year} is the plaintext join, without who withdrew", told)
    lasting = set().union(*(read.lasting for read in found))
    expected = lives(joins, lambda who: isinstance(who, str))
    same = lives([read.join for read in found], lambda who: who in lasting)
    wrong = (expected - same).total() + (same - expected).total()
    good &= check("the same person has the same pseudonym in all years, and nobody else",
                  [f"{wrong} people have other lives than in the registers"] if wrong else [])
    spec = study(YEARS[-1])
    whole = dataset.read_csv(spec, out / "dataset")
    told = dataset.differences(together(spec, joins), whole.join) + whole.problems
    if set(whole.join.persons) != set(found[-1].join.persons):
        told.append("other pseudonyms than in the dataset of the last year")
    good &= check("the dataset of all years is the plaintext join of all years", told)
    before = dataset.read_csv(study(YEARS[0]), out / "before")
    missing = len(before.join.persons) - len(found[0].join.persons)
    good &= check("one person of those who withdrew was in the first dataset",
                  [] if missing == 1 else [f"{missing} people fewer than before"])
    good &= check("nothing that was stored for two rounds is equal", repeats.problems(out / "coordinator"))
    report = {}
    directories = [str(out / name) for name in ("coordinator", "left", "dataset", *(f"dataset-{year}" for year in YEARS))]
    good &= verify.promise(prepare.study(), str(out / "registers"), directories, report)
    return good


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("split", "agreement", "configure", "withdrawals", "verify"):
        command = commands.add_parser(name)
        command.add_argument("--out", type=Path, required=True)
        if name in ("agreement", "configure"):
            command.add_argument("--year", type=int, required=True, choices=YEARS)
        if name == "agreement":
            command.add_argument("--amends", metavar="ID")
        if name == "configure":
            command.add_argument("--port", type=int, required=True)
    options = parser.parse_args(arguments)
    try:
        match options.command:
            case "split":
                split(options.out)
            case "agreement":
                agreement(options.out, options.year, options.amends)
            case "configure":
                configure(options.out, options.year, options.port)
            case "withdrawals":
                withdrawals(options.out)
            case "verify":
                return 0 if check_all(options.out) else 1
    except (OSError, ValueError, oracle.StudyProblem, sqlite3.Error) as problem:
        print(f"years.py: {problem}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
