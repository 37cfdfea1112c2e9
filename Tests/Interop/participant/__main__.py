#!/usr/bin/env python3
"""A participant of its own, written from docs/protocol.md and docs/agreement.md: small, slow, and for tests only.

    participant init DIRECTORY ID                       makes keys and card.yaml
    participant sign DIRECTORY ID AGREEMENT             writes AGREEMENT's signature beside it
    participant join DIRECTORY ID AGREEMENT --url URL --pin PIN --register NAME=FILE … [--misbehave NAME,…]
    participant misbehaviours                           lists what it can do wrong

It takes part in one round as an authority, in ristretto255, with registers in CSV files, matched by Finnish identity
codes and by recipes. Needs Debian's python3, python3-cryptography and python3-yaml. Its secrets are in memory only, so
it does not survive a restart.
"""

import argparse
import base64
import pathlib
import sys

sys.dont_write_bytecode = True
sys.path.insert(1, str(pathlib.Path(__file__).resolve().parent.parent))

import keys as participant_keys
import misbehave
from agreement import Agreement
from exchange import Exchange
from node import Node
from vault import CODE
from wire import log


def arguments():
    parser = argparse.ArgumentParser(prog="participant")
    commands = parser.add_subparsers(dest="command", required=True)
    for name in ("init", "sign", "join"):
        command = commands.add_parser(name)
        command.add_argument("directory", type=pathlib.Path)
        command.add_argument("id")
        if name != "init":
            command.add_argument("agreement", type=pathlib.Path)
        if name == "join":
            command.add_argument("--url", required=True)
            command.add_argument("--pin", required=True, help="the coordinator's, as in its card")
            command.add_argument("--register", action="append", default=[], help="NAME=FILE of CSV")
            command.add_argument("--withdrawn", help="a CSV file of people who withdraw from the study")
            command.add_argument("--identity", default="hetu", help="the column with the identity code")
            command.add_argument("--field", action="append", default=[], help="MATCH FIELD=COLUMN, where they differ")
            command.add_argument("--misbehave", default="", help="names from `misbehaviours`, with commas between")
    commands.add_parser("misbehaviours")
    return parser.parse_args()


def main():
    given = arguments()
    if given.command == "misbehaviours":
        for name in misbehave.NAMES:
            print(name)
        return
    if given.command == "init":
        participant_keys.create(given.directory, given.id, f"Participant {given.id}")
        return
    keys, agreement = participant_keys.Keys(given.directory), Agreement(given.agreement.read_bytes())
    if given.command == "sign":
        path = given.agreement.with_name(f"{given.agreement.stem}.{given.id}.signature.json")
        path.write_text(keys.signature_file(agreement, given.id))
        return
    pin = base64.b64decode(given.pin.removeprefix("sha256:"), validate=True)
    exchange = Exchange(given.url, pin, keys)
    sources = dict(item.split("=", 1) for item in given.register)
    if given.withdrawn:
        sources["withdrawn"] = given.withdrawn
    columns = {name: name for name, _ in agreement.match_fields} | dict(item.split("=", 1) for item in given.field)
    columns[CODE] = given.identity
    names = [name for name in given.misbehave.split(",") if name]
    node = misbehave.made(Node, names)(given.id, agreement, keys, exchange, sources, columns)
    log("joining", misbehaves=names)
    node.run()


if __name__ == "__main__":
    main()
