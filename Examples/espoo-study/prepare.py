#!/usr/bin/env python3
"""Writes what the operators of the Espoo study would write by hand: agreement, configurations, and a table at the end.

    prepare.py names                                   participant ids and names, tab-separated, in ring order
    prepare.py agreement --out DIR --suite SUITE       the agreement, from study.json and the participants' cards
    prepare.py configure --out DIR --port PORT [--postgresql PORT]
                                                       config.yaml of every participant; some read from PostgreSQL
    prepare.py learned --out DIR                       what each party learned, what was proved, and where the files are

With --unverified, the first three leave out the mixer and do not ask for proofs. `learned` reads from the agreement
whether it asks for them, and from the coordinator's board whether they were given: if any is missing, it fails.
"""

import argparse
import json
import math
import sqlite3
import sys
from pathlib import Path

sys.dont_write_bytecode = True

from espoo_study import board  # noqa: E402

HERE = Path(__file__).resolve().parent
# It owns no register: it helps to blind, checks proofs, and does the coordinator's work again. Its part is invented.
MIXER = "audit"
VERIFIABLE_SUITE = "ristretto255-SHA512"
# Of what is missing on a board, so much is told.
TOLD = 10
NAMES = [
    ("omnia", "Omnia Skills Centre"),
    ("espoo", "City of Espoo"),
    ("kela", "Social Insurance Institution of Finland (Kela)"),
    ("vero", "Finnish Tax Administration"),
    ("migri", "Finnish Immigration Service"),
    ("te", "Employment services"),
    (MIXER, "National Audit Office of Finland"),
    ("coordinator", "Linkage coordinator"),
    ("research", "Research environment"),
]
# Whose registers are in a database server where the example is run so.
IN_POSTGRESQL = ("kela", "vero")
TITLES = {
    "omnia_clients": "Clients of the skills centre",
    "omnia_services": "Service periods at the skills centre",
    "immigrant_residents": "Immigrants who live in Espoo",
    "espoo_services": "Services of the City of Espoo",
    "kela_benefits": "Benefits by year",
    "tax_years": "Income and taxes by year",
    "residence_permits": "Residence permit decisions",
    "job_search": "Periods of job search",
    "te_services": "Employment services by period",
}


def participants(unverified):
    """Ids and names. Without proofs there is nothing for the mixer to approve, so it takes no part."""
    return [(participant, name) for participant, name in NAMES if not (unverified and participant == MIXER)]


def study():
    return json.loads((HERE / "study.json").read_text(encoding="utf-8"))


def card(out, participant):
    return (out / f"{participant}.card.yaml").read_text(encoding="utf-8")


def people_cap(out):
    """A cap that fits the generated population, with room for the dummies that pad a register."""
    counts = json.loads((out / "registers" / "population.json").read_text(encoding="utf-8"))
    return max(1000, math.ceil(counts["people"]["total"] * 1.25))


def notice(unverified):
    text = (HERE / "notice.yaml").read_text(encoding="utf-8").rstrip("\n")
    lines = text.split("\n")
    if unverified:
        lines = [line for line in lines if not line.startswith(f"    {MIXER}: ")]
    return "\n".join(lines)


