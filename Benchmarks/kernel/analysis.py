#!/usr/bin/env python3
"""Says where the ristretto255 kernel's time goes: field operations counted, their cycles measured, against the whole.

    analysis.py [--json FILE]

Compiles cycles.c for each backend that this processor runs (clang, or what CC names), once to count and once to measure.
A vector is as many elements as the backend takes at a time.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
SOURCES = HERE.parents[1] / "Sources" / "CRistretto"

# Field header, instruction sets for the compiler, and the flags of /proc/cpuinfo that it needs.
BACKENDS = {
    "ifma": ("field_ifma.h", "avx512f,avx512dq,avx512vl,avx512ifma", {"avx512f", "avx512dq", "avx512vl", "avx512ifma"}),
    "avx2": ("field_avx2.h", "avx2", {"avx2"}),
    "portable": ("field_portable.h", None, set()),
}


def processor_flags() -> set[str]:
    try:
        for line in open("/proc/cpuinfo", encoding="ascii", errors="replace"):
            if line.startswith("flags"):
                return set(line.split(":", 1)[1].split())
    except OSError:
        pass
    return set()


def run(field: str, target: str | None, count: bool, folder: pathlib.Path) -> dict:
    program = folder / f"{field}-{count}"
    command = [os.environ.get("CC", "clang"), "-O2", f"-I{SOURCES}", f"-I{SOURCES / 'include'}", f'-DFIELD="{field}"']
    command += [f'-DTARGET="{target}"'] if target else []
    command += ["-DCOUNT"] if count else []
    command += [str(HERE / "cycles.c"), str(SOURCES / "scalar.c"), "-o", str(program)]
    subprocess.run(command, check=True)
    return json.loads(subprocess.run([program], check=True, capture_output=True, text=True).stdout)


def analyse(name: str, folder: pathlib.Path) -> dict:
    field, target, _ = BACKENDS[name]
    counted, measured = run(field, target, True, folder), run(field, target, False, folder)
    operations = []
    for count, time in zip(counted["operations"], measured["operations"], strict=True):
        assert count["operation"] == time["operation"]
        product = (
            count["multiplications"] * measured["multiplication"] + count["squarings"] * measured["squaring"]
        )
        operations.append({**count, "product_cycles": round(product), "cycles": time["cycles"]})
    return {
        "backend": name,
        "lanes": measured["lanes"],
        "cycles_per_multiplication": measured["multiplication"],
        "cycles_per_squaring": measured["squaring"],
        "operations": operations,
    }


def show(result: dict) -> None:
    print(
        f"\n{result['backend']}, {result['lanes']} elements a vector: "
        f"{result['cycles_per_multiplication']} cycles a field multiplication, "
        f"{result['cycles_per_squaring']} a squaring"
    )
    print(f"  {'of a vector':<20}{'multiplications':>16}{'squarings':>11}{'product':>10}{'measured':>10}{'the rest':>10}")
    for each in result["operations"]:
        rest = 1 - each["product_cycles"] / each["cycles"]
        print(
            f"  {each['operation']:<20}{each['multiplications']:>16.1f}{each['squarings']:>11.1f}"
            f"{each['product_cycles']:>10,}{each['cycles']:>10,}{rest:>10.0%}"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", type=pathlib.Path, help="where the figures go")
    arguments = parser.parse_args()
    flags = processor_flags()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        for name, (field, _, needed) in BACKENDS.items():
            if needed <= flags and (SOURCES / field).exists():
                results.append(analyse(name, pathlib.Path(folder)))
                show(results[-1])
    if arguments.json:
        arguments.json.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
