"""The values of match keys with recipes (A-30, A-31), on the normal forms of docs/normalisation.md."""

import itertools
import re

from check_normalisation import date, forms, normalise, phonetic

DATE_FORMS = ("year", "day", "year_month", "year_day", "month_day")
MOST_COMBINATIONS = 256
PROFILE = "sidos-1"


class Record:
    """A row's match fields in their normal forms; None is missing."""

    def __init__(self, fields, texts):
        self.kinds = dict(fields)
        self.values = {name: normalise(texts[name].encode(), kind, PROFILE) for name, kind in fields}

    @property
    def key(self):
        return tuple(tuple(value) if value is not None else None for value in self.values.values())

    @property
    def is_empty(self):
        return all(value is None for value in self.values.values())


def parsed(recipe):
    """The terms of a recipe: a field's name, or a function's name and its arguments."""
    tokens = re.findall(r"[a-z][a-z0-9_]*|[0-9]+|[+(),]", recipe)

    def term():
        name = tokens.pop(0)
        if not tokens or tokens[0] != "(":
            return int(name) if name.isdigit() else name
        arguments = []
        while tokens.pop(0) != ")":
            arguments.append(term())
        return name, arguments

    terms = [term()]
    while tokens:
        if tokens.pop(0) != "+":
            raise ValueError("not a recipe")
        terms.append(term())
    return terms


def first_field(term):
    return term if isinstance(term, str) else first_field(term[1][0])


def holds_swap(term):
    return not isinstance(term, (str, int)) and (term[0] == "swap" or any(holds_swap(own) for own in term[1]))


def lists(term, record, in_swap=False):
    """A term's lists of words, of which `any` makes several; none at all if it is missing."""
    if isinstance(term, str):
        value = record.values[term]
        if value is None:
            return []
        if record.kinds[term] == "date":
            text = forms(value).get("date")
            return [[text]] if text else []
        return [value]
    name, arguments = term
    if name in ("date", "certain", "swap_day_month", *DATE_FORMS):
        value = record.values[arguments[0]]
        if value is None or name == "certain" and value[2] == 1 and value[1] in (1, 7):
            return []
        text = forms(value).get({"certain": "date", "swap_day_month": "unordered_day"}.get(name, name))
        return [[text]] if text else []
    if name == "swap":
        sides = [lists(own, record, True) for own in arguments]
        return [sorted(" ".join(words) for words in pair) for pair in itertools.product(*sides)]
    found = lists(arguments[0], record, in_swap)
    if name == "any":
        return [[word] for words in found for word in words]
    kind = record.kinds[first_field(term)]
    if in_swap or holds_swap(term):
        kind = "family_name"
    number = arguments[1] if len(arguments) > 1 else 0
    change = {
        "first": lambda words: words[:1],
        "last": lambda words: words[-1:],
        "sorted": lambda words: sorted(words, key=str.encode),
        "joined": lambda words: ["".join(words)],
        "prefix": lambda words: [word[:number] for word in words],
        "suffix": lambda words: [word[-number:] for word in words],
        "letters": lambda words: ["".join(sorted(word, key=str.encode)) for word in words],
        "phonetic": lambda words: [phonetic(word, kind) for word in words],
        "digits": lambda words: [own for word in words if (own := re.sub("[^0-9]", "", word))],
        "alpha": lambda words: [own for word in words if (own := re.sub("[0-9]", "", word))],
    }[name]
    return [words for own in found if (words := change(own)) and all(words)]


def values(recipe, count, record):
    """The values of a match key, at most so many."""
    terms = [lists(term, record) for term in parsed(recipe)]
    combinations = list(itertools.islice(itertools.product(*terms), MOST_COMBINATIONS + 1))
    if len(combinations) > MOST_COMBINATIONS:
        return []
    made = {
        PROFILE.encode() + b"".join(b"\x1f" + " ".join(words).encode() for words in combination)
        for combination in combinations
    }
    return sorted(made)[:count]
