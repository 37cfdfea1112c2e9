"""Registers of invented people and the agreement, for `rounds.py`."""

import datetime
import functools
import itertools
import math
import random

CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
RELEASED = 1_000
SERVICES = ["counselling", "language course", "work trial", "skills test"]
SYLLABLES = [first + second for first in "bdfghjklmnprstv" for second in ("a", "ee", "i", "o", "uu")]
# In every register but the first, one of so many people has no code and another letter in the family name.
UNCODED = 20


@functools.cache
def birth(day):
    """A day from 1950 on: the date, as a code begins, and the code's sign of the century."""
    date = datetime.date(1950, 1, 1) + datetime.timedelta(days=day)
    return date, f"{date:%d%m%y}", "-" if date.year < 2000 else "A"


def code(index):
    """A valid code for each index: 898 numbers a day."""
    _, digits, sign = birth(index // 898)
    number = 2 + index % 898
    return f"{digits}{sign}{number:03d}{CHECK_CHARACTERS[(int(digits) * 1_000 + number) % 31]}"


def name(number, syllables):
    parts = []
    for _ in range(syllables):
        number, part = divmod(number, len(SYLLABLES))
        parts.append(SYLLABLES[part])
    return "".join(parts).capitalize()


def person(index, node, tolerant):
    """What a row of a person begins with."""
    if not tolerant:
        return code(index)
    identity = code(index)
    # As if drawn: 2^32 is no multiple of what it is reduced by.
    family = name(index * 2_654_435_761 % 2**32 % len(SYLLABLES) ** 4, 4)
    given = name(index * 2_246_822_519 % 2**32 % len(SYLLABLES) ** 3, 3)
    if node and (index + node) % UNCODED == 0:
        identity, family = "", family[:-1] + "x"
    # Codes are dense, 898 people a day. Dates of birth are not, or people would resemble each other by them.
    return f"{identity},{family},{given},{birth(index * 7_919 % 16_000)[0]}"


def write_register(path, node, people, rows_each=1, tolerant=False, related=False):
    """The first half is the same in every register, the second the node's own.

    With `related`, each row names the next person of the register.

    People come in an order that has nothing to do with their codes, and each person's rows lie far from each other, as
    in a register that is kept by time.
    """
    half = people // 2
    own = node * (people - half)
    step = next(each for each in itertools.count(int(people * 0.618) + 1) if math.gcd(each, people) == 1)

    def index(place):
        return place if place < half else place + own

    def begin(position):
        place = position * step % people
        begun = person(index(place), node, tolerant)
        return f"{begun},{code(index((place + 1) % people))}" if related else begun

    endings = [f",20{10 + row % 15}-{1 + row % 12:02d}-{1 + row % 28:02d},{SERVICES[row % 4]}\r\n"
               for row in range(1 << 13)]
    randomness = random.Random(node)
    # Held in memory only where they are needed again.
    beginnings = [begin(position) for position in range(people)] if rows_each > 1 else None
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(("hetu,family,given,birth" if tolerant else "hetu") + (",spouse" if related else "")
                   + ",start_date,service\r\n")
        for _ in range(rows_each):
            for start in range(0, people, 10_000):
                block = range(start, min(start + 10_000, people))
                begun = beginnings[block.start:block.stop] if beginnings else map(begin, block)
                ends = randomness.choices(endings, k=len(block))
                file.write("".join([one + other for one, other in zip(begun, ends)]))


MATCHING = """normalisation: sidos-2
match_fields:
  - {name: family, kind: family_name}
  - {name: given, kind: given_names}
  - {name: birth, kind: date}
match_keys: [identity_code]
tolerant_matching:
  tokens: 20
  agree: 2
  bits: 80
  most_frequent: 60
  groups:
    - name: record
      features: [bigrams(family), bigrams(given), 2 parts(birth), 2 pairs(birth)]
  patterns: [[record, record, record]]"""


def write_agreement(path, cards, nodes, people, release, suite="ristretto255-SHA512", tolerant=False,
                    owners=None, verified=False, lasting=False, related=False):
    registers = [f"register_{node}" for node in range(owners or nodes)]
    lines = [
        "sidos_agreement: 1",
        'study: {id: benchmark, title: "Benchmark", purpose: "To measure a round", legal_basis: "None", permit: "None"}',
        "valid: {from: 2020-01-01, until: 2099-12-31}",
        f"suite: {suite}",
        "rounds_allowed: 1",
        f"release: {'rows' if release else 'none'}",
        "padding: padme",
        f"verification: {'full' if verified else 'off'}",
        "deadline_minutes: 600",
        "retention_days: 0",
        MATCHING if tolerant else "match_keys: [identity_code]",
    ]
    if lasting:
        holders = ", ".join(f"node{node}" for node in range(nodes))
        lines += ["pseudonyms: study", f"pseudonym_holders: [{holders}]"]
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
        if release and related:
            lines.append('      - {name: spouse, type: person, title: "Spouse"}')
    everybody = " intersect ".join(registers)
    expression, cap = (f"sample({everybody}, {RELEASED})", RELEASED) if release else (everybody, people)
    lines += ["cohorts:", "  - id: drawn", '    title: "In all registers"', f"    expression: {expression}",
              f"    max_people: {cap}"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