def agreement_lines(out, spec, members, suite, unverified, more=()):
    """The agreement of these members, as far as the study's registers and cohorts go; `more` stands among its settings."""
    cap = people_cap(out)
    lines = [
        "# The agreement of the Espoo study: what everybody signs.",
        "sidos_agreement: 1",
        "study:",
        "  id: espoo-skills-centre",
        '  title: "Service use of immigrants in Espoo, 2009-2024"',
        '  purpose: "How those who were clients of the skills centre used services, against those who never were"',
        '  legal_basis: "Act on the Secondary Use and scientific research in the public interest (an example)"',
        '  permit: "EXAMPLE/1/2026"',
        "valid: {from: 2026-01-01, until: 2030-12-31}",
        f"suite: {suite}",
        "release: rows",
        "vault_access: whole",
        f"verification: {'off' if unverified else 'full'}",
        "padding: padme",
        "cell_bytes: 1024",
        "smallest_cell: 5",
        "count_rounding: 5",
        "deadline_minutes: 600",
        "retention_days: 30",
        "match_keys: [identity_code]",
        *more,
        "participants:",
    ]
    for participant, _ in members:
        body = [line for line in card(out, participant).splitlines() if line.strip() and not line.startswith("#")]
        lines.append("  - " + body[0])
        lines += ["    " + line for line in body[1:]]
    lines.append("registers:")
    for register in spec["registers"]:
        lines += [
            f"  - id: {register['id']}",
            f"    title: \"{TITLES[register['id']]}\"",
            f"    owner: {register['owner']}",
            f"    released_for: [{', '.join(register['released_for'])}]",
            f"    max_people: {cap}",
            "    max_cells_per_person: 64",
        ]
        lines += [f"    {name}: {register[name]}" for name in ("min_people", "increments", "period") if name in register]
        if "quality" in register:
            lines.append("    quality: {" + ", ".join(f"{key}: {name}" for key, name in register["quality"].items()) + "}")
        # JSON is YAML: what study.json says of rows and of derived columns is what the agreement says.
        if "rows" in register:
            lines.append(f"    rows: {json.dumps(register['rows'])}")
        lines.append("    columns:")
        for column in register["columns"]:
            if not column["released"]:
                continue
            entry = {"name": column["name"], "type": column["type"], "nullable": column["nullable"],
                     "title": column["name"].replace("_", " ").capitalize()}
            if "values" in column:
                entry["values"] = column["values"]
            if "as" in column:
                entry |= {"from": column["name"]} | column["as"]
                if "bands" in column["as"]:
                    entry["title"] = f"{entry['title']} in euros a year"
            lines.append(f"      - {json.dumps(entry)}")
    lines.append("cohorts:")
    for cohort in spec["cohorts"]:
        lines += [
            f"  - id: {cohort['name']}",
            f"    title: \"{cohort['name'].replace('_', ' ').capitalize()}\"",
            f"    expression: {cohort['expression']}",
            f"    max_people: {cap}",
        ]
    return lines


def agreement(out, suite, unverified=False):
    if suite != VERIFIABLE_SUITE and not unverified:
        raise SystemExit(f"prepare.py: rounds can be verified with {VERIFIABLE_SUITE} only; for {suite} add --unverified")
    spec = study()
    lines = agreement_lines(out, spec, participants(unverified), suite, unverified, ["rounds_allowed: 3"])
    lines.append(f"disclosure: {json.dumps(spec['disclosure'])}")
    lines.append(notice(unverified))
    print("\n".join(lines))


def pin(out):
    for line in card(out, "coordinator").splitlines():
        if line.startswith("tls_pin:"):
            return line.split(":", 1)[1].strip().strip('"')
    raise SystemExit("the coordinator's card has no tls_pin")


def configuration(out, participant, spec, registers, port, postgresql=None):
    """What stands in a participant's config.yaml, whose registers are below the folder `registers`."""
    connection = f"coordinator:\n  url: https://localhost:{port}\n  pin: \"{pin(out)}\"\n"
    if participant == "coordinator":
        return (
            "sidos_coordinator: 1\n"
            f"listen: {{host: 127.0.0.1, port: {port}}}\n"
            f"operations: {{host: 127.0.0.1, port: {port + 37}}}\n"
        )
    if participant == "research":
        return "sidos_research: 1\n" + connection
    text = "sidos_node: 1\n" + connection
    if participant == MIXER:
        return text
    if participant in spec["never_release"]:
        listed = spec["never_release"][participant]
        path = (registers / listed["path"]).resolve()
        text += f"never_release:\n  - csv: {{file: \"{path}\"}}\n    identity: {listed['column']}\n"
    text += "registers:\n"
    for register in spec["registers"]:
        if register["owner"] != participant:
            continue
        source = register["source"]
        path = (registers / source["path"]).resolve()
        text += f"  - id: {register['id']}\n    identity: {register['identity']}\n"
        if postgresql and participant in IN_POSTGRESQL:
            text += (
                f"    postgresql:\n      host: localhost\n      port: {postgresql}\n"
                f"      database: {participant}\n      user: sidos_{participant}\n      passfile: pgpass\n"
                f"      sslrootcert: ../postgresql/ca.crt\n      schema: sidos\n      table: {register['id']}\n"
            )
        elif source["kind"] == "csv":
            delimiter = "semicolon" if source["delimiter"] == ";" else "comma"
            text += f"    csv: {{file: \"{path}\", delimiter: {delimiter}}}\n"
        else:
            text += f"    sqlite: {{file: \"{path}\", table: {source['table']}}}\n"
    return text


