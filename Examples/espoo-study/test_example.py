"""Tests of the generator and of the verifier. Run: python3 -m unittest -v test_example"""

import base64
import contextlib
import csv
import hashlib
import io
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import unittest
from collections import Counter
from pathlib import Path
from unittest import mock

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import generate  # noqa: E402
import prepare  # noqa: E402
import verify  # noqa: E402
import years  # noqa: E402
from espoo_study import (  # noqa: E402
    board, codes, dataset, families, names, oracle, relations, repeats, search, structure)
from espoo_study.authorities import DEGREE, EDUCATION, EXIT_REASON, NOTE, UNIT  # noqa: E402
from espoo_study.disclosure import HIDDEN, Disclosure  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))
SIZES = {"client": 150, "resident": 250, "other": 600}
PSEUDONYM_KEY = b"test"


def read_study():
    """The study without its disclosure rules, which `DisclosureTests` are about."""
    with open(os.path.join(HERE, "study.json"), encoding="utf-8") as file:
        study = json.load(file)
    del study["disclosure"]
    return study


def files_below(directory):
    return sorted(os.path.relpath(os.path.join(folder, name), directory)
                  for folder, _, names in os.walk(directory) for name in names)


def write_dataset(study, registers, directory):
    """A dataset as Sidos writes one, made here from the plain registers: the reference of these tests."""
    sources, cohorts = {}, {}
    for register in study["registers"]:
        columns = [column.get("as", column) for column in register["columns"] if column["released"]]
        rows, maker = {}, oracle.Maker(register)
        for code, *values in oracle.source_rows(registers, register["source"], [register["identity"]] + maker.names):
            who = oracle.identity(code, register["owner"])
            made = maker.row(values)
            if who:
                rows.setdefault(who, []).extend([list(made)] if made else [])
        sources[register["id"]] = columns, rows
    cohorts["clients"] = set(sources["omnia_clients"][1])
    cohorts["non_clients"] = set(sources["immigrant_residents"][1]) - cohorts["clients"]
    (objector,) = oracle.never_released(study, registers, "omnia")
    cohorts["clients"].remove(objector)
    people = cohorts["clients"] | cohorts["non_clients"]
    pseudonym = {who: hashlib.sha256(PSEUDONYM_KEY + repr(who).encode()).hexdigest()[:32] for who in people}
    for name, (columns, rows) in sources.items():
        for place in (place for place, column in enumerate(columns) if column["type"] == "person"):
            for row in (row for several in rows.values() for row in several):
                row[place] = pseudonym.get(row[place])
    tables = {"persons": (["person", *cohorts], sorted(
        [pseudonym[who]] + ["true" if who in cohorts[name] else "false" for name in cohorts] for who in people))}
    for name, (columns, rows) in sources.items():
        body = [[pseudonym[who], *row] for who in people for row in rows.get(who, [])]
        tables[name] = ["person"] + [column["name"] for column in columns], sorted(body, key=repr)
    write_tables(tables, directory, study)
    return tables


def write_tables(tables, directory, study):
    os.makedirs(directory)
    kinds = {register["id"]: [kind for _, kind in oracle.released_columns(register, Disclosure(study))]
             for register in study["registers"]}

    def field(value):
        if value is None:
            return ""
        return '"' + value.replace('"', '""') + '"' if value == "" or re.search(r'[",\r\n]', value) else value

    database = sqlite3.connect(os.path.join(directory, "dataset.sqlite"))
    for name, (header, rows) in tables.items():
        with open(os.path.join(directory, f"{name}.csv"), "w", encoding="utf-8", newline="") as file:
            file.writelines(",".join(map(field, row)) + "\n" for row in [header, *rows])
        types = ["text"] + kinds.get(name, ["boolean"] * (len(header) - 1))
        database.execute(f'CREATE TABLE {name} ({", ".join(header)})')
        marks = ", ".join("?" * len(header))
        database.executemany(f"INSERT INTO {name} VALUES ({marks})",
                             [[stored(value, kind) for value, kind in zip(row, types)] for row in rows])
    database.commit()
    database.close()
    for name, text in (("datapackage.json", "{}"), ("report.json", "{}"), ("report.md", "# Report\n")):
        with open(os.path.join(directory, name), "w", encoding="utf-8") as file:
            file.write(text)


def stored(value, kind):
    """As the database holds a value: integers and booleans as numbers, decimals as text."""
    if value is None:
        return None
    return int(value) if kind == "integer" else int(value == "true") if kind == "boolean" else value


