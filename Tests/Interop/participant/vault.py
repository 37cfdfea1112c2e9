"""Rows, cells, vaults and surveys (P-44 to P-48)."""

import csv
import datetime
import os
import re
import zlib

import hpke
from identity import Unusable, identity
from wire import canonical, hkdf, hkdf_expand, hkdf_extract, label, sha256, u16, u32, u64

SURVEY_BYTES = 16_384
REASONS = ["missing", "malformed", "impossible_date", "future_birth_date", "reserved_number", "wrong_check_character",
           "several_codes"]


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


class Source:
    """A register as its owner keeps it: a CSV file with a column of codes."""

    def __init__(self, path, register, owner, opened, identity_column):
        self.people, self.refused, self.rows = {}, {}, 0
        self.official = self.temporary = 0
        with open(path, encoding="utf-8", newline="") as file:
            for line in csv.DictReader(file):
                self.rows += 1
                try:
                    code, is_official = identity(line[identity_column], owner, opened)
                except Unusable as reason:
                    self.refused[str(reason)] = self.refused.get(str(reason), 0) + 1
                    continue
                self.official += is_official
                self.temporary += not is_official
                row = b"".join(value_bytes(line[name], kind, nullable) for name, kind, nullable in register.columns)
                self.people.setdefault(code, []).append(row)

    def survey(self, releases):
        """P-48's text. Columns of `quality` are not known here, so nothing is broken down by them."""
        missing = self.refused.get("missing", 0)
        codes = {
            "invalid": sum(self.refused.values()) - missing, "missing": missing, "official": self.official,
            "repaired": 0, "temporary": self.temporary,
        }
        kept = self.rows - sum(self.refused.values())
        return {
            "codes": codes, "groups": [], "history": {"codes": 0, "conflicts": 0, "cycles": 0, "people": 0},
            "keys": [], "people": len(self.people), "refused": dict(self.refused), "rowsKept": kept,
            "rowsRead": self.rows, "years": [],
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
