#!/usr/bin/env python3
"""Checks a linked dataset of the Espoo example study against the registers it was made from.

(a) A plaintext join of the registers must give the same persons, cohorts and rows as the dataset, and whom a row names
    must be whom the register names, if that person is in the dataset, and else nobody.
(b) No identity code, name, address or client number may occur in the dataset or in the searched directories.
(c) A made-up dataset of the same agreement must have the true one's structure, and say that it is made up.

Pseudonyms hide who is who, so persons are compared as a multiset. Exit status 0 only if everything holds.
"""

import argparse
import json
import os
import re
import sys
import time

sys.dont_write_bytecode = True

from espoo_study import dataset, oracle, relations, structure  # noqa: E402
from espoo_study.control import planted_control  # noqa: E402
from espoo_study.search import Needles, Search  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))


def identifier_sources(study):
    """Every source with direct identifiers: what to read, and what each column holds."""
    for entry in study["registers"] + study["further_identifiers"]:
        columns = [(column["name"], column["identifier"]) for column in entry["columns"] if "identifier" in column]
        yield entry["source"], columns


def gather_needles(study, directory):
    needles = Needles()
    for source, columns in identifier_sources(study):
        kinds = [kind for _, kind in columns]
        for row in oracle.source_rows(directory, source, [name for name, _ in columns]):
            values = dict(zip(kinds, row))
            # A row can have its own person's code and those of others.
            for kind, code in zip(kinds, row):
                if kind == "identity_code" and code:
                    needles.add_code(code)
            if values.get("address"):
                needles.add_address(values["address"])
            if values.get("client_number"):
                needles.add_client_number(values["client_number"])
            if "family_name" in values:
                needles.add_person(values["family_name"], values.get("given_names"), values.get("call_name"))
    needles.finish()
    return needles


def released_words(study, directory):
    """Words that the dataset holds by right: of its column names and of the released texts and codes."""
    words = set()
    for register in study["registers"]:
        names = [column["name"] for column in register["columns"] if column["released"]]
        kinds = [column["type"] for column in register["columns"] if column["released"]]
        made = [column["as"] for column in register["columns"] if "as" in column]
        words.update(register["id"].split("_"), *(name.split("_") for name in names),
                     *(entry["name"].split("_") for entry in made))
        values = {None} | {text for entry in made for text in [*entry.get("map", {}).values(), entry.get("otherwise")]}
        texts = [name for name, kind in zip(names, kinds) if kind in ("text", "code")]
        for row in oracle.source_rows(directory, register["source"], texts) if texts else ():
            values.update(row)
        for value in values - {None}:
            words.update(re.findall(r"[^\W\d_]+", str(value)))
    return words


def compare(study, registers, directory, report):
    expected, counts = oracle.join(study, registers)
    found = dataset.read_csv(study, directory)
    table = dataset.read_sqlite(study, directory)
    told = dataset.differences(expected, found.join) + found.problems
    told += [f"dataset.sqlite, {problem}" for problem in table.problems]
    told += [f"{name}: the CSV file and the database differ" for name in ["persons"] + list(expected.tallies)
             if found.tables[name] != table.tables[name]]
    told += dataset.check_reports(directory)
    lines = [("persons", len(expected.persons), len(found.join.persons))]
    for index, name in enumerate(expected.cohort_names):
        lines.append((f"persons in {name}", *(sum(flags[index] for flags in side.persons.values())
                                              for side in (expected, found.join))))
    for name, tally in expected.tallies.items():
        lines.append((f"rows of {name}", tally.rows, found.join.tallies[name].rows))
    named = [relations.counts(side) for side in (expected, found.join)]
    for register, column in named[0]:
        lines.append((f"{register}.{column} named", *(side[register, column] for side in named)))
    related, apart = relations.certainty(expected)
    report["people_in_relations"] = {"people": related, "told_apart": apart}
    report["registers"] = counts
    report["counts"] = {what: {"expected": want, "found": have} for what, want, have in lines}
    report["differences"] = told
    print(f"{'':34}{'expected':>10}{'found':>10}")
    for what, want, have in lines:
        print(f"{what:34}{want:>10}{have:>10}{'' if want == have else '  DIFFERS'}")
    print(f"{related} people name somebody or are named; who {apart} of them are, the rest of the dataset tells")
    for line in told:
        print(f"  ! {line}")
    return not told


