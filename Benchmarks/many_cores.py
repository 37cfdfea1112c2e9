#!/usr/bin/env python3
"""Measures on a machine with many cores what more cores give, with the aims.

    many_cores.py --bin DIRECTORY [--cores 1,2,4,8,16] [--items 524288] [--turns 3] [--counts 2x1048576]
                  [--rows 2x262144] [--skip-steps | --skip-rounds] [--json FILE]

First the steps of a round in memory (sidos-benchmark scaling), then whole rounds, on so many cores each; rounds on one
core are left out. It needs Python 3, the programs of Sidos, sidos-benchmark beside them, rounds.py and round_inputs.py,
and nothing of Swift. Benchmarks/pack.sh puts all of that into one archive.
"""

import argparse
import json
import os
import subprocess
import tempfile
from pathlib import Path

from rounds import available, measure, parse_case, parse_cores, table

MEMORY_MIB = 256
# Of the most cores: how much faster a step is than on one, and how much more CPU time all take than on two.
SPEED_UP = 11 / 16
MORE_CPU = 1.10


def steps(arguments, cores):
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "scaling.json"
        done = subprocess.run([arguments.bin / "sidos-benchmark", "scaling", "--items", str(arguments.items), "--turns",
                               str(arguments.turns), "--cores", ",".join(map(str, cores)), "--json", file])
        if done.returncode != 0:
            raise SystemExit(f"many_cores: sidos-benchmark ended with status {done.returncode}")
        return json.loads(file.read_text())


def rounds(arguments, shares):
    results = []
    for nodes, people, release in [parse_case(arguments.counts + ":count"), parse_case(arguments.rows + ":rows")]:
        for cores in shares:
            os.sched_setaffinity(0, cores)
            results.append(measure(arguments.bin, 3_600, nodes=nodes, people=people, release=release))
            table(results[-1])
    os.sched_setaffinity(0, shares[-1])
    return results


def judge(scaling, measured):
    """Prints what was reached, in a line for each aim."""
    def line(text, value, aim, reached):
        print(f"  {text:<54}{value:>8.2f}   {aim:<16}{'' if reached else 'missed'}")

    print("\nAims")
    for step in dict.fromkeys(row["step"] for row in scaling):
        rows = [row for row in scaling if row["step"] == step]
        most = rows[-1]
        if rows[0]["cores"] == 1 and most["cores"] > 1:
            aim = SPEED_UP * most["cores"]
            line(f"{step}: speed of {most['cores']} cores over one", most["speed_up"], f"at least {aim:.1f}",
                 most["speed_up"] >= aim)
        two = next((row for row in rows if row["cores"] == 2), None)
        if two and most["cores"] > 2:
            ratio = most["cpu_seconds"] / two["cpu_seconds"]
            line(f"{step}: CPU of {most['cores']} cores over two", ratio, f"at most {MORE_CPU:.2f}", ratio <= MORE_CPU)
    for release in dict.fromkeys(each["release"] for each in measured):
        own = [each for each in measured if each["release"] == release]
        name = "counts" if release == "none" else "rows"
        first, most = own[0], own[-1]
        if most["cores"] > first["cores"]:
            print(f"  a round, {name}: {first['cores']} → {most['cores']} cores: speed × "
                  f"{first['wall_seconds'] / most['wall_seconds']:.2f}")
            if first["cores"] == 2:
                ratio = most["cpu_seconds"] / first["cpu_seconds"]
                line(f"a round, {name}: CPU of {most['cores']} cores over two", ratio, f"at most {MORE_CPU:.2f}",
                     ratio <= MORE_CPU)
        peak = max(process["peak_mib"] for each in own for process in each["processes"])
        line(f"a round, {name}: MiB of the largest program", peak, f"at most {MEMORY_MIB}", peak <= MEMORY_MIB)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where the programs are, sidos-benchmark too")
    parser.add_argument("--cores", type=parse_cores, default="1,2,4,8,16", help="%(default)s unless told")
    parser.add_argument("--items", type=int, default=1 << 19, help="items of a step's list; %(default)s unless told")
    parser.add_argument("--turns", type=int, default=3, help="turns of each step; %(default)s unless told")
    parser.add_argument("--counts", default="2x1048576", metavar="NODESxPEOPLE", help="%(default)s unless told")
    parser.add_argument("--rows", default="2x262144", metavar="NODESxPEOPLE", help="%(default)s unless told")
    only = parser.add_mutually_exclusive_group()
    only.add_argument("--skip-steps", action="store_true")
    only.add_argument("--skip-rounds", action="store_true")
    parser.add_argument("--json", type=Path, help="writes the results there")
    arguments = parser.parse_args()
    arguments.bin = arguments.bin.resolve()
    shares = available(arguments.cores)
    if not shares:
        parser.error("none of these numbers of cores is here")
    scaling = [] if arguments.skip_steps else steps(arguments, [len(cores) for cores in shares])
    several = [cores for cores in shares if len(cores) > 1] or shares
    measured = [] if arguments.skip_rounds else rounds(arguments, several)
    judge(scaling, measured)
    if arguments.json:
        arguments.json.write_text(json.dumps({"steps": scaling, "rounds": measured}, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