class StudyFolder(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.registers = os.path.join(cls.folder, "registers")
        cls.summary = generate.generate(cls.registers, 7, dict(SIZES))
        cls.study = read_study()

    def raw_codes(self, *owners):
        """Every value of the identity columns, per owner."""
        found = {}
        for register in self.study["registers"]:
            rows = oracle.source_rows(self.registers, register["source"], [register["identity"]])
            found.setdefault(register["owner"], []).extend(row[0] for row in rows)
        return found


class GeneratorTests(StudyFolder):
    def test_a_seed_gives_the_same_bytes_and_another_seed_does_not(self):
        again, other = os.path.join(self.folder, "again"), os.path.join(self.folder, "other")
        generate.generate(again, 7, dict(SIZES))
        generate.generate(other, 8, dict(SIZES))
        self.assertEqual(files_below(self.registers), files_below(again))
        self.assertEqual(len(files_below(again)), 9)
        for name in files_below(again):
            contents = []
            for directory in (self.registers, again, other):
                with open(os.path.join(directory, name), "rb") as file:
                    contents.append(file.read())
            self.assertEqual(contents[0], contents[1], name)
            self.assertNotEqual(contents[0], contents[2], name)

    def test_most_codes_are_sound_and_every_trouble_occurs(self):
        values = [value for column in self.raw_codes().values() for value in column]
        sound = [value for value in values if oracle.identity(value, "x")]
        self.assertGreater(len(sound), 0.95 * len(values))
        self.assertTrue(any(value is None for value in values))
        self.assertTrue(any(value == "" for value in values))
        self.assertTrue(any(value and value.strip() and not oracle.identity(value, "x") for value in values))
        self.assertTrue(any(value != value.strip() for value in sound))
        self.assertTrue(any(value != value.upper() for value in sound))
        self.assertLessEqual(set("-AYB"), {value.strip()[6].upper() for value in sound})

    def test_twins_differ_in_the_century_sign_only_and_fall_into_different_cohorts(self):
        people = {}
        for owner, column in self.raw_codes().items():
            for value in column:
                who = oracle.identity(value, owner)
                if isinstance(who, str):
                    people.setdefault(who[:6] + who[7:], set()).add(who)
        twins = [pair for pair in people.values() if len(pair) > 1]
        self.assertGreaterEqual(len(twins), 5)
        joined, _ = oracle.join(self.study, self.registers)
        flags = [{joined.persons.get(who) for who in pair} for pair in twins]
        self.assertIn({(True, False), (False, True)}, flags)

    def test_temporary_codes_of_two_owners_collide(self):
        owners = {}
        for owner, column in self.raw_codes().items():
            for value in column:
                who = oracle.identity(value, owner)
                if isinstance(who, tuple):
                    owners.setdefault(who[1], set()).add(who[0])
        self.assertGreaterEqual(sum(len(having) > 1 for having in owners.values()), 10)

    def test_new_years_day_is_heaped_and_numbers_do_not_tell_the_sex(self):
        path = os.path.join(self.registers, "omnia", "clients.csv")
        with open(path, "rb") as file:
            self.assertTrue(file.read().startswith(b"\xef\xbb\xbfhetu;"))
        with open(path, encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        heaped = sum(row["birth_date"].endswith("-01-01") for row in rows)
        self.assertGreater(heaped, len(rows) * 0.06)
        parities = {(row["sex"], row["hetu"].strip()[9] in "02468") for row in rows if len(row["hetu"].strip()) == 11}
        self.assertEqual(len(parities), 4)

    def named(self, register, column):
        """Of each row of a register, whose it is and what it names, as it is written."""
        spec = next(each for each in self.study["registers"] if each["id"] == register)
        for code, other in oracle.source_rows(self.registers, spec["source"], [spec["identity"], column]):
            yield oracle.identity(code, spec["owner"]), other

    def test_whoever_a_register_can_name_is_named(self):
        joined, _ = oracle.join(self.study, self.registers)
        (objector,) = oracle.never_released(self.study, self.registers, "omnia")
        with contextlib.closing(sqlite3.connect(os.path.join(self.registers, "espoo", "espoo.sqlite"))) as database:
            city = {oracle.identity(code, "espoo") for (code,) in database.execute("SELECT hetu FROM client")}
        kela = {who for who, _ in self.named("kela_benefits", "child")}
        for register, column, owner in (("immigrant_residents", "spouse", "espoo"), ("kela_benefits", "child", "kela")):
            written = [(who, other) for who, other in self.named(register, column) if other]
            pairs = {(who, oracle.identity(other, owner)) for who, other in written} - {(None, None)}
            named = {other for who, other in pairs if who in joined.persons}
            among = {(who, other) for who, other in pairs if {who, other} <= joined.persons.keys()}
            self.assertGreater(len(among), 20, register)
            self.assertGreater(sum(isinstance(who, str) and who not in joined.persons for who in named), 5, register)
            # One's own code, circles and chains.
            self.assertTrue(any(who == other for who, other in among), register)
            self.assertTrue(any((other, who) in among and who != other for who, other in among), register)
            self.assertTrue(any((other, third) in among and len({who, other, third}) == 3
                                for who, other in among for third in named), register)
            # Codes that are none, temporary ones, and those of nobody at all.
            self.assertIn(None, named, register)
            self.assertTrue(any(other != other.strip().upper() for _, other in written), register)
            self.assertTrue(any(isinstance(other, tuple) for other in named), register)
            self.assertTrue(any(isinstance(other, str) and other not in city | kela | joined.persons.keys()
                                for other in named), register)
        spouses = {(who, oracle.identity(other, "espoo")) for who, other in self.named("immigrant_residents", "spouse")}
        self.assertTrue(any(other == objector for _, other in spouses))
        self.assertTrue(any(isinstance(other, tuple) and other in joined.persons for _, other in spouses))
        self.assertTrue(any(isinstance(other, str) and other[6] in "YXB" for _, other in spouses))
        self.assertGreater(max(Counter(other for _, other in spouses if other).values()), 3)
        children = {(who, other) for who, other in self.named("kela_benefits", "child")
                    if who in joined.persons and other}
        self.assertGreater(max(Counter(who for who, _ in children).values()), 4)
        # The city and Kela gave two people the same temporary code: whom Kela's names, the city's is not.
        shared = {code for owner, code in joined.persons.keys() - {who for who in joined.persons if isinstance(who, str)}}
        self.assertTrue(any(other in shared and ("kela", other) not in joined.persons for _, other in children))

    def test_spouses_and_children_change_nothing_else(self):
        without = os.path.join(self.folder, "without")
        with mock.patch.object(families.Families, "finish", lambda self, objectors: {}):
            generate.generate(without, 7, dict(SIZES))
        self.assertEqual(files_below(without), files_below(self.registers))
        for name in files_below(without):
            if name not in ("population.json", "espoo/espoo.sqlite", "kela/benefits.csv"):
                self.assertEqual(*(Path(directory, name).read_bytes() for directory in (without, self.registers)))
        for spec in self.study["registers"]:
            names = [column["name"] for column in spec["columns"] if column["type"] != "person"]
            self.assertEqual(*(list(oracle.source_rows(directory, spec["source"], names))
                               for directory in (without, self.registers)))

    def test_the_summary_names_nobody(self):
        needles = verify.gather_needles(self.study, self.registers)
        text = search.Search(needles)
        text.file(os.path.join(self.registers, "population.json"))
        self.assertEqual(text.found, {})

    def test_released_words_are_no_names(self):
        needles = verify.gather_needles(self.study, self.registers)
        self.assertGreater(len(needles.names), 200)
        self.assertEqual(needles.exclude(verify.released_words(self.study, self.registers)), 0)
        every = names.Names()
        population = {word.lower() for weighted in (*every.given.values(), every.surnames) for word in weighted.items}
        population |= {word.lower() for lists in every.immigrants.values() for names_ in lists for word in names_}
        texts = " ".join(text for texts in (EDUCATION, EXIT_REASON, UNIT, NOTE, DEGREE) for text in texts)
        self.assertEqual(population & set(re.findall(r"\w+", texts.lower())), set())

    def test_study_and_registers_md_describe_what_is_written(self):
        with open(os.path.join(HERE, "registers.md"), encoding="utf-8") as file:
            sections = {part.split("`")[0]: part for part in file.read().split("\n## `")[1:]}
        self.assertEqual(list(sections), [register["id"] for register in self.study["registers"]])
        for register in self.study["registers"]:
            described = re.findall(r"^\| (\w+) \| (\w+) \| (yes|no) \| (yes|never)", sections[register["id"]], re.M)
            columns = register["columns"]
            self.assertEqual(described[0:], [
                (column["name"], column["type"], "yes" if column["nullable"] else "no",
                 "yes" if column["released"] else "never") for column in columns])
            source = register["source"]
            if source["kind"] == "csv":
                with open(os.path.join(self.registers, source["path"]), encoding="utf-8-sig", newline="") as file:
                    header = next(csv.reader(file, delimiter=source["delimiter"]))
            else:
                with contextlib.closing(sqlite3.connect(os.path.join(self.registers, source["path"]))) as database:
                    header = [column[0] for column in database.execute(f"SELECT * FROM {source['table']}").description]
            self.assertEqual(header, [column["name"] for column in columns])
            missing = [False] * len(columns)
            for row in oracle.source_rows(self.registers, source, header):
                for index, (value, column) in enumerate(zip(row, columns)):
                    missing[index] |= value is None
                    if "identifier" not in column:
                        oracle.canonical(value, column["type"])
            for empty, column in zip(missing, columns):
                self.assertFalse(empty and not column["nullable"], f"{register['id']}.{column['name']}")

    def test_sizes(self):
        def sizes(*arguments):
            options = dict.fromkeys(("clients", "residents", "others", "people"))
            return generate.group_sizes(type("Options", (), options | dict(arguments)))

        self.assertEqual(sizes(), {"client": 2000, "resident": 4000, "other": 60000})
        self.assertEqual(sizes(("people", 660)), {"client": 20, "resident": 40, "other": 600})
        self.assertEqual(sizes(("people", 1_000_000), ("clients", 2000), ("residents", 4000))["other"], 994_000)
        self.assertEqual(sum(sizes(("people", 1_000_003)).values()), 1_000_003)
        with self.assertRaises(ValueError):
            sizes(("people", 10), ("clients", 1), ("residents", 2), ("others", 3))
        with self.assertRaises(ValueError):
            generate.generate(os.path.join(self.folder, "few"), 1, {"client": 1, "resident": 1, "other": 1})


class IdentityTests(unittest.TestCase):
    def test_published_examples(self):
        for code in ("131052-308T", "010101-0101", "170249X378D", "061109F011D", "131052+308T", " 131052-308t "):
            self.assertEqual(oracle.identity(code, "kela"), code.strip().upper())
        self.assertEqual(oracle.identity("010594y9032", "kela"), ("kela", "010594Y9032"))
        for code in (None, "", "131052-308U", "131052/308T", "131052T308T", "320101-010A", "011301-010P", "290201-010A",
                     "290200-903E", "010101-000P", "010101-001R", "0105949032", "010594\u22129032", "O10594Y9032",
                     "010594G9032", "010594Y903Z", "131052-308T1", "\u0661\u0663\u0661\u0660\u0665\u0662-308T"):
            self.assertIsNone(oracle.identity(code, "kela"), code)

    def test_issued_codes_are_sound_and_differ(self):
        import datetime
        day = datetime.date(1961, 1, 1)
        issuer = codes.OfficialCodes()
        first, second = issuer.issue_twins(day, "Y")
        issued = [first, second] + [issuer.issue(day) for _ in range(2 * codes.OFFICIAL - 2)]
        self.assertEqual(len(set(issued)), 2 * codes.OFFICIAL)
        self.assertTrue(all(oracle.identity(code, "x") == code for code in issued))
        self.assertEqual({code[6] for code in issued}, {"-", "Y"})
        for step in range(100):
            self.assertIsNone(oracle.identity(codes.spoil(first, step / 100), "x"))
        own = codes.TemporaryCodes()
        temporary = [own.issue(day) for _ in range(150)]
        self.assertEqual(len(set(temporary)), 150)
        self.assertTrue(all(oracle.identity(code, "x") == ("x", code) for code in temporary))

    def test_expressions(self):
        sets = {"a": {1, 2, 3}, "b": {2, 3}, "c": {3, 4}}
        self.assertEqual(oracle.evaluate("a except b union c", sets), {1, 3, 4})
        self.assertEqual(oracle.evaluate("a except (b intersect c)", sets), {1, 2})
        self.assertEqual(oracle.evaluate("a except b intersect c", sets), {1, 2})
        for wrong in ("a union", "(a", "d", "a b", "", "a ; b"):
            with self.assertRaises(oracle.StudyProblem):
                oracle.evaluate(wrong, sets)


class VerifierTests(StudyFolder):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.tables = write_dataset(cls.study, cls.registers, os.path.join(cls.folder, "dataset"))
        cls.needles = verify.gather_needles(cls.study, cls.registers)
        cls.joined = oracle.join(cls.study, cls.registers)

    def run_verify(self, tables=None, change=None, planted=None, file_name="spool.bin"):
        """Exit status, output and JSON result for the reference dataset or a changed one."""
        with tempfile.TemporaryDirectory() as folder:
            directory, searched = os.path.join(folder, "dataset"), os.path.join(folder, "searched")
            if tables is None:
                shutil.copytree(os.path.join(self.folder, "dataset"), directory)
            else:
                write_tables(tables, directory, self.study)
            if change:
                change(directory)
            os.makedirs(os.path.join(searched, "deep"))
            with open(os.path.join(searched, "deep", file_name), "wb") as file:
                file.write(b"nothing here\n" if planted is None else planted)
            result, output = os.path.join(folder, "result.json"), io.StringIO()
            study = os.path.join(folder, "study.json")
            with open(study, "w", encoding="utf-8") as file:
                json.dump(self.study, file)
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                status = verify.main(["--registers", self.registers, "--dataset", directory, "--search", searched,
                                      "--study", study, "--json", result])
            told = {}
            if os.path.exists(result):
                with open(result, encoding="utf-8") as file:
                    told = json.load(file)
        for code in list(self.needles.codes)[:2000]:
            self.assertNotIn(code.decode(), output.getvalue())
        return status, output.getvalue(), told

    def changed(self, name, change):
        tables = {table: (list(header), [list(row) for row in rows]) for table, (header, rows) in self.tables.items()}
        change(*tables[name])
        return tables

    def assertDiffers(self, result, *words):
        status, output, told = result
        self.assertEqual(status, 1, output)
        self.assertFalse(told["join_equals_dataset"])
        self.assertTrue(told["nothing_found"])
        for word in words:
            self.assertIn(word, " ".join(told["differences"]))

    def test_the_reference_dataset_passes(self):
        status, output, told = self.run_verify()
        self.assertEqual(status, 0, output)
        self.assertTrue(told["join_equals_dataset"] and told["nothing_found"])
        self.assertEqual(told["differences"], [])
        self.assertGreater(told["counts"]["persons in clients"]["found"], 120)
        self.assertGreater(told["counts"]["rows of tax_years"]["found"], 1000)
        self.assertGreater(told["counts"]["immigrant_residents.spouse named"]["found"], 150)
        self.assertGreater(told["counts"]["kela_benefits.child named"]["found"], 50)
        # Whom rows name is known by what else is known of these people: of each it must be enough.
        self.assertGreater(told["people_in_relations"]["people"], 150)
        self.assertEqual(told["people_in_relations"]["told_apart"], told["people_in_relations"]["people"])
        self.assertEqual(told["search"]["control_missed"], [])
        self.assertEqual(told["search"]["files"], 15)

    def test_a_dropped_person(self):
        gone = self.tables["persons"][1][3][0]
        tables = {name: (header, [row for row in rows if row[0] != gone])
                  for name, (header, rows) in self.tables.items()}
        self.assertDiffers(self.run_verify(tables), "persons: ")

    def test_a_dropped_and_a_doubled_row(self):
        self.assertDiffers(self.run_verify(self.changed("job_search", lambda _, rows: rows.pop())), "job_search: ")
        self.assertDiffers(self.run_verify(self.changed("kela_benefits", lambda _, rows: rows.append(rows[5]))),
                           "kela_benefits: ")

    def test_a_row_swapped_between_persons(self):
        def swap(header, rows):
            other = next(row for row in rows if row[0] != rows[0][0] and row[1:] != rows[0][1:])
            rows[0][0], other[0] = other[0], rows[0][0]

        self.assertDiffers(self.run_verify(self.changed("tax_years", swap)),
                           "tax_years: the rows are right, but divided")

    def test_registers_of_two_persons_swapped(self):
        # Each register on its own is right; only the whole person is not.
        def swap(header, rows):
            one = rows[0][0]
            other = next(row[0] for row in rows if row[0] != one)
            for row in rows:
                row[0] = {one: other, other: one}.get(row[0], row[0])

        self.assertDiffers(self.run_verify(self.changed("tax_years", swap)), "have no counterpart")

    def test_values_combined_into_other_rows(self):
        def swap(header, rows):
            column = header.index("palk")
            other = next(row for row in rows if row[column] != rows[0][column] and row[1] != rows[0][1])
            rows[0][column], other[column] = other[column], rows[0][column]

        self.assertDiffers(self.run_verify(self.changed("tax_years", swap)), "combined into other rows")

    def test_a_changed_value_names_its_column(self):
        def zeros(header, rows):
            rows[0][header.index("gross_eur")] += "0"

        self.assertDiffers(self.run_verify(self.changed("kela_benefits", zeros)),
                           "kela_benefits: other values in gross_eur")

        def emptied(header, rows):
            column = header.index("unit")
            next(row for row in rows if row[column] == "")[column] = None

        self.assertDiffers(self.run_verify(self.changed("espoo_services", emptied)),
                           "espoo_services: other values in unit")

    def assertNamesDiffer(self, tables, *words):
        """The comparison alone, with a join made before: all of verify.py takes longer."""
        with tempfile.TemporaryDirectory() as folder:
            directory, report = os.path.join(folder, "dataset"), {}
            write_tables(tables, directory, self.study)
            with contextlib.redirect_stdout(io.StringIO()), mock.patch.object(oracle, "join", lambda *_: self.joined):
                self.assertFalse(verify.compare(self.study, self.registers, directory, report))
        for word in words:
            self.assertIn(word, " ".join(report["differences"]))
        return report["differences"]

    relations = (("immigrant_residents", "spouse"), ("kela_benefits", "child"))

    def test_a_row_that_names_somebody_else(self):
        for name, column in self.relations:
            def swap(header, rows):
                place = header.index(column)
                one, other = next((one, other) for one in rows for other in rows
                                  if one[place] and other[place] and one[place] != other[place] and one[0] != other[0])
                one[place], other[place] = other[place], one[place]

            def turn(header, rows):
                # Only one row, and it names somebody whom no row has named so far.
                place = header.index(column)
                named = {row[place] for row in rows}
                row = next(row for row in rows if row[place])
                row[place] = next(person for person, *_ in self.tables["persons"][1] if person not in named)

            def own(header, rows):
                place = header.index(column)
                row = next(row for row in rows if row[place] and row[place] != row[0])
                row[place] = row[0]

            for change in (swap, turn, own):
                told = self.assertNamesDiffer(self.changed(name, change), f"{name}.{column}: ", "rows name others")
                self.assertEqual(len(told), 1, told)

    def test_rows_that_name_whom_another_row_of_the_same_person_names(self):
        def swap(header, rows):
            place = header.index("child")
            one, other = next((one, other) for one in rows for other in rows
                              if one[0] == other[0] and one[place] and other[place] and one[place] != other[place])
            one[place], other[place] = other[place], one[place]

        self.assertNamesDiffer(self.changed("kela_benefits", swap), "kela_benefits.child: 2 rows name others")

    def test_a_row_that_names_nobody_though_the_register_does(self):
        for name, column in self.relations:
            def empty(header, rows):
                place = header.index(column)
                next(row for row in rows if row[place])[place] = None

            self.assertNamesDiffer(self.changed(name, empty), f"{name}.{column}: ", "rows expected to name somebody")

    def test_a_row_that_names_somebody_though_the_person_is_not_in_the_dataset(self):
        for name, column in self.relations:
            outside = self.pseudonyms_of_rows_that_name_others(name, column)

            def fill(header, rows):
                place = header.index(column)
                next(row for row in rows if row[0] in outside and not row[place])[place] = self.tables["persons"][1][0][0]

            def stray(header, rows):
                place = header.index(column)
                next(row for row in rows if row[0] in outside and not row[place])[place] = "0" * 32

            self.assertNamesDiffer(self.changed(name, fill), f"{name}.{column}: ", "rows expected to name somebody")
            self.assertNamesDiffer(self.changed(name, stray), f"{name}: 1 rows name persons whom the table persons lacks")
        # The right number all the same: one too few, and one too many.
        def both(header, rows):
            place = header.index("spouse")
            one = next(row for row in rows if row[place])
            next(row for row in rows if row[0] in outside and not row[place])[place] = one[place]
            one[place] = None

        outside = self.pseudonyms_of_rows_that_name_others("immigrant_residents", "spouse")
        self.assertNamesDiffer(self.changed("immigrant_residents", both), "immigrant_residents.spouse: ", "rows name others")

    def pseudonyms_of_rows_that_name_others(self, name, column):
        """Pseudonyms of those whose rows all name people outside of the dataset."""
        spec = next(each for each in self.study["registers"] if each["id"] == name)
        joined, _ = self.joined
        inside, outside = set(), set()
        for code, other in oracle.source_rows(self.registers, spec["source"], [spec["identity"], column]):
            who, named = oracle.identity(code, spec["owner"]), oracle.identity(other, spec["owner"])
            if who in joined.persons:
                (outside if named and named not in joined.persons else inside).add(who)
        found = outside - inside if name == "immigrant_residents" else outside
        self.assertGreater(len(found), 3)
        return {hashlib.sha256(PSEUDONYM_KEY + repr(who).encode()).hexdigest()[:32] for who in found}

    def test_a_code_in_a_column_of_people(self):
        # One that no other column of any register has.
        spec = next(each for each in self.study["registers"] if each["id"] == "immigrant_residents")
        others = {"study": [], "registers": [], "further_identifiers": []}
        for entry in self.study["registers"] + self.study["further_identifiers"]:
            others["registers"].append(entry | {"columns": [
                column for column in entry["columns"] if column["name"] not in ("spouse", "child")]})
        (code,) = (code for (code,) in oracle.source_rows(self.registers, spec["source"], ["spouse"])
                   if code and code.startswith("150650"))
        self.assertNotIn(code.encode(), verify.gather_needles(others, self.registers).codes)
        self.assertIn(code.encode(), self.needles.codes)

        def plant(header, rows):
            place = header.index("spouse")
            next(row for row in rows if not row[place])[place] = code

        status, output, told = self.run_verify(self.changed("immigrant_residents", plant))
        self.assertEqual(status, 1, output)
        self.assertFalse(told["join_equals_dataset"])
        self.assertIn("identity code", told["search"]["found"])

    def test_a_wrong_cohort_flag(self):
        def flip(header, rows):
            rows[0][1], rows[0][2] = rows[0][2], rows[0][1]

        self.assertDiffers(self.run_verify(self.changed("persons", flip)), "persons in clients only")

    def test_a_person_of_no_cohort(self):
        tables = self.changed("persons", lambda _, rows: rows.append(["stray", "false", "false"]))
        self.assertDiffers(self.run_verify(tables), "is in no cohort")

    def test_a_column_that_was_not_released(self):
        def widen(header, rows):
            header.append("extra")
            for row in rows:
                row.append("1")

        tables = self.changed("persons", widen)
        self.assertDiffers(self.run_verify(tables), "the columns are not")

    def test_a_database_that_differs_from_the_csv_files(self):
        def change(directory):
            with contextlib.closing(sqlite3.connect(os.path.join(directory, "dataset.sqlite"))) as database:
                database.execute("UPDATE job_search SET alkpv1 = '2010-01-01' WHERE rowid = 1")
                database.execute("DELETE FROM te_services WHERE rowid = 1")
                database.commit()

        self.assertDiffers(self.run_verify(change=change), "job_search: the CSV file and the database differ",
                           "te_services: the CSV file and the database differ")

    def test_missing_files(self):
        for name in ("report.json", "datapackage.json", "report.md", "tax_years.csv"):
            result = self.run_verify(change=lambda directory: os.remove(os.path.join(directory, name)))
            self.assertDiffers(result, name.removesuffix(".csv"))
        status, output, _ = self.run_verify(
            change=lambda directory: os.remove(os.path.join(directory, "dataset.sqlite")))
        self.assertEqual(status, 2)
        self.assertIn("dataset.sqlite", output)

    def assertFound(self, kind, planted, file_name="spool.bin"):
        status, output, told = self.run_verify(planted=planted, file_name=file_name)
        self.assertEqual(status, 1, f"{kind} was not found")
        self.assertTrue(told["join_equals_dataset"])
        self.assertFalse(told["nothing_found"])
        self.assertIn(kind, told["search"]["found"])
        self.assertIn(kind, output)

    def client(self):
        with open(os.path.join(self.registers, "omnia", "clients.csv"), encoding="utf-8-sig", newline="") as file:
            return next(row for row in csv.DictReader(file, delimiter=";") if oracle.identity(row["hetu"], "omnia")
                        and row["street_address"] and len(row["family_name"]) > 5 and len(row["call_name"]) > 3
                        and row["family_name"].isascii() and row["family_name"].isalpha())

    def test_planted_codes(self):
        code = oracle.identity(self.client()["hetu"], "x")
        code = code if isinstance(code, str) else code[1]
        ascii_code = code.encode()
        self.assertFound("identity code", b"\x00\xff12" + ascii_code + b"34")
        self.assertFound("identity code", ascii_code.lower())
        self.assertFound("identity code in UTF-16", b"\x07" + code.encode("utf-16-le"))
        self.assertFound("identity code in hexadecimal", b"q" + ascii_code.hex().encode())
        self.assertFound("identity code in base64", base64.b64encode(b"{" + ascii_code + b"}"))
        self.assertFound("identity code without its sign", b"id " + ascii_code[:6] + ascii_code[7:] + b".", "node.log")
        self.assertFound("identity code", b"1", f"{code}.bin")
        self.assertFound("identity code", b"0" * (search.CHUNK - 5) + b" " + ascii_code)

    def test_planted_hashes(self):
        code = max(self.needles.codes)
        sha = hashlib.sha256(code)
        for shift in (0, 1, 7, search.CHUNK - 20):
            self.assertFound("SHA-256 of a code", bytes(shift) + sha.digest())
        self.assertFound("SHA-256 of a code in hexadecimal", b'{"p":"' + sha.hexdigest().encode() + b'"}', "board.json")
        self.assertFound("SHA-256 of a code in hexadecimal", b"c" + sha.hexdigest().upper().encode())
        self.assertFound("SHA-256 of a code in base64", base64.urlsafe_b64encode(sha.digest()), "board.json")

    def test_planted_names_addresses_and_client_numbers(self):
        client = self.client()
        family, call = client["family_name"], client["call_name"]
        first = client["given_names"].split()[0]
        self.assertFound("full name", f"\0{family} {client['given_names']}\0".encode())
        self.assertFound("full name", f"\1{client['given_names']}, {family}\2".encode("latin-1"))
        self.assertFound("full name", f"{call.lower()}|{family.lower()}|1980".encode())
        self.assertFound("full name", f"x{family}{first}19".encode())
        self.assertFound("full name", f"{family.upper()}  {first.upper()}".encode(), "a.log")
        self.assertFound("name", f'{{"n": "{family.lower()}"}}'.encode(), "a.json")
        self.assertFound("address", f"\0x{client['street_address']}02100".encode())
        self.assertFound("client number", f"1{client['client_id']}2".encode())

    def test_a_name_in_the_dataset(self):
        family = self.client()["family_name"]

        def plant(header, rows):
            column = header.index("note")
            next(row for row in rows if row[column])[column] += f" {family}"

        status, _, told = self.run_verify(self.changed("kela_benefits", plant))
        self.assertEqual(status, 1)
        self.assertFalse(told["join_equals_dataset"])
        self.assertIn("name", told["search"]["found"])

    def test_what_only_looks_like_a_finding(self):
        code = min(self.needles.codes)
        near = code[:10] + (b"A" if code[10:] != b"A" else b"B")
        name = max(self.needles.names, key=len)
        innocent = [near, near.hex().encode(), hashlib.sha256(near).digest(), b"x" + name + b"x", name + b"42" * 10]
        self.assertEqual(self.run_verify(planted=b"\n".join(innocent), file_name="innocent.txt")[0], 0)

    def test_nothing_to_search_is_no_success(self):
        with tempfile.TemporaryDirectory() as empty:
            output = io.StringIO()
            with contextlib.redirect_stdout(output), contextlib.redirect_stderr(output):
                dataset_path = os.path.join(self.folder, "dataset")
                common = ["--registers", self.registers, "--dataset", dataset_path, "--search"]
                self.assertEqual(verify.main(common + [empty]), 1)
                self.assertEqual(verify.main(common + [os.path.join(empty, "absent")]), 2)

    def test_dataset_csv_reading(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "a.csv")

            def read(text):
                with open(path, "w", encoding="utf-8", newline="") as file:
                    file.write(text)
                return list(dataset.csv_rows(path))

            self.assertEqual(read('a,,"",""""\r\n"x\r\n,y",z,,\n'),
                             [["a", None, "", '"'], ["x\r\n,y", "z", None, None]])
            for wrong in ('a,"b\n', 'a,"b"c\n', 'a,b"c"\n'):
                with self.assertRaises(oracle.StudyProblem):
                    read(wrong)


class DisclosureTests(unittest.TestCase):
    rules = Disclosure({"disclosure": {
        "k": 2,
        "quasi_identifiers": [{"column": "a.year", "bands": [5, 20]}, {"column": "a.born", "dates": ["year", "ten_years"]},
                              {"column": "b.area", "prefixes": [3]}],
        "cuts": [{"column": "a.euros", "bottom": "0", "top": "100.5"}],
        "rare": [{"column": "a.tongue", "people": 2, "as": "other"}]}})

    def test_rows(self):
        shown = self.rules.row("a", ["year", "born", "euros", "tongue", "x"])
        self.assertEqual(shown(("1985", None, "100.6", "so", "y")), (HIDDEN, HIDDEN, "100.5", HIDDEN, "y"))
        self.assertEqual(shown(("1985", None, "-1", "so", None)), (HIDDEN, HIDDEN, "0", HIDDEN, None))
        self.assertEqual(shown(("1985", None, None, "so", "y"))[2], None)
        self.assertEqual(shown(("1985", None, "100.50", "so", "y"))[2], "100.50")
        self.assertEqual([self.rules.released_type("a", name, "integer") for name in ("year", "euros")], ["code", "integer"])

    def problems(self, *rows, area="022*"):
        persons = {person: (True,) for person, *_ in rows}
        return self.rules.problems(persons, {
            "a": (["person", "year", "born", "euros", "tongue"], rows),
            "b": (["person", "area"], [(person, area) for person, *_ in rows])})

    def test_who_is_alone_is_found(self):
        row = ("1985 to 1989", "1980 to 1989", "1", "fi")
        self.assertEqual(self.problems(("p", *row), ("q", *row)), [])
        other = ("1985", "1980 to 1989", "1", "fi")
        self.assertIn("fewer than 2", self.problems(("p", *row), ("q", *row), ("r", *other))[0])
        # The rows of one person are one set.
        self.assertEqual(self.problems(("p", *row), ("q", *row), ("p", *other), ("q", *other)), [])

    def test_who_is_alone_by_presence_or_number_of_rows_is_found(self):
        row = ("1985 to 1989", "1980 to 1989", "1", "fi")
        persons = {person: (True,) for person in "pqr"}
        tables = {"a": (["person", "year", "born", "euros", "tongue"], [(person, *row) for person in "pqr"]),
                  "b": (["person", "area"], [(person, "022*") for person in "pqr"]), "prison": (["person"], [])}
        self.assertEqual(self.rules.problems(persons, tables), [])
        tables["prison"] = (["person"], [("r",)])
        self.assertIn("fewer than 2", self.rules.problems(persons, tables)[0])
        tables["prison"] = (["person"], [("p",), ("q",), ("r",), ("r",)])
        self.assertEqual(self.rules.problems(persons, tables), [])
        self.rules.counted = {"prison"}
        self.addCleanup(setattr, self.rules, "counted", set())
        self.assertIn("fewer than 2", self.rules.problems(persons, tables)[0])

    def test_values_of_no_step_are_found(self):
        for year, born, area in [("1986 to 1990", "1985", "022*"), ("1985 to 1988", "1985", "022*"),
                                 ("1985 to 1989", "1985-Q1", "022*"), ("1985 to 1989", "1981 to 1990", "022*"),
                                 ("1985 to 1989", "1985", "02*"), ("unknown", "1985", "02230")]:
            row = (year, born, "1", "fi")
            self.assertEqual(len(self.problems(("p", *row), ("q", *row), area=area)), 1, (year, born, area))
        for year, born, area in [("1980 to 1999", "1985", "02230"), ("1985", "1985-03-01", None), (None, None, "022*")]:
            row = (year, born, "1", "fi")
            self.assertEqual(self.problems(("p", *row), ("q", *row), area=area), [], (year, born, area))

    def test_rare_values_are_found(self):
        rows = [(person, "1985", "1985", "1", tongue) for person, tongue in zip("pqr", ["fi", "fi", "so"])]
        self.assertIn("a.tongue", self.problems(*rows)[0])

    def test_people_whom_nothing_hides_are_left_out(self):
        join = oracle.Join(["c"])
        for register in ("a", "b"):
            join.tallies[register] = oracle.Tally(["x"])
        for person in "pqr":
            join.persons[person] = (True,)
            join.tallies["a"].add(person, ("1",))
        for person in "pq":
            join.tallies["b"].add(person, ("2",))
        self.rules.leave_out(join)
        self.assertEqual(set(join.persons), {"p", "q"})
        self.assertEqual(join.tallies["a"].rows, 2)
        self.assertEqual(join.tallies["a"].column_sums, [2 * oracle.hash_of("1")])


class RelationTests(unittest.TestCase):
    """People whose own rows are alike, so that only whom they name, and who names them, tells them apart."""

    @staticmethod
    def join(pairs, people="abcdef", values=None, names=None):
        """Rows that name somebody, in one column or several; `names` are what people are called."""
        names = names or {who: who for who in people}
        join = oracle.Join(["all"])
        columns = ["spouse", "child"]
        tally = join.tallies["r"] = oracle.Tally(["value", *columns], columns)
        for who in people:
            join.persons[names[who]] = (True,)
            tally.add(names[who], ((values or {}).get(who, "1"), None, None))
        for who, *named in pairs:
            tally.add(names[who], ("2", *(names.get(other, other) for other in named + [None] * (2 - len(named)))))
        return join

    def differ(self, one, other, **more):
        """What is told, the same in both directions, whatever people are called."""
        names = dict(zip("abcdef", "uvwxyz"))
        told = relations.differences(self.join(one, **more), self.join(other, names=names, **more))
        self.assertEqual(bool(told), bool(relations.differences(self.join(other, **more), self.join(one, **more))))
        return " ".join(told)

    def test_other_names_make_no_difference(self):
        for pairs in (["ab"], ["ab", "bc", "ca"], ["aa"], ["ab", "ba", "cb"], []):
            self.assertEqual(self.differ(pairs, pairs), "", pairs)
            # What is alike may be called by another's name.
            turned = [pair.translate(str.maketrans("abc", "cab")) for pair in pairs]
            self.assertEqual(self.differ(pairs, turned), "", pairs)

    def test_whom_only_relations_tell_apart(self):
        cases = ((["ab", "cd"], ["ab", "cb"]), (["ab", "bc"], ["ab", "cb"]), (["aa", "bc"], ["ab", "bc"]),
                 (["ab", "bc", "cd"], ["ab", "bc", "ca"]), (["ab", "ba", "cd", "de"], ["ab", "bc", "ca", "de"]))
        for one, other in cases:
            self.assertIn("others than in the registers", self.differ(one, other), (one, other))

    def test_two_columns_of_one_row_belong_together(self):
        one = [("a", "b", "c"), ("a", "d", "e")]
        other = [("a", "b", "e"), ("a", "d", "c")]
        self.assertEqual(self.differ(one, one, values={"b": "3", "c": "4"}), "")
        self.assertIn("others", self.differ(one, other, values={"b": "3", "c": "4"}))
        self.assertIn("r.spouse: ", self.differ(one, [("a", "c", "b"), ("a", "e", "d")], values={"b": "3", "c": "4"}))

    def test_counts_alone_where_people_are_others(self):
        told = relations.differences(self.join(["ab"], values={"a": "5"}), self.join(["ac", "ab"], values={"a": "6"}))
        self.assertEqual(told, ["r.spouse: 1 rows expected to name somebody, 2 found"])

    def test_whoever_is_removed_is_named_by_nobody(self):
        join = self.join(["ab", "bc", "ca"])
        join.remove({"b", "nobody"})
        self.assertEqual([(who, named) for _, who, _, named in relations.named_rows(join)], [("c", ("a", None))])


class MadeUpDataTests(unittest.TestCase):
    """Whom rows of made-up data name."""

    def write(self, folder, prefix, said, spouses):
        """Two people as a dataset has them, as far as the comparison reads it."""
        people = [prefix + "1", prefix + "2"]
        fields = [{"name": "person"}, {"name": "spouse", "sidos": {"type": "person"}}]
        package = {"sentence": said, "resources": [
            {"name": name, "title": name, "path": f"{name}.csv", "schema": {"fields": fields[:count], "foreignKeys": []}}
            for name, count in (("persons", 1), ("residents", 2))]}
        directory = Path(folder)
        directory.mkdir()
        (directory / "persons.csv").write_text("person\n" + "".join(f"{who}\n" for who in people))
        (directory / "residents.csv").write_text(
            "person,spouse\n" + "".join(f"{who},{other}\n" for who, other in zip(people, spouses)))
        (directory / "datapackage.json").write_text(json.dumps(package))
        (directory / "report.json").write_text(json.dumps({"madeUp": said} if said else {}))
        for name in ("load.py", "load.R", "load.do"):
            (directory / name).write_text(f"# {said}\n" if said else "")
        with contextlib.closing(sqlite3.connect(directory / "dataset.sqlite")) as database:
            database.execute("CREATE TABLE residents (person, spouse)")
            database.execute("CREATE TABLE note (text)")
            database.execute("INSERT INTO note VALUES (?)", (said,))
            database.commit()

    def problems(self, made, true=("true2", "")):
        with tempfile.TemporaryDirectory() as folder:
            one, other = os.path.join(folder, "made"), os.path.join(folder, "true")
            self.write(one, structure.PSEUDONYM, structure.SAID, made)
            self.write(other, "true", "", true)
            return structure.problems(one, other)

    def test_made_up_people_name_made_up_people(self):
        made = structure.PSEUDONYM
        self.assertEqual(self.problems((made + "2", "")), [])
        for wrong in (("", ""), (made + "2", made + "9"), ("131052-308T", made + "1"), ("true1", "")):
            told = self.problems(wrong)
            self.assertEqual(len(told), 1, wrong)
            self.assertIn("residents.spouse of the made-up data", told[0])
        self.assertEqual(self.problems((made + "2", ""), (made + "2", "")), ["the true dataset names people who are made up"])


class Written:
    """A directory as run.sh has it before the round: cards, and the agreement that prepare.py makes of them."""

    roles = {"audit": "mixer", "coordinator": "coordinator", "research": "research"}

    def __init__(self, folder, *options):
        self.out = Path(folder)
        (self.out / "registers").mkdir()
        (self.out / "registers" / "population.json").write_text('{"people": {"total": 66000}}', encoding="utf-8")
        self.names = [line.split("\t")[0] for line in run_prepare("names", *options)[1].splitlines()]
        self.keys = {name: Ed25519PrivateKey.generate() for name in self.names}
        for name, key in self.keys.items():
            (self.out / name).mkdir()
            raw = key.public_key().public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw)
            card = {"id": name, "name": name, "role": self.roles.get(name, "authority"),
                    "signing_key": "ed25519:" + base64.b64encode(raw).decode(), "hpke_key": "xwing:", "tls_pin": "sha256:"}
            (self.out / f"{name}.card.yaml").write_text(
                "".join(f'{field}: "{value}"\n' for field, value in card.items()), encoding="utf-8")
        arguments = ("--out", folder, *options)
        self.text = run_prepare("agreement", *arguments, "--suite", "ristretto255-SHA512")[1]
        (self.out / "agreement.yaml").write_text(self.text, encoding="utf-8")
        run_prepare("configure", *arguments, "--port", "7443")
        (self.out / "dataset").mkdir()
        self.agreement = board.Agreement(self.text.encode())

    def round(self):
        """Author, kind and body of what is posted in a verified round that goes well, as far as the example reads it."""
        stages = list(self.agreement.stages())
        posts = [("coordinator", "RoundOpened", {"agreement": self.agreement.id})]
        posts += [(hop, "Proved", {"register": register, "stage": stage}) for register, stage, hop, _ in stages]
        posts += [(checker, "Checked", {"register": register, "stage": stage})
                  for register, stage, _, checkers in stages for checker in checkers]
        posts += [("coordinator", "Selected", {}), ("audit", "Approved", {})]
        posts += [(node, "Released", {}) for node in self.agreement.ring]
        return posts + [("research", "Received", {}), ("coordinator", "RoundClosed", {})]

    def signed(self, posts, signers=None):
        """The entries' bytes, each signed for its place; `signers` sign in others' names."""
        entries, head, name = [], bytes(32), None
        for number, (author, kind, body) in enumerate(posts):
            value = {"body": body, "by": author, "seen": {"count": number, "head": head.hex()}, "sidos": 1, "type": kind}
            if name:
                value["round"] = name
            payload = json.dumps(value, sort_keys=True, separators=(",", ":")).encode()
            name = name or hashlib.sha256(b"SIDOS-V1 round\0" + payload).hexdigest()
            signer = (signers or {}).get(author, author)
            entries.append(self.keys[signer].sign(b"SIDOS-V1 board entry\0" + payload) + payload)
            head = hashlib.sha256(b"SIDOS-V1 board chain\0" + head + hashlib.sha256(entries[-1]).digest()).digest()
        return entries

    def store(self, entries):
        path = self.out / "coordinator" / "board.sqlite"
        path.unlink(missing_ok=True)
        with contextlib.closing(sqlite3.connect(path)) as database:
            database.execute("CREATE TABLE entry (round INTEGER, number INTEGER, bytes BLOB)")
            database.executemany("INSERT INTO entry VALUES (1, ?, ?)", enumerate(entries, start=1))
            database.commit()


def run_prepare(*arguments):
    """Status and output of prepare.py."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        status = prepare.main(arguments)
    return status, output.getvalue()


class VerifiedRoundTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.mkdtemp()
        cls.addClassCleanup(shutil.rmtree, folder)
        cls.written = Written(folder)
        cls.right = cls.written.round()

    def learned(self, posts=None, entries=None, signers=None):
        self.written.store(entries or self.written.signed(posts or self.right, signers))
        return run_prepare("learned", "--out", str(self.written.out))

    def assertFails(self, result, *words):
        status, output = result
        self.assertEqual(status, 1, output)
        self.assertNotIn("Every step was proved", output)
        for word in words:
            self.assertIn(word, output)

    def test_the_agreement_asks_for_proofs_and_has_a_mixer_without_registers(self):
        self.assertIn("\nverification: full\n", self.written.text)
        self.assertTrue(self.written.agreement.is_verified)
        self.assertEqual(self.written.agreement.mixers, ["audit"])
        self.assertEqual(len(self.written.agreement.ring), 7)
        self.assertNotIn("audit", self.written.agreement.owners.values())
        self.assertNotIn("registers", (self.written.out / "audit" / "config.yaml").read_text(encoding="utf-8"))

    def test_who_proves_and_who_checks(self):
        stages = {(register, stage): (hop, checkers) for register, stage, hop, checkers in self.written.agreement.stages()}
        self.assertEqual(len(stages), 11 * 6)
        # Those whom a register's column names are a list like any other, of the register's owner.
        self.assertEqual(stages["immigrant_residents-spouse", 6], ("omnia", ["audit"]))
        self.assertEqual(stages["kela_benefits-child", 1], stages["kela_benefits", 1])
        self.assertEqual(stages["kela_benefits", 1], ("vero", ["migri", "te", "audit", "omnia", "espoo"]))
        self.assertEqual(stages["kela_benefits", 5], ("omnia", ["espoo", "vero", "migri", "te", "audit"]))
        self.assertEqual(stages["kela_benefits", 6], ("espoo", ["audit"]))
        # The mixer does not check its own work; the first node after it does.
        self.assertEqual(stages["omnia_clients", 6], ("audit", ["espoo"]))

    def test_a_round_with_all_proofs_is_told(self):
        status, output = self.learned()
        self.assertEqual(status, 0, output)
        self.assertIn("Every step was proved and checked", output)
        self.assertRegex(output, r"lists passed on with a proof +66: omnia 9, espoo 8, kela 9, .* audit 11")
        self.assertRegex(output, r"checks of these proofs +286: ")
        self.assertRegex(output, r"selections made again and approved +1: audit 1")
        self.assertRegex(output, r"releases of shares with a proof +7: ")
        self.assertIn("the mixer ", output)

    def test_each_missing_entry_is_told_and_fails(self):
        for kind in ("Proved", "Checked", "Approved", "Released", "Received", "RoundClosed"):
            posts = list(self.right)
            author, _, body = posts.pop(next(index for index, post in enumerate(posts) if post[1] == kind))
            words = "the round did not close" if kind == "RoundClosed" else f"{author} posted no {kind}"
            self.assertFails(self.learned(posts), words, body.get("register", ""))

    def test_a_round_without_any_proof_does_not_pass_for_a_verified_one(self):
        posts = [post for post in self.right if post[1] not in ("Proved", "Checked", "Approved")]
        result = self.learned(posts)
        self.assertFails(result, f"and {66 + 286 + 1 - prepare.TOLD} more")
        self.assertRegex(result[1], r"selections made again and approved +0: nobody")

    def test_another_may_not_approve_in_the_mixers_place(self):
        posts = [("coordinator" if kind == "Approved" else author, kind, body) for author, kind, body in self.right]
        self.assertFails(self.learned(posts), "audit posted no Approved")
        self.assertFails(self.learned(signers={"audit": "coordinator"}), "is not signed by audit")

    def test_an_approval_after_the_release_comes_too_late(self):
        approval = next(post for post in self.right if post[1] == "Approved")
        posts = [post for post in self.right if post != approval]
        self.assertFails(self.learned(posts[:-1] + [approval] + posts[-1:]), "a Released before the last Approved")

    def test_a_complaint_fails(self):
        complaint = ("kela", "Complained", {"against": "coordinator", "code": "selection.wrong"})
        self.assertFails(self.learned(self.right[:-1] + [complaint] + self.right[-1:]), "selection.wrong")

    def test_a_board_that_was_altered_is_not_believed(self):
        entries = self.written.signed(self.right)
        moved = entries[:5] + [entries[6], entries[5]] + entries[7:]
        self.assertFails(self.learned(entries=moved), "signed for another place")
        self.assertFails(self.learned(entries=entries[:8] + entries[9:]), "signed for another place")
        broken = entries[:8] + [entries[8].replace(b'"stage":', b'"stagf":')] + entries[9:]
        self.assertFails(self.learned(entries=broken), "is not signed by")
        self.assertFails(self.learned(entries=entries[:8] + [b"x" * 80]), "malformed")

    def test_the_board_of_another_agreement_says_nothing(self):
        posts = [("coordinator", "RoundOpened", {"agreement": "00" * 32})] + self.right[1:]
        self.assertFails(self.learned(posts), "no round of this agreement")
        (self.written.out / "coordinator" / "board.sqlite").unlink()
        self.assertFails(run_prepare("learned", "--out", str(self.written.out)), "can't be judged")

    def test_without_verification_there_is_no_mixer_and_nothing_is_claimed(self):
        with tempfile.TemporaryDirectory() as folder:
            written = Written(folder, "--unverified")
            self.assertIn("\nverification: off\n", written.text)
            self.assertEqual(len(written.names), 8)
            self.assertNotIn("audit", written.text)
            status, output = run_prepare("learned", "--out", folder)
            self.assertEqual(status, 0, output)
            self.assertIn("Nothing was proved", output)
            self.assertNotIn("mixer", output)

    def test_other_suites_need_unverified(self):
        arguments = ("agreement", "--out", str(self.written.out), "--suite", "P256-SHA256")
        with self.assertRaisesRegex(SystemExit, "add --unverified"):
            run_prepare(*arguments)
        with tempfile.TemporaryDirectory() as folder:
            ended = subprocess.run([os.path.join(HERE, "run.sh"), "--suite", "P256-SHA256", "--output", folder],
                                   capture_output=True, text=True)
            self.assertEqual(ended.returncode, 64)
            self.assertIn("For P256-SHA256 add --unverified", ended.stderr)
            self.assertTrue(os.path.isdir(folder))


class YearsTests(unittest.TestCase):
    """The study of three years: its deliveries, and what the check of pseudonyms and of stored values finds."""

    def test_deliveries_add_up(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder)
            generate.generate(str(out / "registers"), 5, SIZES)
            years.split(out)
            for register in prepare.study()["registers"]:
                column = (years.WHOLE | years.GROWING)[register["id"]]
                whole, *parts = [sorted(map(str, oracle.source_rows(directory, register["source"],
                                                                    [register["identity"], column])))
                                 for directory in (out / "registers", *(years.registers_of(out, year) for year in years.YEARS))]
                if register["id"] in years.GROWING:
                    self.assertEqual(sorted(sum(parts, [])), whole, register["id"])
                    self.assertTrue(all(parts))
                else:
                    self.assertEqual(parts[-1], whole, register["id"])
                    self.assertLess(len(parts[0]), len(parts[1]))
                    self.assertLess(len(parts[1]), len(whole))
            gone = years.withdrawing(out)
            self.assertNotEqual(gone["omnia"], gone["kela"])
            # Others' rows lose their relation when the client withdraws.
            join, _ = oracle.join(years.study(2024), years.registers_of(out, 2024))
            before = sum(relations.counts(join).values())
            rows = [named for _, who, _, named in relations.named_rows(join) if who != gone["omnia"]]
            self.assertTrue(any(gone["omnia"] in named for named in rows))
            years.without(join, {gone["omnia"]})
            self.assertLess(0, sum(relations.counts(join).values()))
            self.assertLess(sum(relations.counts(join).values()), before)

    @staticmethod
    def joins(names):
        """Two years of people 0 to 4, who have rows of their own; `names` says what the second year calls them."""
        made = []
        for called in (list(range(5)), names):
            join = oracle.Join(["all"])
            tally = join.tallies["rows"] = oracle.Tally(["value"])
            for person, name in enumerate(called):
                join.persons[name] = (True,)
                tally.add(name, (str(person),))
            made.append(join)
        return made

    def test_another_pseudonym_is_found(self):
        def always(_):
            return True

        expected = years.lives(self.joins([0, 1, 2, 3, 4]), always)
        self.assertEqual(years.lives(self.joins([0, 1, 2, 3, 4]), always), expected)
        self.assertNotEqual(years.lives(self.joins([1, 0, 2, 3, 4]), always), expected)
        self.assertNotEqual(years.lives(self.joins([0, 1, 2, 3, 9]), always), expected)
        # Who has another one in every year is somebody else.
        self.assertEqual(sum(years.lives(self.joins([0, 1, 2, 3, 4]), lambda who: who > 0).values()), 6)

    def test_rows_of_former_years_name_whom_they_named_then(self):
        kela = "kela_benefits"

        def year(people, *rows):
            join = oracle.Join(["all"])
            join.persons = dict.fromkeys(people, (True,))
            tally = join.tallies[kela] = oracle.Tally(["child"], ["child"])
            for who, other in rows:
                tally.add(who, (other,), join.persons)
            return join

        own = ("kela", "t")
        # b comes later, c leaves, d withdraws; a temporary code is another person in every round.
        joins = [year("acd" "e", ("a", "b"), ("a", "c"), ("a", "d"), ("e", "a")),
                 year(["a", "b", "d", "e", own], ("a", "e"), ("a", own)),
                 year(["a", "b", "d", "e", own], ("b", "a"), ("a", own), ("d", "a"))]
        joins = [years.without(join, {"d"}) for join in joins]
        spec = {"registers": [{"id": kela}]}
        whole = years.together(spec, joins)
        self.assertEqual({(who, named) for _, who, _, (named,) in relations.named_rows(whole)},
                         {("e", "a"), ("a", "e"), ("b", "a"), ("a", own)})
        self.assertEqual(relations.counts(whole), {(kela, "child"): 4})

    def test_a_value_that_comes_again_is_found(self):
        with tempfile.TemporaryDirectory() as folder:
            value = bytes(range(40, 72))
            for name, start in (("a" * 64, 16), ("b" * 64, 0)):
                path = Path(folder, "rounds", name, "streams", "1.chunk")
                path.parent.mkdir(parents=True)
                path.write_bytes(os.urandom(100 + start) + bytes(64))
            self.assertEqual(repeats.problems(folder), [])
            for name, start in (("a" * 64, 16), ("b" * 64, 7)):
                Path(folder, "rounds", name, "streams", "2.chunk").write_bytes(os.urandom(start) + value + os.urandom(9))
            told = repeats.problems(folder)
            self.assertEqual(len(told), 1)
            self.assertNotIn(value.hex()[:16], told[0])
            self.assertIn("bbbb", told[0])
            shutil.rmtree(Path(folder, "rounds", "b" * 64))
            self.assertEqual(len(repeats.problems(folder)), 1)


if __name__ == "__main__":
    unittest.main()
