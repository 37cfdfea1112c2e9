#!/usr/bin/env python3
"""Prepares the data sets that linkage is measured on.

    python3 Benchmarks/linkage/prepare.py OUTPUT [SOURCE]

OUTPUT/<set>-<part>/<register>.csv are written: `whole`; `tune` and `report`, halves by a hash of who a record is about, so that
what was tuned on one half is judged on people who had no part in it; `cut`, in which a third of the people are missing from one
register and another third from the other; `ov05` and `ov20`, in which so many percent of a register's people are in the other
one. Dates come in one column. FEBRL4 is here; the other sets, whose licences do not allow copies, are read from SOURCE
(essnet/, anonlink/, foreigners/ as published, gzipped CSV) and left out where that is missing.
"""

import csv
import gzip
import hashlib
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))


def fraction(person, salt):
    """A number from 0 to 1 that depends on the person and the purpose alone."""
    return int.from_bytes(hashlib.sha256(f"{salt}:{person}".encode()).digest()[:6], "big") / 2**48


def rows(path):
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def whole_number(text):
    return text.split(".")[0].strip()


def febrl(source):
    for name in "ab":
        records = rows(os.path.join(HERE, "data", f"febrl4{name}.csv.gz"))
        for record in records:
            record["truth"] = record.pop("entity_id")
            del record["soc_sec_id"]
        yield name, records


def essnet(source):
    for name, file, identifier in (("census", "census", "census_id"), ("survey", "cis", "cis_id")):
        records = []
        for number, record in enumerate(rows(os.path.join(source, f"essnet/{file}.csv.gz"))):
            year, month, day = (whole_number(record[key]) or "0" for key in ("dob_year", "dob_mon", "dob_day"))
            records.append(
                {
                    "rec_id": str(number), "truth": record["person_id"], "given": record["pername1"],
                    "family": record["pername2"], "sex": record["sex"], "birth": f"{int(year):04}-{int(month):02}-{int(day):02}",
                    "address": record["enumcap"], "postcode": record["enumpc"],
                })
        yield name, records


def five_party(source):
    for number in (1, 2, 3):
        records = rows(os.path.join(source, f"anonlink/five_party_{number}.csv.gz"))
        for index, record in enumerate(records):
            record["rec_id"] = str(index)
            record["truth"] = record.pop("id")
            record["phone"] = record.pop("phone number")
        yield f"party{number}", records


def foreigners(source):
    """One file with duplicates, dealt to four registers so that none has a person twice."""
    people = {}
    for record in rows(os.path.join(source, "foreigners/foreigners_pl_half.csv.gz")):
        people.setdefault(record["true_id"], []).append(record)
    registers = {f"r{number}": [] for number in range(1, 5)}
    for person, records in people.items():
        order = sorted(registers, key=lambda name: fraction(person, "deal " + name))
        for name, record in zip(order, sorted(records, key=lambda record: fraction(record["rec_id"], "order"))):
            registers[name].append(
                {
                    "rec_id": record["rec_id"], "truth": person, "given": f"{record['fname']} {record['sname']}".strip(),
                    "family": record["surname"], "birth": record["date"].replace("/", "-"), "country": record["country"],
                })
    yield from registers.items()


def parts(registers, has_cut):
    """Which records of each register belong to which part."""
    yield "whole", lambda index, person: True
    yield "tune", lambda index, person: fraction(person, "half") < 0.5
    yield "report", lambda index, person: fraction(person, "half") >= 0.5
    if len(registers) != 2:
        return
    if has_cut:
        people = {record["truth"] for records in registers for record in records[1]}
        rank = {person: place for place, person in enumerate(sorted(people, key=lambda person: fraction(person, "cut")))}

        def cut(index, person):
            return rank[person] * 3 // len(rank) != 2 - 2 * index

        yield "cut", cut
        yield "cut-tune", lambda index, person: cut(index, person) and fraction(person, "half") < 0.5
        yield "cut-report", lambda index, person: cut(index, person) and fraction(person, "half") >= 0.5
    for percent in (5, 20):
        common = percent / 100 / (2 - percent / 100)

        def keep(index, person, common=common):
            where = fraction(person, "overlap")
            return where < common or (where >= common + (1 - common) / 2) == (index == 1)

        yield f"ov{percent:02}", keep


def main():
    output = sys.argv[1]
    source = sys.argv[2] if len(sys.argv) > 2 else ""
    for name, read, has_cut in (
        ("febrl4", febrl, True), ("essnet", essnet, False), ("five", five_party, False), ("foreigners", foreigners, False)
    ):
        try:
            registers = list(read(source))
        except FileNotFoundError as error:
            print(f"{name}: left out, there is no {error.filename}")
            continue
        for part, keep in parts(registers, has_cut):
            folder = os.path.join(output, f"{name}-{part}")
            os.makedirs(folder, exist_ok=True)
            counts = []
            for index, (register, records) in enumerate(registers):
                kept = [record for record in records if keep(index, record["truth"])]
                counts.append(str(len(kept)))
                with open(os.path.join(folder, f"{register}.csv"), "w", encoding="utf-8", newline="") as file:
                    writer = csv.DictWriter(file, fieldnames=list(records[0]), quoting=csv.QUOTE_MINIMAL)
                    writer.writeheader()
                    writer.writerows(kept)
            print(f"{name}-{part}: {' + '.join(counts)} records")


if __name__ == "__main__":
    main()
