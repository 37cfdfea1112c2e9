"""Registers of invented people and the agreement, for `rounds.py`."""

import datetime
import random

CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
RELEASED = 1_000
SERVICES = ["counselling", "language course", "work trial", "skills test"]


def code(index):
    """A valid code for each index: 898 numbers a day, from 1950 on."""
    day = datetime.date(1950, 1, 1) + datetime.timedelta(days=index // 898)
    digits = f"{day:%d%m%y}"
    number = f"{2 + index % 898:03d}"
    sign = "-" if day.year < 2000 else "A"
    return digits + sign + number + CHECK_CHARACTERS[int(digits + number) % 31]


def write_register(path, node, people):
    """The first half is the same in every register, the second the node's own."""
    half = people // 2
    own = half + node * (people - half)
    indices = list(range(half)) + list(range(own, own + people - half))
    randomness = random.Random(node)
    randomness.shuffle(indices)
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write("hetu,start_date,service\r\n")
        for index in indices:
            row = randomness.getrandbits(16)
            file.write(f"{code(index)},20{10 + row % 15}-{1 + row % 12:02d}-{1 + row % 28:02d},{SERVICES[row % 4]}\r\n")


def write_agreement(path, cards, nodes, people, release):
    registers = [f"register_{node}" for node in range(nodes)]
    lines = [
        "sidos_agreement: 1",
        'study: {id: benchmark, title: "Benchmark", purpose: "To measure a round", legal_basis: "None", permit: "None"}',
        "valid: {from: 2020-01-01, until: 2099-12-31}",
        "suite: ristretto255-SHA512",
        "rounds_allowed: 1",
        f"release: {'rows' if release else 'none'}",
        "padding: padme",
        "deadline_minutes: 600",
        "retention_days: 0",
        "match_keys: [identity_code]",
    ]
    if nodes == 2:
        lines.append("two_parties_acknowledged: true")
    lines.append("participants:")
    for card in cards:
        body = [line for line in card.splitlines() if line.strip() and not line.startswith("#")]
        lines += ["  - " + body[0]] + ["    " + line for line in body[1:]]
    lines.append("registers:")
    for node, register in enumerate(registers):
        lines += [f"  - id: {register}", f'    title: "Register {node}"', f"    owner: node{node}",
                  f"    max_people: {people}"]
        if release:
            lines += ["    released_for: [drawn]", "    columns:",
                      '      - {name: start_date, type: date, title: "Start"}',
                      '      - {name: service, type: code, title: "Service"}']
    everybody = " intersect ".join(registers)
    expression, cap = (f"sample({everybody}, {RELEASED})", RELEASED) if release else (everybody, people)
    lines += ["cohorts:", "  - id: drawn", '    title: "In all registers"', f"    expression: {expression}",
              f"    max_people: {cap}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
