#!/usr/bin/env python3
"""Writes the invented registers of six authorities, 2009-2024: the input of the Espoo example study."""

import argparse
import contextlib
import csv
import json
import os
import random
import re
import sqlite3
import sys
import time

sys.dont_write_bytecode = True

from espoo_study.authorities import AUTHORITIES  # noqa: E402
from espoo_study.codes import count_shared  # noqa: E402
from espoo_study.families import Families  # noqa: E402
from espoo_study.people import FIRST_YEAR, LAST_YEAR, Population  # noqa: E402

CLIENTS, RESIDENTS, OTHERS = 2000, 4000, 60000


def group_sizes(options):
    """Sizes of the three groups. `--people` scales those that are not given on their own."""
    sizes = {"client": options.clients, "resident": options.residents, "other": options.others}
    usual = {"client": CLIENTS, "resident": RESIDENTS, "other": OTHERS}
    if options.people is None:
        return {group: usual[group] if size is None else size for group, size in sizes.items()}
    free = [group for group, size in sizes.items() if size is None]
    rest = options.people - sum(size for size in sizes.values() if size is not None)
    if not free and rest:
        raise ValueError(f"--clients, --residents and --others make {options.people - rest} people, not --people "
                         f"{options.people}; leave one of them out")
    weight = sum(usual[group] for group in free)
    for group in free:
        sizes[group] = rest * usual[group] // weight
    if free:
        sizes[free[-1]] += options.people - sum(sizes.values())
    return sizes


def write_objection(directory):
    """One client of Omnia who is a resident of Espoo too objects to the study; returns the code."""
    with contextlib.closing(sqlite3.connect(os.path.join(directory, "espoo", "espoo.sqlite"))) as database:
        residents = {code for (code,) in database.execute("SELECT hetu FROM immigrant_residents")}
    with open(os.path.join(directory, "omnia", "clients.csv"), encoding="utf-8-sig", newline="") as file:
        codes = [row["hetu"] for row in csv.DictReader(file, delimiter=";")]
    both = [code for code in codes if re.fullmatch(r"[0-9]{6}[-A]0[0-9]{2}[0-9A-Y]", code) and code in residents]
    with open(os.path.join(directory, "omnia", "objections.csv"), "w", encoding="utf-8", newline="") as file:
        file.write("hetu\n" + "".join(code + "\n" for code in both[:1]))
    return both[:1]


def generate(directory, seed, sizes):
    """Writes every register below `directory`; returns the counts that `population.json` holds."""
    rng = random.Random(seed)
    population = Population(sizes, rng)
    os.makedirs(directory, exist_ok=True)
    authorities = {name: authority(directory, rng) for name, authority in AUTHORITIES.items()}
    families = Families(seed, authorities["espoo"], authorities["kela"], population.official)
    tellers = [each.add for each in (*authorities.values(), families)]
    for person in population:
        for tell in tellers:
            tell(person)
    rows = {name: authority.finish() for name, authority in authorities.items()}
    named = families.finish(write_objection(directory))
    summary = {
        "seed": seed,
        "years": [FIRST_YEAR, LAST_YEAR],
        "people": {"clients": sizes["client"], "other_immigrant_residents": sizes["resident"], "others": sizes["other"],
                   "total": sum(sizes.values())},
        "rows": rows,
        "codes": {
            "century_signs": dict(sorted(population.signs.items())),
            "pairs_made_to_differ_in_the_sign_only": population.twin_count,
            "temporary_codes_issued_by_two_or_more_authorities": count_shared(population.temporary.values()),
            "people_without_a_sound_official_code": population.trouble,
            "rows_by_spelling": {name: authority.spelling.counts for name, authority in authorities.items()},
        },
        "rows_that_name_a_spouse_or_a_child": named,
    }
    path = os.path.join(directory, "population.json")
    with open(path + ".new", "w", encoding="utf-8") as file:
        json.dump(summary, file, indent=2, ensure_ascii=False)
        file.write("\n")
    os.replace(path + ".new", path)
    return summary


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, metavar="DIR", help="directory to write, one folder per authority")
    parser.add_argument("--seed", type=int, default=2024, help="the same seed gives the same files (default 2024)")
    parser.add_argument("--clients", type=int, help=f"clients of the Skills Centre (default {CLIENTS})")
    parser.add_argument("--residents", type=int, help=f"other immigrant residents of Espoo (default {RESIDENTS})")
    parser.add_argument("--others", type=int, help=f"people outside the study (default {OTHERS})")
    parser.add_argument("--people", type=int, metavar="N", help="scale the groups not given above to N people in all")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        summary = generate(options.out, options.seed, group_sizes(options))
    except (OSError, ValueError) as problem:
        print(f"generate.py: {problem}", file=sys.stderr)
        return 1
    rows = sum(count for files in summary["rows"].values() for count in files.values())
    print(f"{summary['people']['total']:,} people, {rows:,} rows in {options.out} ({time.monotonic() - started:.1f} s)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
