#!/usr/bin/env python3
"""Writes what the operators of the Espoo study would write by hand: agreement, configurations, and a table at the end.

    prepare.py names                                   participant ids and names, tab-separated, in ring order
    prepare.py agreement --out DIR --suite SUITE       the agreement, from study.json and the participants' cards
    prepare.py configure --out DIR --port PORT [--postgresql PORT]
                                                       config.yaml of every participant; some read from PostgreSQL
    prepare.py learned --out DIR                       what each party learned, and where the files are
"""

import argparse
import json
import math
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAMES = [
    ("omnia", "Omnia Skills Centre"),
    ("espoo", "City of Espoo"),
    ("kela", "Social Insurance Institution of Finland (Kela)"),
    ("vero", "Finnish Tax Administration"),
    ("migri", "Finnish Immigration Service"),
    ("te", "Employment services"),
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


def study():
    return json.loads((HERE / "study.json").read_text(encoding="utf-8"))


def card(out, participant):
    return (out / f"{participant}.card.yaml").read_text(encoding="utf-8")


def people_cap(out):
    """A cap that fits the generated population, with room for the dummies that pad a register."""
    counts = json.loads((out / "registers" / "population.json").read_text(encoding="utf-8"))
    return max(1000, math.ceil(counts["people"]["total"] * 1.25))


def agreement(out, suite):
    spec = study()
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
        "rounds_allowed: 3",
        "release: rows",
        "vault_access: whole",
        "padding: padme",
        "cell_bytes: 1024",
        "smallest_cell: 5",
        "count_rounding: 5",
        "deadline_minutes: 600",
        "retention_days: 30",
        "match_keys: [identity_code]",
        "participants:",
    ]
    for participant, _ in NAMES:
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
    lines.append(f"disclosure: {json.dumps(spec['disclosure'])}")
    lines.append((HERE / "notice.yaml").read_text(encoding="utf-8").rstrip("\n"))
    print("\n".join(lines))


def pin(out):
    for line in card(out, "coordinator").splitlines():
        if line.startswith("tls_pin:"):
            return line.split(":", 1)[1].strip().strip('"')
    raise SystemExit("the coordinator's card has no tls_pin")


def configure(out, port, postgresql=None):
    spec = study()
    connection = f"coordinator:\n  url: https://localhost:{port}\n  pin: \"{pin(out)}\"\n"
    for participant, _ in NAMES:
        if participant == "coordinator":
            text = (
                "sidos_coordinator: 1\n"
                f"listen: {{host: 127.0.0.1, port: {port}}}\n"
                f"operations: {{host: 127.0.0.1, port: {port + 37}}}\n"
            )
        elif participant == "research":
            text = "sidos_research: 1\n" + connection
        else:
            text = "sidos_node: 1\n" + connection
            if participant in spec["never_release"]:
                listed = spec["never_release"][participant]
                path = (out / "registers" / listed["path"]).resolve()
                text += f"never_release:\n  - csv: {{file: \"{path}\"}}\n    identity: {listed['column']}\n"
            text += "registers:\n"
            for register in spec["registers"]:
                if register["owner"] != participant:
                    continue
                source = register["source"]
                path = (out / "registers" / source["path"]).resolve()
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
        target = out / participant / "config.yaml"
        target.write_text(text, encoding="utf-8")
        target.chmod(0o600)


def learned(out):
    report = json.loads((out / "dataset" / "report.json").read_text(encoding="utf-8"))
    rows = [
        ("each authority", "the sizes of the padded lists, nothing about who is in another register"),
        ("the coordinator", "padded sizes, and how anonymous tags overlap; it can open no row"),
        ("the research environment", "the rows of the selected people, under pseudonyms, and nobody else's"),
    ]
    for who, what in rows:
        print(f"  {who:<26}{what}")
    print(f"\n  agreement        {out / 'agreement.yaml'} (in plain words: {out / 'agreement.txt'})")
    print(f"  notices          {out / 'notice'}: what the people concerned are told, in Finnish, Swedish and English")
    print(f"  logs             {out}/*.log")
    print(f"  sealed material  {out / 'coordinator'}")
    print(f"  dataset          {out / 'dataset'}: {', '.join(sorted(p.name for p in (out / 'dataset').iterdir()))}")
    return report


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("names")
    for name in ("agreement", "configure", "learned"):
        command = commands.add_parser(name)
        command.add_argument("--out", type=Path, required=True)
        if name == "agreement":
            command.add_argument("--suite", required=True)
        if name == "configure":
            command.add_argument("--port", type=int, required=True)
            command.add_argument("--postgresql", type=int, metavar="PORT")
    arguments = parser.parse_args()
    if arguments.command == "names":
        for participant, name in NAMES:
            print(f"{participant}\t{name}")
    elif arguments.command == "agreement":
        agreement(arguments.out, arguments.suite)
    elif arguments.command == "configure":
        configure(arguments.out, arguments.port, arguments.postgresql)
    else:
        learned(arguments.out)


if __name__ == "__main__":
    main()