def promise(study, registers, directories, report):
    needles = gather_needles(study, registers)
    excluded = needles.exclude(released_words(study, registers))
    missed = planted_control(needles)
    search = Search(needles)
    empty = [path for path in directories if search.directory(path) == 0]
    findings = {kind: {"places": sum(files.values()), "files": sorted(files)} for kind, files in search.found.items()}
    report["search"] = {
        "files": search.files, "bytes": search.bytes, "codes": len(needles.codes), "names": len(needles.names),
        "full_names": len(needles.pairs), "addresses": len(needles.addresses),
        "client_numbers": len(needles.client_numbers), "names_left_out": excluded, "found": findings,
        "control_missed": missed, "empty_directories": empty}
    print(f"searched {search.files} files, {search.bytes / 1e6:.1f} MB for {len(needles.codes)} codes, "
          f"{len(needles.names)} names, {len(needles.addresses)} addresses "
          f"({excluded} names left out as words of the dataset)")
    print("control: " + ("everything planted was found" if not missed else f"NOT FOUND: {', '.join(missed)}"))
    for path in empty:
        print(f"  ! {path} holds no file to search")
    for kind, finding in sorted(findings.items()):
        # A file's own name might be the finding, so only its number in the report's list is told here.
        print(f"  ! {kind}: {finding['places']} places in {len(finding['files'])} files")
    return not (missed or findings or empty)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--registers", required=True, metavar="DIR", help="what generate.py wrote")
    parser.add_argument("--dataset", required=True, metavar="DIR", help="the dataset of the research environment")
    parser.add_argument("--search", action="append", default=[], metavar="DIR", help="a directory that must hold no "
                        "identifier, such as the coordinator's or the research environment's; may be repeated")
    parser.add_argument("--example", metavar="DIR", help="a made-up dataset of the same agreement, which must have the "
                        "same structure and say that it is made up")
    parser.add_argument("--study", default=os.path.join(HERE, "study.json"), metavar="FILE",
                        help="what the registers hold (default: study.json beside this file)")
    parser.add_argument("--json", metavar="FILE", help="write the result here too")
    options = parser.parse_args(arguments)
    started, report = time.monotonic(), {}
    try:
        with open(options.study, encoding="utf-8") as file:
            study = json.load(file)
        for path in options.search + [options.dataset]:
            if not os.path.exists(path):
                raise oracle.StudyProblem(f"{path} does not exist")
        equal = compare(study, options.registers, options.dataset, report)
        joined = time.monotonic()
        told = structure.problems(options.example, options.dataset) if options.example else []
        report["example_differences"] = told
        for line in told:
            print(f"  ! made-up dataset: {line}")
        silent = promise(study, options.registers, [options.dataset] + options.search, report)
    except (OSError, ValueError, oracle.StudyProblem) as problem:
        print(f"verify.py: {problem}", file=sys.stderr)
        return 2
    report["join_equals_dataset"], report["nothing_found"] = equal, silent
    report["seconds"] = {"join": round(joined - started, 1), "search": round(time.monotonic() - joined, 1)}
    if options.json:
        with open(options.json + ".new", "w", encoding="utf-8") as file:
            json.dump(report, file, indent=2, ensure_ascii=False)
            file.write("\n")
        os.replace(options.json + ".new", options.json)
    alike = "" if not options.example else f"    made-up data alike: {'NO' if told else 'yes'}"
    print(f"dataset = plaintext join: {'yes' if equal else 'NO'}    no identifier found: {'yes' if silent else 'NO'}"
          f"{alike}    ({time.monotonic() - started:.1f} s)")
    return 0 if equal and silent and not told else 1


if __name__ == "__main__":
    sys.exit(main())
