#!/usr/bin/env python3
"""Measures how fast a node reads a register from each kind of source, and what it takes of memory.

    sources.py --bin DIRECTORY [--rows 1000000] [--json FILE]

One invented table of six columns, the same rows in a CSV file (as it is, compressed, and in UTF-16), in a file of fixed width, in an
SQLite database and in a PostgreSQL server of the script's own (over its Unix socket), these two also through ODBC. Two things are measured of `sidos-node`, each as a process of its own:

- read:  `check --explain … --row N`, which reads and judges every row up to the last and keeps none of them
- check: `check`, which also sorts the rows by person on disk, as a round does

CPU time is the kernel's for the node's process (the server's is not in it), memory the peak of its resident set.
"""

import argparse
import json
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Examples/espoo-study"))

from postgresql import as_server, binaries, give, run  # noqa: E402
from round_inputs import code  # noqa: E402

PLACE = "postgresql: {{host: {folder}, port: 5432, database: postgres, user: postgres, table: t}}"
ODBC = {
    "ODBC SQLite": "odbc: {{connection: 'DRIVER={{SQLite3}};Database={directory}/t.sqlite', table: t}}",
    "ODBC PostgreSQL": "odbc: {{connection: 'DRIVER={{PostgreSQL Unicode}};Servername={folder};Port=5432;Database=postgres;UID=postgres', "
                       "table: t}}",
}


NAMES = ("hetu", "year", "euros", "day", "kind", "note")
WIDTHS = (11, 4, 10, 10, 6, 40)
LAYOUT = ", ".join(f"{{name: {name}, start: {sum(WIDTHS[:index]) + 1}, length: {WIDTHS[index]}}}" for index, name in enumerate(NAMES))


def rows(count):
    for index in range(count):
        yield (code(index // 4), 2009 + index % 16, f"{index % 100_000}.{index % 90 + 10}", f"20{10 + index % 14}-0{index % 9 + 1}-15",
               f"K{index % 500:03}", "a note of some length about nothing")


def write(directory, count):
    with open(directory / "t.csv", "w", encoding="utf-8") as file:
        file.write("hetu,year,euros,day,kind,note\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in rows(count))
    # Line by line: what this process holds counts as its children's peak too.
    with open(directory / "t.csv", encoding="utf-8") as file, open(directory / "t16.csv", "w", encoding="utf-16") as wide:
        wide.writelines(file)
    for program in ("gzip", "zstd"):
        run([program, "--quiet", "--keep", directory / "t.csv"])
    with open(directory / "t.dat", "w", encoding="iso-8859-1") as file:
        file.writelines("".join(str(value).ljust(width) for value, width in zip(row, WIDTHS)) + "\n" for row in rows(count))
    database = sqlite3.connect(directory / "t.sqlite")
    database.execute("CREATE TABLE t (hetu TEXT, year INTEGER, euros TEXT, day TEXT, kind TEXT, note TEXT)")
    database.executemany("INSERT INTO t VALUES (?, ?, ?, ?, ?, ?)", rows(count))
    database.commit()
    database.close()


def start_server(programs, folder, table):
    give(folder)
    run(as_server([programs / "initdb", "--pgdata", folder / "data", "--username", "postgres", "--auth", "trust", "--encoding", "UTF8",
                   "--locale", "C.UTF-8", "--no-sync"]))
    server = subprocess.Popen(
        as_server([programs / "postgres", "-D", folder / "data", "-k", folder, "-c", "listen_addresses=", "-c", "fsync=off"]),
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")
    while subprocess.run([programs / "pg_isready", "-q", "-h", folder], check=False).returncode:
        if server.poll() is not None:
            raise SystemExit("sources.py: the PostgreSQL server did not start")
        time.sleep(0.1)
    run([programs / "psql", "-q", "-h", folder, "-U", "postgres", "-c",
         "CREATE TABLE t (hetu text, year integer, euros numeric, day date, kind text, note text)", "-c",
         f"\\copy t FROM '{table}' (FORMAT csv, HEADER)", "-c", "VACUUM ANALYZE t"])
    return server


def measure(command):
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"sources.py: {command} failed: {output}")
    return {"wall": time.monotonic() - started, "cpu": usage.ru_utime + usage.ru_stime, "peak_mib": usage.ru_maxrss / 1024,
            "output": output}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    programs = binaries()
    directory = Path(tempfile.mkdtemp(prefix="sidos-sources-"))
    folder = Path(tempfile.mkdtemp(prefix="sidos-pg-", dir="/tmp"))
    server = None
    results = []
    try:
        write(directory, arguments.rows)
        server = start_server(programs, folder, directory / "t.csv")
        node = arguments.bin.resolve() / "sidos-node"
        for kind, place in [
            ("CSV", f"csv: {{file: {directory}/t.csv}}"),
            ("CSV gzip", f"csv: {{file: {directory}/t.csv.gz}}"),
            ("CSV zstd", f"csv: {{file: {directory}/t.csv.zst}}"),
            ("CSV UTF-16", f"csv: {{file: {directory}/t16.csv, encoding: utf-16}}"),
            ("fixed width", f"fixed_width: {{file: {directory}/t.dat, encoding: iso-8859-1, layout: [{LAYOUT}]}}"),
            ("SQLite", f"sqlite: {{file: {directory}/t.sqlite, table: t}}"),
            ("PostgreSQL", PLACE.format(folder=folder)),
            *((kind, place.format(directory=directory, folder=folder)) for kind, place in ODBC.items()),
        ]:
            home = directory / kind
            run([node, "init", "--directory", home, "--id", "a", "--name", "A"])
            (home / "config.yaml").write_text(
                "sidos_node: 1\ncoordinator: {url: 'https://localhost:1', pin: 'sha256:" + "A" * 43 + "='}\ncores: 1\n"
                f"registers:\n  - id: t\n    identity: hetu\n    {place}\n")
            (home / "config.yaml").chmod(0o600)
            check = [node, "check", "--directory", home]
            for work, command in [("read", [*check, "--explain", "t", "--row", str(arguments.rows)]), ("check", check)]:
                found = measure(command)
                wanted = f"row {arguments.rows}," if work == "read" else f"{arguments.rows} rows of {arguments.rows} read"
                if wanted not in found.pop("output"):
                    raise SystemExit(f"sources.py: {kind}, {work}: not every row was read")
                results.append({"source": kind, "work": work, "rows": arguments.rows, **found})
                print(f"{kind:<16}{work:<6}{arguments.rows / found['wall']:>12,.0f} rows/s{found['cpu']:>8.2f} s CPU"
                      f"{found['peak_mib']:>8.0f} MiB", flush=True)
    finally:
        if server:
            subprocess.run(as_server([programs / "pg_ctl", "stop", "-D", folder / "data", "-m", "fast"]), cwd="/",
                           stdout=subprocess.DEVNULL, check=False)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)
        shutil.rmtree(directory, ignore_errors=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
