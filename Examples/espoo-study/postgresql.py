#!/usr/bin/env python3
"""Two authorities of the Espoo study keep their registers in PostgreSQL: a server of the example's own, filled from the
generated files.

    postgresql.py serve --out DIR --port PORT     makes the server, fills it, and serves until its standard input ends

As an agency would: each authority has a database of its own, in it a schema with a view of what the study needs, and a role that
may read the view and nothing else; TLS with a certificate that the node checks; passwords in files that the node alone reads.
Writes DIR/postgresql/ca.crt, DIR/<authority>/pgpass, and DIR/postgresql/ready when all is there.
"""

import argparse
import csv
import glob
import io
import os
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.dont_write_bytecode = True

from espoo_study.oracle import source_rows  # noqa: E402
from prepare import IN_POSTGRESQL, study  # noqa: E402

TYPES = {"integer": "integer", "decimal": "numeric", "date": "date", "boolean": "boolean"}


class Trouble(Exception):
    pass


def binaries():
    found = [Path(path).parent for path in glob.glob("/usr/lib/postgresql/*/bin/initdb")]
    if not found:
        raise Trouble("PostgreSQL's server programs are not in /usr/lib/postgresql: run scripts/setup.sh")
    return max(found, key=lambda path: int(re.sub("[^0-9]", "", path.parent.name) or 0))


def as_server(command):
    """PostgreSQL refuses to run as root; Debian's package makes an account for it."""
    return ["runuser", "-u", "postgres", "--", *map(str, command)] if os.geteuid() == 0 else list(map(str, command))


def run(command, text=None):
    result = subprocess.run(list(map(str, command)), input=text, capture_output=True, text=True, cwd="/")
    if result.returncode:
        raise Trouble(f"{Path(str(command[0])).name} failed: {result.stderr.strip()[-500:]}")
    return result.stdout


def give(path):
    if os.geteuid() == 0:
        shutil.chown(path, "postgres", "postgres")


def certificates(folder, authority):
    """A certificate for `localhost` by an authority whose key is thrown away."""
    curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    run(["openssl", "req", "-x509", *curve, "-days", 2, "-subj", "/CN=Example authority", "-keyout", folder / "ca.key",
         "-out", authority])
    run(["openssl", "req", *curve, "-subj", "/CN=localhost", "-keyout", folder / "server.key", "-out", folder / "server.csr"])
    (folder / "names").write_text("subjectAltName=DNS:localhost\n")
    run(["openssl", "x509", "-req", "-in", folder / "server.csr", "-CA", authority, "-CAkey", folder / "ca.key",
         "-CAcreateserial", "-CAserial", folder / "serial", "-days", 2, "-extfile", folder / "names", "-out",
         folder / "server.crt"])
    (folder / "ca.key").unlink()
    (folder / "server.key").chmod(0o600)
    give(folder / "server.key")


def make(programs, folder, authority, port):
    run(as_server([programs / "initdb", "--pgdata", folder / "data", "--username", "postgres", "--auth", "trust",
                   "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync"]))
    certificates(folder, authority)
    (folder / "data/pg_hba.conf").write_text("local all postgres trust\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
    (folder / "data/postgresql.conf").write_text(
        f"listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{folder}'\nfsync = off\n"
        f"ssl = on\nssl_cert_file = '{folder}/server.crt'\nssl_key_file = '{folder}/server.key'\n"
    )


def fill(programs, folder, port, out, spec, owner):
    def psql(database, text):
        run([programs / "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-h", folder, "-p", port, "-U", "postgres", "-d",
             database, "-f", "-"], text)

    password = secrets.token_urlsafe(24)
    role = f"sidos_{owner}"
    psql("postgres", f"CREATE DATABASE {owner};\nCREATE ROLE {role} LOGIN PASSWORD '{password}' CONNECTION LIMIT 4;")
    psql(owner, f"CREATE SCHEMA sidos; GRANT USAGE ON SCHEMA sidos TO {role};")
    for register in spec["registers"]:
        if register["owner"] != owner:
            continue
        columns = register["columns"]
        names = [column["name"] for column in columns]
        declared = ", ".join(f'"{column["name"]}" {TYPES.get(column["type"], "text")}' for column in columns)
        lines = io.StringIO()
        csv.writer(lines, lineterminator="\n").writerows(source_rows(str(out / "registers"), register["source"], names))
        table = register["id"]
        psql(owner, f"CREATE TABLE {table} ({declared});\nCOPY {table} FROM STDIN (FORMAT csv);\n{lines.getvalue()}\\.\n")
        psql(owner, f"CREATE VIEW sidos.{table} AS SELECT * FROM {table}; GRANT SELECT ON sidos.{table} TO {role};")
    target = out / owner / "pgpass"
    target.touch(mode=0o600)
    target.write_text(f"localhost:{port}:{owner}:{role}:{password}\n", encoding="utf-8")


def serve(out, port):
    programs = binaries()
    told = out / "postgresql"
    told.mkdir()
    # Elsewhere than `out`, which others than its owner may not enter, and short enough for a socket's path.
    folder = Path(tempfile.mkdtemp(prefix="sidos-espoo-", dir="/tmp"))
    give(folder)
    server = None
    try:
        make(programs, folder, (told / "ca.crt").resolve(), port)
        with open(told / "log", "wb") as log:
            server = subprocess.Popen(as_server([programs / "postgres", "-D", folder / "data"]), stdin=subprocess.DEVNULL,
                                      stdout=log, stderr=log, cwd="/", start_new_session=True)
        for _ in range(300):
            if server.poll() is not None:
                raise Trouble(f"the server ended: {(told / 'log').read_text(encoding='utf-8', errors='replace')[-500:]}")
            if not subprocess.run([programs / "pg_isready", "-q", "-h", folder, "-p", str(port)]).returncode:
                break
            time.sleep(0.1)
        for owner in IN_POSTGRESQL:
            fill(programs, folder, port, out, study(), owner)
        (told / "ready").touch()
        sys.stdin.read()
    finally:
        if server and server.poll() is None:
            subprocess.run(as_server([programs / "pg_ctl", "stop", "-D", folder / "data", "-m", "fast"]), cwd="/",
                           stdout=subprocess.DEVNULL)
            server.wait()
        shutil.rmtree(folder, ignore_errors=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    command = parser.add_subparsers(dest="command", required=True).add_parser("serve")
    command.add_argument("--out", type=Path, required=True)
    command.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    # The terminal's Ctrl-C is for whoever started this, who then closes its standard input.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        serve(arguments.out, arguments.port)
    except (Trouble, OSError) as problem:
        print(f"postgresql.py: {problem}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
