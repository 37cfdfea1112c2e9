"""Who is one person, by the rule of docs/protocol.md, as plainly as it can be written. Standard library only."""

from math import floor, log2


class Linking:
    """Items of registers, each a list of tags, and what links them.

    keys: name and number of values of each match key, in order; tokens: how many tags follow them.
    """

    def __init__(self, items, keys, settings):
        # (register, tags)
        self.items = items
        self.keys = keys
        self.settings = settings
        self.groups = [{index} for index in range(len(items))]
        self.links = [None] * len(items)
        self.conflicts = []
        self.history_conflicts = 0
        start = 0
        for number, (name, count) in enumerate(keys):
            values = [set(tags[start : start + count]) for _, tags in items]
            self.accept(self.by_key(name, values), number, new=True)
            start += count
        if settings:
            self.conflicts.append(0)
            self.by_tokens([tags[start:] for _, tags in items])

    def register(self, item):
        return self.items[item][0]

    def group(self, item):
        return next(group for group in self.groups if item in group)

    def by_key(self, name, values):
        holders = {}
        former = {}
        codes = sum(count for _, count in self.keys[: [key for key, _ in self.keys].index("identity_code")])
        for item, own in enumerate(values):
            if name == "former_code":
                for value in own:
                    former.setdefault(value, set()).add(item)
                own = own | {self.items[item][1][codes]}
            for value in own:
                holders.setdefault(value, set()).add(item)
        for value, items in holders.items():
            if len({min(self.group(item)) for item in former.get(value, ())}) > 1:
                self.history_conflicts += 1
                continue
            registers = [self.register(item) for item in items]
            yield {item for item in items if registers.count(self.register(item)) == 1}

    def accept(self, proposals, link, new=False):
        if new:
            self.conflicts.append(0)
        chained = [[group] for group in self.groups]
        for proposal in list(proposals):
            touched = [parts for parts in chained if any(part & proposal for part in parts)]
            if touched:
                chained = [parts for parts in chained if parts not in touched] + [sum(touched, [])]
        self.groups = []
        for parts in chained:
            joined = set().union(*parts)
            registers = [self.register(item) for item in joined]
            if len(set(registers)) < len(registers):
                self.conflicts[link] += 1
                self.groups += parts
                continue
            self.groups.append(joined)
            if len(parts) > 1:
                for item in joined:
                    if self.links[item] is None:
                        self.links[item] = link

    def are_open(self, pair):
        first, second = ({self.register(item) for item in self.group(end)} for end in pair)
        return not first & second

    def by_tokens(self, tokens):
        holders = {}
        for item, own in enumerate(tokens):
            for token in own:
                holders.setdefault(token, set()).add(item)
        shared = {}
        for items in holders.values():
            registers = [self.register(item) for item in items]
            rare = [item for item in items if registers.count(self.register(item)) <= self.settings["most_frequent"]]
            if len(rare) < 2:
                continue
            weight = max(1, floor(log2(len(self.items) / len(rare))))
            for first in rare:
                for second in rare:
                    if first < second and self.register(first) != self.register(second):
                        shared.setdefault((first, second), []).append(weight)
        scores = {
            pair: sum(weights)
            for pair, weights in shared.items()
            if len(weights) >= self.settings["agree"] and sum(weights) >= self.settings["bits"] and self.are_open(pair)
        }
        link = len(self.keys)
        for _ in range(3):
            open_pairs = [pair for pair in scores if self.are_open(pair)]
            best = [pair for pair in open_pairs if self.is_best(pair, open_pairs, scores)]
            for level in sorted({scores[pair] for pair in best}, reverse=True):
                self.accept([set(pair) for pair in best if scores[pair] == level and self.are_open(pair)], link)

    def is_best(self, pair, open_pairs, scores):
        for item, partner in (pair, pair[::-1]):
            for other in open_pairs:
                rival = other[1] if other[0] == item else other[0] if other[1] == item else None
                if rival in (None, partner) or self.register(rival) != self.register(partner):
                    continue
                if scores[pair] - scores[other] < self.settings["margin"]:
                    return False
        return True

    def linked(self, registers):
        """By register, then by link: items that it was the first to join to another."""
        count = len(self.keys) + (1 if self.settings else 0)
        return [
            [sum(self.register(item) == register and own == link for item, own in enumerate(self.links)) for link in range(count)]
            for register in registers
        ]

    def overlap(self):
        """People by the set of registers that they are in."""
        sets = {}
        for group in self.groups:
            registers = frozenset(self.register(item) for item in group)
            sets[registers] = sets.get(registers, 0) + 1
        return sets
