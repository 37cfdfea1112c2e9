"""What a count-only round with noise tells, written from P-65 of docs/protocol.md and A-74."""

from decimal import Decimal

from cohorts import evaluated
from joint_noise import Noise, joint_draw



class Questions:
    """A-74: what is asked of the lists, and how large the noise on it is."""

    def __init__(self, agreement):
        self.agreement = agreement
        names = list(agreement.registers)
        self.sets = range(1 << len(names))
        members = evaluated(agreement, [{n for i, n in enumerate(names) if own >> i & 1} for own in self.sets])
        self.cells = [own for own in self.sets if own.bit_count() > 1]
        self.singles = [1 << index for index in range(len(names))]
        # f of the sets of one register, by cohort, and g of all sets.
        self.alone = [[int(single in own) for single in self.singles] for own in members]
        self.weights = [
            [0 if own.bit_count() < 2 else int(own in inside) - sum(f for s, f in zip(self.singles, alone) if own & s)
             for own in self.sets]
            for inside, alone in zip(members, self.alone)
        ]
        # Of each cohort the index of the answer that it follows from, and a sign; None if sizes say all.
        self.extra, self.follows = [], []
        for own in self.weights:
            used = [number for number in self.sets if own[number]]
            known = [n for n, other in enumerate(self.extra) if own in (other, [-w for w in other])]
            if not used:
                self.follows.append(None)
            elif len(used) == 1 and abs(own[used[0]]) == 1:
                self.follows.append((self.cells.index(used[0]), own[used[0]]))
            elif known:
                self.follows.append((len(self.cells) + known[0], 1 if own == self.extra[known[0]] else -1))
            else:
                self.follows.append((len(self.cells) + len(self.extra), 1))
                self.extra.append(own)

    @property
    def count(self):
        return len(self.cells) + len(self.extra)

    def changes(self, own):
        """v of A-74."""
        return [int(own == cell) for cell in self.cells] + [weight[own] for weight in self.extra]

    def sensitivity(self):
        """Δ1"""
        rows = [self.changes(own) for own in self.sets]
        return max(sum(abs(a - b) for a, b in zip(first, second)) for first in rows for second in rows)

    def draws(self, seed):
        """P-72: the noise of all answers, for the mechanism `discrete_laplace`."""
        counts = self.agreement.counts
        assert counts["mechanism"] == "discrete_laplace"
        noise = Noise("discrete_laplace", int(Decimal(counts["epsilon"]) * 10**9), 10**9 * self.sensitivity())
        return [noise.draw(joint_draw(seed, number)) for number in range(self.count)]

    def told(self, overlap, draws):
        """P-65: the body of `Counted`, of how many people are in exactly which registers."""
        agreement, names = self.agreement, list(self.agreement.registers)
        sizes = [sum(n for own, n in overlap.items() if own & single) for single in self.singles]
        answers = [overlap.get(cell, 0) for cell in self.cells]
        answers += [sum(weight[own] * n for own, n in overlap.items()) for weight in self.extra]
        answers = [answer + draw for answer, draw in zip(answers, draws, strict=True)]
        found = dict(zip(self.cells, answers))
        for single, size in zip(self.singles, sizes):
            found[single] = size - sum(n for cell, n in zip(self.cells, answers) if cell & single)
        cohorts = []
        for alone, follows in zip(self.alone, self.follows):
            known = sum(f * size for f, size in zip(alone, sizes))
            cohorts.append(known if follows is None else known + follows[1] * answers[follows[0]])

        def published(number, fields, may_be_dummy):
            number, step = max(0, number), agreement.count_rounding
            is_told = not 1 <= number < agreement.smallest_cell
            people = {"people": (number + step // 2) // step * step} if is_told else {}
            return fields | people | {"upperBound": agreement.padding != "none" and may_be_dummy}

        return {
            "cohorts": [published(number, {"cohort": cohort["id"]}, any(alone))
                        for cohort, number, alone in zip(agreement.cohorts, cohorts, self.alone)],
            "overlap": [
                published(found[own], {"registers": [n for n, s in zip(names, self.singles) if own & s]},
                          own in self.singles)
                for own in self.sets[1:]
            ],
        }
