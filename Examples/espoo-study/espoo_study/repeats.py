"""Looks for values of 16 or 32 bytes that the coordinator stored in two rounds.

What is blinded, sealed or re-randomised is new in every round. A value that comes again would let the coordinator see that
two rounds have the same person.
"""

from pathlib import Path

WIDTH = 16
# Fewer different bytes are no value: zeros in the place of cohorts, lengths and numbers.
VARIED = 8


def windows(data, step):
    for start in range(0, len(data) - WIDTH + 1, step):
        yield data[start:start + WIDTH]


def rounds(directory):
    """The streams of each round, by its id: the folders whose names are round ids."""
    found = {}
    for path in sorted(Path(directory).rglob("*")):
        name = next((part for part in path.parts if len(part) == 64 and not set(part) - set("0123456789abcdef")), None)
        if name and path.is_file():
            found.setdefault(name, []).append(path)
    return found


def problems(directory):
    """What is wrong, in words that name no value; empty if nothing is."""
    found = rounds(directory)
    if len(found) < 2:
        return [f"{directory} has streams of {len(found)} rounds only"]
    told, seen = [], {}
    for name, paths in found.items():
        own = set()
        count = 0
        for path in paths:
            data = path.read_bytes()
            # Values of 32 bytes have a window that begins at a multiple of 16, wherever they begin.
            for window in windows(data, 1):
                if window in seen and len(set(window)) >= VARIED:
                    told.append(f"round {name[:12]} has a value of round {seen[window][:12]} again, in {path.name}")
                    break
            own.update(windows(data, WIDTH))
            count += len(data)
        if count == 0:
            told.append(f"round {name[:12]} has empty streams")
        seen |= dict.fromkeys(own, name)
    return told
