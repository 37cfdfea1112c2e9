"""Rows, cells, vaults and surveys (P-44 to P-48)."""

import collections
import csv
import datetime
import os
import re
import zlib

import hpke
import recipes
from identity import Unusable, identity
from wire import canonical, hkdf, hkdf_expand, hkdf_extract, label, u16, u32

SURVEY_BYTES = 16_384
# Among the names of a source's columns, which are those of match fields else.
CODE = "identity code"


def value_bytes(text, kind, nullable):
    """P-45, of a value as a CSV file has it."""
    if text == "":
        if not nullable:
            raise ValueError("a value is missing where the agreement has none missing")
        return b"\0"
    if kind == "integer":
        data = int(text).to_bytes(8, "big", signed=True)
    elif kind == "decimal":
        if not re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text) or len(text) > 64:
            raise ValueError("not a decimal number")
        data = u32(len(text)) + text.encode()
    elif kind == "date":
        day = datetime.date.fromisoformat(text)
        data = u16(day.year) + bytes([day.month, day.day])
    elif kind == "boolean":
        data = bytes([{"false": 0, "true": 1}[text]])
    else:
        data = u32(len(text.encode())) + text.encode()
    return b"\1" + data


class Person:
    """Somebody of a register: what identifies them under each match key, and their rows."""

    def __init__(self, code, record, is_official):
        self.code, self.record, self.rows = code, record, []
        # P-81: what a pseudonym that lasts follows from.
        self.lasting = code if is_official else None

    def values(self, keys):
        """By match key, the values that are hashed; a key may have fewer than it could."""
        return [([self.code] if self.code else []) if recipe is None else recipes.values(recipe, count, self.record)
                for _, recipe, count in keys]


class Source:
    """A register as its owner keeps it: a CSV file with columns of codes and match fields."""

    def __init__(self, path, register, agreement, owner, opened, columns):
        self.agreement, self.found, self.refused, self.rows = agreement, {}, {}, 0
        self.codes = {"invalid": 0, "missing": 0, "official": 0, "repaired": 0, "temporary": 0}
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                self.rows += 1
                texts = {name: line[columns[name]] for name, _ in agreement.match_fields}
                record = recipes.Record(agreement.match_fields, texts)
                code, is_official, reason = None, False, None
                try:
                    code, is_official = identity(line[columns[CODE]], owner, opened)
                    self.codes["official" if is_official else "temporary"] += 1
                except Unusable as unusable:
                    reason = str(unusable)
                    self.codes["missing" if reason == "missing" else "invalid"] += 1
                if reason is not None and record.is_empty:
                    # Nothing says who it is about.
                    self.refused[reason] = self.refused.get(reason, 0) + 1
                    continue
                row = b"".join(value_bytes(line[name], kind, nullable) for name, kind, nullable in register.columns)
                self.found.setdefault(code or record.key, Person(code, record, is_official)).rows.append(row)

    @property
    def people(self):
        return list(self.found.values())

    def survey(self):
        """P-48's text. Columns of `quality` are not known here, so nothing is broken down by them."""
        return {
            "codes": self.codes, "groups": [], "history": {"codes": 0, "conflicts": 0, "cycles": 0, "people": 0},
            "keys": self.keys(), "people": len(self.found), "refused": self.refused,
            "rowsKept": self.rows - sum(self.refused.values()), "rowsRead": self.rows, "years": [],
        }

    def keys(self):
        if len(self.agreement.match_keys) == 1:
            return []
        made = []
        for values in zip(*(person.values(self.agreement.match_keys) for person in self.people)):
            every = collections.Counter(value for own in values for value in set(own))
            shared = sum(any(every[value] > 1 for value in own) for own in values)
            made.append({"present": sum(bool(own) for own in values), "shared": shared})
        return made


class Withdrawn:
    """P-95: who withdraws from the study, by a CSV file with a column of codes; nobody without one."""

    def __init__(self, path, owner, opened, columns):
        self.people = []
        if path is None:
            return
        with open(path, encoding="utf-8", newline="") as file:
            codes = {identity(line[columns[CODE]], owner, opened) for line in csv.DictReader(file)}
        for code, is_official in sorted(codes):
            if is_official:
                person = Person(None, recipes.Record([], {}), False)
                person.lasting = code
                self.people.append(person)

    def survey(self):
        return {
            "codes": dict.fromkeys(("invalid", "missing", "official", "repaired", "temporary"), 0), "groups": [],
            "history": {"codes": 0, "conflicts": 0, "cycles": 0, "people": 0}, "keys": [], "people": 0, "refused": {},
            "rowsKept": 0, "rowsRead": 0, "years": [],
        }


def sealed_survey(text, secret, round_id, register):
    """Canonical JSON, filled up with spaces and sealed to the research environment."""
    plaintext = canonical(text).ljust(SURVEY_BYTES)
    key = hkdf(secret, round_id, label("survey") + register.encode(), 32)
    return hpke.AESGCM(key).encrypt(bytes(12), plaintext, b"")


def payload(rows, is_dummy):
    """P-46, before it is filled up."""
    data = b"".join(rows)
    stream = zlib.compress(data)
    return b"\1" + bytes([is_dummy]) + u32(len(rows)) + u32(len(data)) + u32(len(stream)) + stream


def cells(content, secret, vault_secret, round_id, register, cell_bytes):
    """The cells of one person's payload."""
    size = cell_bytes - 32
    content += bytes(-len(content) % size)
    context = label("cell") + round_id + register.encode() + b"\0"
    root = hkdf_extract(context, secret + vault_secret)
    made = []
    for number in range(len(content) // size):
        handle = hkdf_expand(root, b"handle" + u32(number), 16)
        key = hkdf_expand(root, b"key" + u32(number), 32)
        piece = content[size * number : size * (number + 1)]
        made.append(handle + hpke.AESGCM(key).encrypt(bytes(12), piece, context + u32(number)))
    return made


def random_cells(count, cell_bytes):
    return [os.urandom(cell_bytes) for _ in range(count)]
