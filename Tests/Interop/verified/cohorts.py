"""Cohorts, written from A-10 to A-13 of docs/agreement.md. Standard library only."""


def evaluated(agreement, people, orders=None):
    """Of each cohort the numbers of its people, who are given as sets of registers."""
    cohorts = {}

    def parse(words):
        """expression"""
        result = product(words)
        while words and words[0] in ("union", "except"):
            result = result | product(words) if words.pop(0) == "union" else result - product(words)
        return result

    def product(words):
        result = operand(words)
        while words and words[0] == "intersect":
            words.pop(0)
            result = result & operand(words)
        return result

    def operand(words):
        word = words.pop(0)
        if word == "(":
            result = parse(words)
            words.pop(0)
        elif word == "sample":
            words.pop(0)
            drawn = sorted(parse(words), key=lambda index: orders[index])
            words.pop(0)
            result = set(drawn[: int(words.pop(0))])
            words.pop(0)
        else:
            result = cohorts[word] if word in cohorts else {i for i, own in enumerate(people) if word in own}
        return result

    for cohort in agreement.cohorts:
        text = cohort["expression"]
        for sign in "(),":
            text = text.replace(sign, f" {sign} ")
        cohorts[cohort["id"]] = parse(text.split())
    return list(cohorts.values())
