#!/usr/bin/env python3
"""Recomputes the vectors of noise from its definition, independently of the Swift sources: distributions in decimal
arithmetic of 120 digits, sensitivities by comparing whole neighbouring lists, the accountant by its formulas.

    python3 Tests/Interop/check_noise.py            compare; 1 at the first difference
    python3 Tests/Interop/check_noise.py --write    make the file anew

Python's standard library only.
"""

import hashlib
import itertools
import json
import sys
from decimal import Decimal, getcontext
from pathlib import Path

VECTORS = Path(__file__).resolve().parent.parent / "PSIProtocolTests" / "Vectors" / "noise.json"
getcontext().prec = 120
getcontext().Emin = -10**9
SCALE = Decimal(2) ** 128

DISTRIBUTIONS = [
    ("discrete_laplace", 1, 4),
    ("discrete_laplace", 500_000_000, 6_000_000_000),
    ("discrete_laplace", 5, 1),
    ("discrete_laplace", 1_000_000, 300_000_000),
    ("discrete_gaussian", 1, 2),
    ("discrete_gaussian", 4_523_377, 5_000_000_000),
    ("discrete_gaussian", 900, 1_000),
]
STUDIES = [
    ("ab", []),
    ("ab", ["a & b", "a | b", "a", "(a | b) - (a & b)"]),
    ("abc", ["a & b", "(a & b) & c", "(a | b) | c", "a - (b | c)"]),
    ("abcd", ["(a | b) | (c | d)", "(a & b) - c", "a - b", "b - a", "c"]),
    ("abcde", ["((a | b) & c) - (d & e)"]),
]
SPENDING = [("0.5", 6, 3), ("1", 5, 1), ("0.1", 10, 20), ("10", 4, 2), ("0.01", 15, 1000)]


def weights(kind, numerator, denominator):
    """The weight of 0, 1, 2, … until it is nothing at 120 digits."""
    rate = Decimal(numerator) / Decimal(denominator)
    found = []
    while not found or found[-1] > Decimal(10) ** -60:
        x = len(found)
        found.append((-rate * (x if kind == "discrete_laplace" else x * x)).exp())
    return found


def distribution(kind, numerator, denominator):
    folded = [w if x == 0 else 2 * w for x, w in enumerate(weights(kind, numerator, denominator))]
    total, sums = sum(folded), list(itertools.accumulate(folded))
    cumulative = [s / total for s in sums]
    places = sorted({0, 1, 2, 3, 5, len(sums) // 8, len(sums) // 4} & set(range(len(sums))))
    thresholds = [{"magnitude": m, "threshold": f"{int(cumulative[m] * SCALE):032x}"} for m in places
                  if cumulative[m] * SCALE < SCALE - 1]
    draws = []
    for index in range(400):
        uniform = hashlib.sha512(f"{kind} {numerator}/{denominator} {index}".encode()).digest()[:17]
        u = Decimal(int.from_bytes(uniform[:16], "big")) / SCALE
        magnitude = next(m for m, c in enumerate(cumulative) if u < c)
        draws.append({"uniform": uniform.hex(), "value": -magnitude if uniform[16] & 1 else magnitude})
    return {"kind": kind, "numerator": numerator, "denominator": denominator, "thresholds": thresholds, "draws": draws}


def answers(lists, expressions):
    """Counts of people by the exact set of registers, of two and more, and of every cohort, from the lists themselves."""
    names = sorted(lists)
    found = [len(eval(text, {}, dict(lists))) for text in expressions]
    cells = []
    for size in range(2, len(names) + 1):
        for inside in itertools.combinations(names, size):
            people = set.intersection(*(lists[name] for name in inside))
            cells.append(len(people - set().union(*(lists[name] for name in names if name not in inside))))
    return cells, found


def sensitivity(names, expressions):
    """The most that lists of the same sizes can differ in their answers if one person has moved."""
    def lists(person_in):
        # Where the person is not, an item that is nobody's stands in the place: sizes stay.
        return {name: {"person" if name in person_in else f"dummy {name}", f"other {name}"} for name in names}

    patterns = [set(c) for size in range(len(names) + 1) for c in itertools.combinations(names, size)]
    everything = [answers(lists(pattern), expressions) for pattern in patterns]
    rows = [cells + cohorts for cells, cohorts in everything]
    cell_count = len(everything[0][0])
    # What never changes is known from the sizes; what changes like an earlier answer follows from it.
    base = rows[0]
    columns = [tuple(row[i] - base[i] for row in rows) for i in range(len(base))]
    kept = list(range(cell_count))
    for i in range(cell_count, len(base)):
        negative = tuple(-x for x in columns[i])
        if any(columns[i]) and all(columns[i] != columns[k] and negative != columns[k] for k in kept):
            kept.append(i)
    pairs = [[abs(a[i] - b[i]) for i in kept] for a, b in itertools.combinations(rows, 2)]
    return {
        "registers": list(names),
        "cohorts": [text.replace("|", "union").replace("&", "intersect").replace("-", "except") for text in expressions],
        "answers": len(kept),
        "l1": max(sum(pair) for pair in pairs),
        "l2_squared": max(sum(x * x for x in pair) for pair in pairs),
    }


def spending(epsilon, delta_power, rounds):
    log = Decimal(10).ln() * delta_power
    rho = ((log + Decimal(epsilon)).sqrt() - log.sqrt()) ** 2
    billionths = int(rho * 10**9)
    spent = Decimal(billionths) * rounds / 10**9
    total = spent + 2 * (spent * log).sqrt()
    return {"epsilon": epsilon, "delta_power": delta_power, "rounds": rounds, "rho_billionths": billionths,
            "total_billionths": int(total * 10**9) + 1}


def vectors():
    return {
        "distributions": [distribution(*case) for case in DISTRIBUTIONS],
        "sensitivities": [sensitivity(*case) for case in STUDIES],
        "spending": [spending(*case) for case in SPENDING],
    }


def main():
    # One vector a line.
    lists = {name: ",\n".join(json.dumps(vector) for vector in found) for name, found in vectors().items()}
    text = "{\n" + ",\n".join(f'"{name}": [\n{found}\n]' for name, found in lists.items()) + "\n}\n"
    if sys.argv[1:] == ["--write"]:
        VECTORS.write_text(text, encoding="utf-8")
    elif VECTORS.read_text(encoding="utf-8") != text:
        print("noise.json differs from what its definition gives", file=sys.stderr)
        return 1
    print("noise: the vectors agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
