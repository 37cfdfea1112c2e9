"""Writes register files row by row: CSV and SQLite, each through a window that mixes the rows of different people."""

import csv
import os
import sqlite3

WINDOW = 4096
BATCH = 2000


class Mixed:
    """Hands rows on in a slightly shuffled order, so that no reader can count on a person's rows being neighbours."""

    def __init__(self, rng, take):
        self.random, self.take, self.window, self.count = rng.random, take, [], 0

    def add(self, row):
        self.count += 1
        window = self.window
        if len(window) < WINDOW:
            window.append(row)
            return
        slot = int(self.random() * WINDOW)
        self.take(window[slot])
        window[slot] = row

    def finish(self):
        for row in self.window:
            self.take(row)
        self.window = []


class CSVRegister:
    """A CSV file: RFC 4180 quoting, the delimiter, byte order mark and line ends of the authority's own export."""

    def __init__(self, path, columns, rng, delimiter=",", mark=False, line_end="\n"):
        self.file = open(path, "w", encoding="utf-8-sig" if mark else "utf-8", newline="")
        writer = csv.writer(self.file, delimiter=delimiter, lineterminator=line_end)
        writer.writerow(columns)
        self.rows = Mixed(rng, writer.writerow)
        self.add = self.rows.add

    def finish(self):
        self.rows.finish()
        self.file.close()
        return self.rows.count


class SQLiteRegister:
    """A database with the tables of one authority."""

    def __init__(self, path, schema, tables, rng):
        if os.path.exists(path):
            os.remove(path)
        self.database = sqlite3.connect(path, isolation_level=None)
        self.database.executescript("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;" + schema + "BEGIN;")
        self.tables = {table: _Batch(self.database, table, width, rng) for table, width in tables.items()}

    def adder(self, table):
        return self.tables[table].rows.add

    def finish(self):
        for table in self.tables.values():
            table.finish()
        self.database.execute("COMMIT")
        self.database.close()
        return {name: table.rows.count for name, table in self.tables.items()}


class _Batch:
    def __init__(self, database, table, width, rng):
        self.database = database
        self.statement = f"INSERT INTO {table} VALUES ({', '.join('?' * width)})"
        self.batch = []
        self.rows = Mixed(rng, self._take)

    def _take(self, row):
        self.batch.append(row)
        if len(self.batch) == BATCH:
            self._flush()

    def _flush(self):
        self.database.executemany(self.statement, self.batch)
        self.batch = []

    def finish(self):
        self.rows.finish()
        self._flush()
