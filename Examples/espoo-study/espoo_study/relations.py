"""Compares whom rows name between the plaintext join and a dataset, where people have other names.

Everybody is at first what their own rows say. Then, again and again, that together with whom their rows name and whose
rows name them, until nobody else can be told apart. That settles it for everybody who is then like nobody else, and
`certainty` tells how many these are. Of others who are alike, only some circles could be confused with other circles.
"""

from collections import Counter

from .multisets import digest, unmatched


def named_rows(join):
    """Every row that names somebody: register, whose it is, what else it says, and whom it names in each column."""
    for register in sorted(join.tallies):
        for person, rows in join.tallies[register].named.items():
            for content, named in rows:
                yield register, person, content, named


def counts(join):
    """How many rows name somebody, by register and column."""
    found = {(register, column): 0 for register, tally in join.tallies.items() for column in tally.naming}
    for register, _, _, named in named_rows(join):
        for column, who in zip(join.tallies[register].naming, named):
            found[register, column] += who is not None
    return found


def told_apart(joins):
    """Of each join, what everybody is known by: the same for two people only where nothing tells them apart."""
    known = [dict(zip(join.persons, map(digest, join.fingerprints()))) for join in joins]
    rows = [list(named_rows(join)) for join in joins]
    before = 0
    while (count := len(set().union(*(names.values() for names in known)))) > before:
        before, known = count, [_further(names, edges) for names, edges in zip(known, rows)]
    return known


def certainty(join):
    """How many people name somebody or are named, and how many of them are like nobody else."""
    known = told_apart([join])[0]
    alike = Counter(known.values())
    people = {who for _, person, _, named in named_rows(join) for who in (person, *named)} & known.keys()
    return len(people), sum(alike[known[who]] == 1 for who in people)


def _further(known, rows):
    seen = {person: [] for person in known}
    for register, person, content, named in rows:
        names = tuple(known.get(who) for who in named)
        seen.setdefault(person, []).append((register, content, names))
        for place, who in enumerate(named):
            if who is not None:
                seen.setdefault(who, []).append((register, content, names, place, known.get(person)))
    return {person: digest((name, sorted(map(repr, seen[person])))) for person, name in known.items()}


def differences(expected, found):
    """What differs in whom rows name: registers, columns and counts, never a person."""
    want, have = counts(expected), counts(found)
    told = [f"{register}.{column}: {want[register, column]} rows expected to name somebody, {have[register, column]} found"
            for register, column in want if want[register, column] != have[register, column]]
    if unmatched(expected.fingerprints(), found.fingerprints()):
        # Whom a row should name can be told of those only whose own rows are right.
        return told
    first = [dict(zip(join.persons, map(digest, join.fingerprints()))) for join in (expected, found)]
    pairs = [{column: Counter() for column in want} for _ in first]
    for join, known, counted in zip((expected, found), first, pairs):
        for register, person, content, named in named_rows(join):
            for column, who in zip(join.tallies[register].naming, named):
                if who is not None:
                    counted[register, column][known.get(person), content, known.get(who)] += 1
    for register, column in want:
        count = unmatched(*(counted[register, column] for counted in pairs))
        if count:
            told.append(f"{register}.{column}: {count} rows name others than in the registers")
    if not told:
        count = unmatched(*(names.values() for names in told_apart((expected, found))))
        if count:
            told.append(f"{count} people, or whom they name, or whose rows name them, are others than in the registers")
    return told
