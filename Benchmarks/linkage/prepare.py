#!/usr/bin/env python3
"""Prepares the data sets that linkage is measured on.

    python3 Benchmarks/linkage/prepare.py OUTPUT [SOURCE]

OUTPUT/<set>-<part>/<register>.csv are written. `codes` are invented people known by identity codes alone, with every case that
has ever made a false or a missing link. Of sets without codes: `whole`; `tune` and `report`, halves by a hash of who a record is about, so that
what was tuned on one half is judged on people who had no part in it; `cut`, in which a third of the people are missing from one
register and another third from the other; `old-report` and `old-cut-report` of FEBRL4, with the same people two hundred years
earlier; `ov05` and `ov20`, in which so many percent of a register's people are in the other
one. Dates come in one column. FEBRL4 is here; the other sets, whose licences do not allow copies, are read from SOURCE
(essnet/, anonlink/, foreigners/ as published, gzipped CSV) and left out where that is missing.
"""

import csv
import gzip
import hashlib
import os
import random
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


CHECK = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = {1800: "+", 1900: "-YXWVU", 2000: "ABCDEF"}


def identity_code(draw, temporary=False):
    century = draw.choice([1800] + 9 * [1900] + 3 * [2000])
    year = century + draw.randrange(0, 21 if century == 2000 else 100)
    digits = f"{draw.randint(1, 28):02}{draw.randint(1, 12):02}{year % 100:02}"
    number = f"{draw.randint(900, 999) if temporary else draw.randint(2, 899):03}"
    return f"{digits}{draw.choice(SIGNS[century])}{number}{CHECK[int(digits + number) % 31]}"


def other_sign(draw, code):
    """The code of somebody else of the same century, born on the same day with the same number."""
    signs = next((signs for signs in SIGNS.values() if code[6] in signs))
    return code[:6] + draw.choice([sign for sign in signs if sign != code[6]]) + code[7:]


def as_written(draw, code):
    """The same code as a careless export has it."""
    way = draw.randrange(8)
    if way == 0:
        return code.lower()
    if way == 1:
        return f" {code[:6]} {code[6:]}\u00a0"
    if way == 2:
        return code.replace("-", draw.choice("\u2010\u2011\u2012\u2013\u2212\uff0d"))
    if way == 3:
        return "".join(chr(ord(character) + 0xFEE0) if character.isdigit() else character for character in code)
    return code


def codes(output):
    """Three registers of invented people and the first one's table of codes that were replaced."""
    draw = random.Random("identity codes")
    registers = {"a": [], "b": [], "c": []}
    history = []
    taken = set()

    def new_code(make):
        while True:
            code = make()
            if code not in taken:
                taken.add(code)
                return code

    def add(person, register, code):
        registers[register].append({"truth": person, "code": as_written(draw, code)})

    for number in range(4000):
        code = new_code(lambda: identity_code(draw))
        for register in registers:
            if draw.random() < 0.6:
                add(f"ordinary-{number}", register, code)
        # What was a code of the 1800s has one sign only.
        if number % 8 == 0 and code[6] != "+":
            twin = new_code(lambda: other_sign(draw, code))
            for register in registers:
                if draw.random() < 0.6:
                    add(f"twin-{number}", register, twin)
    for number in range(300):
        # Every authority gives these as it likes: one code is a person of each.
        code = new_code(lambda: identity_code(draw, temporary=True))
        for register in registers:
            add(f"temporary-{register}-{number}", register, code)
    for number in range(300):
        chain = [new_code(lambda: identity_code(draw)) for _ in range(2 + number % 3)]
        history += zip(chain, chain[1:])
        # The first register has an old code of some and today's of others, and knows of both; the second one has today's.
        add(f"corrected-{number}", "a", chain[number % 2 - 1])
        add(f"corrected-{number}", "b", chain[-1])
        # The third one has an old code and knows of nothing.
        add(f"corrected-{number}", "c", chain[-2])
    for number in range(200):
        code = identity_code(draw)
        wrong = code[:10] + CHECK[(CHECK.index(code[10]) + 1 + draw.randrange(30)) % 31]
        add(f"unusable-{number}", "a", draw.choice([wrong, "", "310299" + code[6:], code[:10]]))
    for register, records in registers.items():
        draw.shuffle(records)
        write(os.path.join(output, "codes-whole"), register, records)
    write(os.path.join(output, "codes-history"), "a", [{"former": former, "current": current} for former, current in history])
    print(f"codes-whole: {' + '.join(str(len(records)) for records in registers.values())} records")


def write(folder, name, records):
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, f"{name}.csv"), "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(records[0]), quoting=csv.QUOTE_MINIMAL)
        writer.writeheader()
        writer.writerows(records)


def older(record):
    """The same person two hundred years earlier."""
    year, rest = record["date_of_birth"][:4], record["date_of_birth"][4:]
    return record | {"date_of_birth": f"{int(year) - 200:04}{rest}"} if len(year) == 4 and year.isdigit() else record


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
    codes(output)
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
            counts = []
            for index, (register, records) in enumerate(registers):
                kept = [record for record in records if keep(index, record["truth"])]
                counts.append(str(len(kept)))
                write(folder, register, kept)
                if name == "febrl4" and part in ("report", "cut-report"):
                    write(os.path.join(output, f"{name}-old-{part}"), register, [older(record) for record in kept])
            print(f"{name}-{part}: {' + '.join(counts)} records")


if __name__ == "__main__":
    main()
