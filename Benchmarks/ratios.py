#!/usr/bin/env python3
"""Compares whole rounds with what they cannot do without, and with another system, in one run and by turns.

    ratios.py --bin DIRECTORY --benchmark FILE [--counts 2x1048576] [--rows 2x131072] [--turns 3] [--cores N]
              [--peer PYTHON] [--json FILE]

Each turn measures, on the same cores one after the other:

- what the ristretto255 kernel's operations cost by themselves (sidos-benchmark arithmetic), before and after the next;
- a round that publishes counts only;
- SecretFlow's ECDH protocol for two parties on the same two registers, where `spu` from PyPI is installed;
- a round that releases rows.

Given are medians of the turns' ratios, so that what else the machine does disturbs both sides alike:

1. the counts round's CPU time over the kernel's for its operations: for each identifier one map-and-multiply, and one
   multiplication for each further node;
2. the same CPU time over SecretFlow's, both parties together (two nodes only);
3. the CPU time of the round with rows, for an identifier and hop.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from round_inputs import write_register
from rounds import free_ports, measure, parse_case, table

AIMS = {"counts_to_kernel": 1.25, "counts_to_secretflow": 0.65, "rows_microseconds_per_identifier_and_hop": 25}


def kernel(program, cores, directory):
    """CPU seconds of a map-and-multiply, and of a multiplication."""
    file = directory / "kernel.json"
    done = subprocess.run([program, "arithmetic", "--cores", str(cores), "--json", file], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"ratios: {program} ended with status {done.returncode}: {done.stderr.strip()}")
    print("\n" + done.stdout.strip(), flush=True)
    result = json.loads(file.read_text())
    return result["map_and_multiply_ns"] / 1e9, result["multiply_ns"] / 1e9


def has_spu(python):
    done = subprocess.run([python, "-c", "import spu.psi"], capture_output=True)
    return done.returncode == 0


def secretflow(python, people, directory):
    """CPU seconds of both parties, for the registers of a round."""
    ports = [str(port) for port in free_ports(2)]
    parties = []
    for rank in range(2):
        register = directory / f"peer{rank}.csv"
        write_register(register, rank, people)
        log = (directory / f"peer{rank}.log").open("w")
        # It leaves files where temporary ones go.
        parties.append(subprocess.Popen(
            [python, "-B", Path(__file__).with_name("secretflow_party.py"), str(rank), *ports, register,
             directory / f"peer{rank}.out"], stdout=subprocess.PIPE, stderr=log, text=True, cwd=directory,
            env={**os.environ, "TMPDIR": str(directory)}))
        log.close()
    try:
        lines = [party.communicate(timeout=3_600)[0].splitlines() for party in parties]
    finally:
        for party in parties:
            if party.poll() is None:
                party.kill()
                party.wait()
    results = [json.loads(each[-1]) for each in
               [[line for line in some if line.startswith("{")] for some in lines] if each]
    if len(results) != 2 or results[0]["intersection_count"] != people // 2:
        raise SystemExit(f"ratios: SecretFlow did not find {people // 2} people: {results} "
                         + (directory / "peer0.log").read_text(errors="replace")[-2_000:])
    print(f"\nSecretFlow ECDH, 2 × {people:,} identifiers: wall time {results[0]['wall_seconds']:.1f} s, CPU time of both "
          f"parties {sum(each['cpu_seconds'] for each in results):.2f} s", flush=True)
    return sum(each["cpu_seconds"] for each in results)


def shape(text):
    return parse_case(text + ":count")[:2]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, required=True, help="where sidos-node, -coordinator and -research are")
    parser.add_argument("--benchmark", type=Path, required=True, help="the program sidos-benchmark")
    parser.add_argument("--counts", type=shape, default="2x1048576", metavar="NODESxPEOPLE", help="%(default)s unless told")
    parser.add_argument("--rows", type=lambda text: parse_case(text + ":rows")[:2], default="2x131072",
                        metavar="NODESxPEOPLE", help="%(default)s unless told")
    parser.add_argument("--turns", type=int, default=3, help="%(default)s unless told")
    parser.add_argument("--cores", type=int, help="how many of the machine's cores everything shares; all unless told")
    parser.add_argument("--peer", default=sys.executable, metavar="PYTHON", help="a Python that has spu; this one unless told")
    parser.add_argument("--json", type=Path, help="writes the results there")
    arguments = parser.parse_args()
    every = sorted(os.sched_getaffinity(0))
    cores = every[:arguments.cores or len(every)]
    if arguments.turns < 1 or len(cores) < (arguments.cores or 1):
        parser.error(f"at least one turn, and no more than the machine's {len(every)} cores")
    os.sched_setaffinity(0, cores)
    nodes, people = arguments.counts
    peer = nodes == 2 and has_spu(arguments.peer)
    if nodes == 2 and not peer:
        print("No comparison with SecretFlow: spu is not installed (python3 -m venv DIRECTORY && DIRECTORY/bin/pip install "
              "spu, then --peer DIRECTORY/bin/python)")
    turns = []
    for _ in range(arguments.turns):
        with tempfile.TemporaryDirectory(prefix="sidos-ratios-") as name:
            directory = Path(name)
            costs = [kernel(arguments.benchmark, len(cores), directory)]
            counts = measure(arguments.bin.resolve(), 3_600, nodes=nodes, people=people, release=False)
            table(counts)
            costs.append(kernel(arguments.benchmark, len(cores), directory))
            first, further = map(statistics.mean, zip(*costs))
            turn = {"counts": counts, "kernel_seconds": nodes * people * (first + (nodes - 1) * further)}
            turn["counts_to_kernel"] = counts["cpu_seconds"] / turn["kernel_seconds"]
            if peer:
                turn["secretflow_seconds"] = secretflow(arguments.peer, people, directory)
                turn["counts_to_secretflow"] = counts["cpu_seconds"] / turn["secretflow_seconds"]
            rows = measure(arguments.bin.resolve(), 3_600, nodes=arguments.rows[0], people=arguments.rows[1], release=True)
            table(rows)
            turn["rows"] = rows
            turn["rows_microseconds_per_identifier_and_hop"] = rows["cpu_microseconds_per_identifier_and_hop"]
        turns.append(turn)
    medians = {name: round(statistics.median(turn[name] for turn in turns), 3) for name in AIMS if name in turns[0]}
    print(f"\nMedians of {len(turns)} on {len(cores)} cores, with the aims")
    for name, text in [
            ("counts_to_kernel", f"CPU of counts of {nodes} × {people:,} ÷ the kernel's for its operations"),
            ("counts_to_secretflow", "CPU of the same ÷ SecretFlow's ECDH"),
            ("rows_microseconds_per_identifier_and_hop",
             f"CPU µs an identifier and hop, rows of {arguments.rows[0]} × {arguments.rows[1]:,}")]:
        if name in medians:
            print(f"  {text:<75}{medians[name]:>7.2f}   at most {AIMS[name]}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"cores": len(cores), "aims": AIMS, "medians": medians, "turns": turns},
                                             indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