def write_configuration(out, participant, text):
    target = out / participant / "config.yaml"
    target.write_text(text, encoding="utf-8")
    target.chmod(0o600)


def configure(out, port, postgresql=None, unverified=False):
    for participant, _ in participants(unverified):
        write_configuration(
            out, participant, configuration(out, participant, study(), out / "registers", port, postgresql))


def learned(out):
    agreed = board.Agreement((out / "agreement.yaml").read_bytes())
    rows = [
        ("each authority", "the sizes of the padded lists, nothing about who is in another register"),
        ("the coordinator", "padded sizes, and how anonymous tags overlap; it can open no row"),
        ("the research environment", "the rows of the selected people, under pseudonyms, and nobody else's"),
    ]
    if agreed.mixers:
        rows.insert(1, ("the mixer", "what the coordinator learned, since it did that work again; it can open no row either"))
    for who, what in rows:
        print(f"  {who:<26}{what}")
    print()
    complete = proved(out, agreed)
    print(f"\n  agreement        {out / 'agreement.yaml'} (in plain words: {out / 'agreement.txt'})")
    print(f"  notices          {out / 'notice'}: what the people concerned are told, in Finnish, Swedish and English")
    print(f"  logs             {out}/*.log")
    print(f"  sealed material  {out / 'coordinator'}")
    print(f"  dataset          {out / 'dataset'}: {', '.join(sorted(p.name for p in (out / 'dataset').iterdir()))}")
    return complete


def proved(out, agreed):
    """Tells what was proved and checked, by whom, as the board of the run says it. False if anything is missing."""
    if not agreed.is_verified:
        print("  Nothing was proved: this agreement has verification: off. Each party had to trust that the others")
        print("  followed the protocol.")
        return True
    try:
        name, entries = board.read(out / "coordinator" / "board.sqlite", agreed)
        found = board.Verification(agreed, entries)
    except (OSError, sqlite3.Error, board.BoardProblem) as problem:
        print(f"  ! the board can't be judged: {problem}")
        return False
    print(f"  The board of round {name[:12]} says, in {len(entries)} entries that their authors signed:")
    for what, tally in (("lists passed on with a proof", found.proofs), ("checks of these proofs", found.checks),
                        ("selections made again and approved", found.approvals),
                        ("releases of shares with a proof", found.releases), ("checks of these shares", found.received)):
        by = ", ".join(f"{who} {tally[who]}" for who in agreed.participants if tally[who]) or "nobody"
        print(f"    {what:<36}{tally.total():>4}: {by}")
    for line in found.missing[:TOLD]:
        print(f"  ! {line}")
    if len(found.missing) > TOLD:
        print(f"  ! and {len(found.missing) - TOLD} more")
    if found.missing:
        print("  NOT every step was proved and checked.")
    else:
        print("  Every step was proved and checked. That an owner's list is its register, no proof can show.")
    return not found.missing


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    names = commands.add_parser("names")
    names.add_argument("--unverified", action="store_true")
    for name in ("agreement", "configure", "learned"):
        command = commands.add_parser(name)
        command.add_argument("--out", type=Path, required=True)
        if name != "learned":
            command.add_argument("--unverified", action="store_true")
        if name == "agreement":
            command.add_argument("--suite", required=True)
        if name == "configure":
            command.add_argument("--port", type=int, required=True)
            command.add_argument("--postgresql", type=int, metavar="PORT")
    arguments = parser.parse_args(arguments)
    if arguments.command == "names":
        for participant, name in participants(arguments.unverified):
            print(f"{participant}\t{name}")
    elif arguments.command == "agreement":
        agreement(arguments.out, arguments.suite, arguments.unverified)
    elif arguments.command == "configure":
        configure(arguments.out, arguments.port, arguments.postgresql, arguments.unverified)
    elif not learned(arguments.out):
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
