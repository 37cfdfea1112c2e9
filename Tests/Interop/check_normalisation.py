#!/usr/bin/env python3
"""Recomputes the vectors of the normalisation profiles from docs/normalisation.md, independently of the Swift sources.

    python3 Tests/Interop/check_normalisation.py [vectors.json]

Lists, rules and the fold table are read from the document; the rest follows its clauses. Standard library only, and
nothing of it that knows Unicode. Ends with 0 if all agrees; otherwise says what does not and ends with 1.
"""

import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
VECTORS = ROOT / "Tests/RegisterTests/Vectors/normalisation.json"
BLOCKS = {
    name: body.split()
    for name, body in re.findall(
        r"^ *```([a-z-]+)\n(.*?)^ *```$", (ROOT / "docs/normalisation.md").read_text(encoding="utf-8"), re.M | re.S
    )
}
VOWELS = "aeiouy"


def pairs(name):
    return [tuple(entry.split("=")) for entry in BLOCKS[name]]


def fold_table():
    """N-10: scalar → text; a scalar that is not in it separates."""
    table = {code: chr(code).lower() for code in range(128) if chr(code).isalnum()} | {0x27: "", 0x60: ""}
    for entry in BLOCKS["fold"]:
        where, kind, what = re.fullmatch(r"([0-9a-f-]+)([=+@>])(.*)", entry).groups()
        first, _, last = where.partition("-")
        first, last = int(first, 16), int(last or first, 16)
        for code in range(first, last + 1):
            if kind == "=":
                table[code] = what
            elif kind == "+":
                table[code] = chr(code)
            elif kind == "@":
                table[code] = chr(int(what, 16) + code - first)
            else:
                table[code] = "".join(chr(int(part, 16)) for part in what.split(","))
    return table


FOLD = fold_table()


def hangul(code):
    """N-11."""
    s = code - 0xAC00
    tail = chr(0x11A7 + s % 28) if s % 28 else ""
    return chr(0x1100 + s // 588) + chr(0x1161 + s % 588 // 28) + tail


def spelling(text):
    """N-12 and N-13."""
    words, word, begins = [], "", True
    for index, scalar in enumerate(text):
        code = ord(scalar)
        folded = hangul(code) if 0xAC00 <= code < 0xAC00 + 11172 else FOLD.get(code)
        if folded is None:
            words.append(word)
            word, begins = "", True
            continue
        word += folded
        if code == 0x644 and index and text[index - 1] == "\u0627" and began:
            words.append(word)
            word = ""
        began, begins = begins, False
    return [word for word in words + [word] if word]


def dropping(words, is_dropped):
    """Section 4: where all would be dropped none is."""
    return [word for word in words if not is_dropped(word)] or words


def joined_abd(words):
    """N-21, first half."""
    done, index = [], 0
    while index < len(words):
        count = 1
        if words[index] in BLOCKS["abd"] and index + 1 < len(words):
            count = 3 if words[index + 1] in BLOCKS["abd-articles"] and index + 2 < len(words) else 2
        done.append("".join(words[index : index + count]))
        index += count
    return done


def abd_form(word):
    """N-21, second half."""
    found = re.fullmatch(r"abd(?:ou|[aeiou])([a-z]{3,})", word)
    if not found:
        return word
    rest = found.group(1)
    if rest[0] == rest[1] or rest[0] == "l" and rest[1] not in VOWELS:
        rest = rest[1:]
    elif rest[0] in VOWELS:
        rest = "l" + rest
    return "abd" + rest


def is_patronymic(word):
    """N-25."""
    endings = "|".join(BLOCKS["patronymic-endings"])
    return word in BLOCKS["patronymics"] or re.fullmatch(f".*[a-z][a-z](?:{endings})", word) is not None


def names(words, kind):
    """N-21 to N-25."""
    words = [abd_form(word) for word in joined_abd(words)]
    stems = BLOCKS["stems"]
    words = [word[2:] if word[:2] in ("al", "el") and word[2:] in stems else word for word in words]
    words = dropping(words, lambda word: word in ("al", "el", "ul"))
    if kind == "family_name":
        words = dropping(words, lambda word: word in BLOCKS["particles"])
    words = dropping(words, lambda word: re.fullmatch("[a-z]", word))
    return dropping(words, is_patronymic) if kind == "given_names" else words


def street(word):
    """N-60."""
    for whole, short in pairs("street-words"):
        if word == whole:
            return short
    for ending, short in pairs("street-endings"):
        if re.fullmatch(f".*[a-z0-9]{{3}}{ending}", word):
            return word[: -len(ending)] + short
    return word


SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
TIME = re.compile(
    r"[T ](?:[0-9]|[01][0-9]|2[0-3]):[0-5][0-9](?::(?:[0-5][0-9]|60)(?:[.,][0-9]+)?)?"
    r"(?:Z|[+-](?:[01][0-9]|2[0-3])(?::?[0-5][0-9](?::[0-5][0-9])?)?)?"
)


def without_time(text):
    """N-71: the text of the day; None if what follows it is no time."""
    text = text.strip(SPACES)
    found = re.search("[T ]", text)
    if not found:
        return text
    return text[: found.start()] if TIME.fullmatch(text[found.start() :]) else None


def unmasked(part):
    """N-83: a part of marks only is a part of zeros."""
    return "0" * len(part) if re.fullmatch(r"[xX?*_]+", part) else part


def date_3(text, first_year=1000, default_days=()):
    """N-83, N-84 and A-96, on the text that N-71 leaves."""
    text = re.sub("[\u2010-\u2015\u2212]", "-", text.strip("\t\n\v\f\r \u00a0"))
    if re.search("[-./]", text):
        text = "".join(unmasked(part) for part in re.split("([-./])", text))
    elif len(text) == 8:
        text = unmasked(text[:4]) + unmasked(text[4:6]) + unmasked(text[6:])
    else:
        text = unmasked(text)
    return date(text, first_year, 99, BLOCKS["no-days"], default_days)


def is_missing(words, text, profile):
    """N-20, N-70 and N-80."""
    joined = "_".join(words)
    if not words or all(set(word) == {"x"} for word in words) or joined in BLOCKS["missing"]:
        return True
    if profile == "sidos-1":
        return False
    if joined in BLOCKS["program-words"] or text.strip(SPACES) == "\\N":
        return True
    lower = "".join(c.lower() if "A" <= c <= "Z" else c for c in text.strip(SPACES))
    return profile == "sidos-3" and (joined in BLOCKS["more-missing"] or lower in BLOCKS["spreadsheet-errors"])


def names_3(words, kind):
    """N-81 and N-82."""
    forms = dict(pairs("given-forms"))
    words = names(dropping(words, lambda word: word in BLOCKS["titles"]), kind)
    return [forms.get(word, word) for word in words]


def normalise(data, kind, profile, **dates):
    """A list of words or a date's parts; None if missing. `dates` is what the agreement says of a field of dates."""
    if len(data) > 256:
        return None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if kind == "date":
        if profile == "sidos-1":
            return date(text)
        day = without_time(text)
        return None if day is None else date(day) if profile == "sidos-2" else date_3(day, **dates)
    words = spelling(text)
    if is_missing(words, text, profile):
        return None
    if kind == "code":
        word = "".join(words)
        return None if len(word.encode()) > 64 or set(word) == {"0"} else [word]
    if kind == "text":
        return [street(word) for word in words]
    return names_3(words, kind) if profile == "sidos-3" else names(words, kind)


def rule_pattern(rule):
    """N-31 as a regular expression and its replacement."""
    left, pattern, right, replacement = re.fullmatch(r"([^()]*)\(([a-z]+)\)([^=]*)=([a-z]*)", rule).groups()

    def context(text):
        return text.replace(".", "[a-z]").replace("V", "[aeiouy]").replace("C", "[bcdfghjklmnpqrstvwxz]")

    return re.compile(f"(?<={context(left)}){pattern}(?={context(right)})"), replacement


RULES = []
for entry in BLOCKS["rules"]:
    if entry == "%":
        RULES.append((False, re.compile(r"(.)\1+"), r"\1"))
    else:
        RULES.append((entry.startswith("f:"), *rule_pattern(entry.removeprefix("f:"))))
FORMS = dict(pairs("forms"))


def phonetic(word, kind):
    """N-30 and N-31."""
    if not re.fullmatch("[a-z]+", word):
        return word
    key = FORMS.get(word, word)
    for is_family, pattern, replacement in RULES:
        if not is_family or kind == "family_name":
            key = pattern.sub(replacement, key)
    return key or word


def has_day(year, month, day):
    """Whether the Gregorian calendar has it; in an unknown year, in one of them."""
    leap = not year or year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    return 1 <= month <= 12 and 1 <= day <= [31, 29 if leap else 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]


def date(text, first_year=1850, unknown=0, no_days=(), default_days=()):
    """N-40 to N-42: [year, month, day], None for what is unknown.

    `sidos-3` gives the rest: a month or day that is `unknown` is 0, one of `no_days` is missing, and of `default_days`
    only the year is known.
    """
    text = re.sub("[\u2010-\u2015\u2212]", "-", text.strip("\t\n\v\f\r \u00a0"))
    if re.match("[\0-\x7f]{4}-[\0-\x7f]{2}-[\0-\x7f]{2}[T ]", text):
        text = text[:10]
    for shape in (
        r"(?P<y>[0-9]{4})([-./])(?P<m>[0-9]{1,2})\2(?P<d>[0-9]{1,2})",
        r"(?P<d>[0-9]{1,2})([-./])(?P<m>[0-9]{1,2})\2(?P<y>[0-9]{4})",
        r"(?P<y>[0-9]{4})(?P<m>[0-9]{2})(?P<d>[0-9]{2})",
        r"(?P<y>[0-9]{4})[-./](?P<m>[0-9]{1,2})",
        r"(?P<m>[0-9]{1,2})[-./](?P<y>[0-9]{4})",
        r"(?P<y>[0-9]{4})",
    ):
        found = re.fullmatch(shape, text)
        if found:
            break
    else:
        return None
    parts = {name: int(value) for name, value in found.groupdict().items()}
    year, month, day = parts["y"], parts.get("m", 0), parts.get("d", 0)
    if f"{year:04}-{month:02}-{day:02}" in no_days:
        return None
    month, day = (0 if part == unknown else part for part in (month, day))
    if not first_year <= year <= 2150:
        if year and (month, day) in ((1, 1), (11, 11), (12, 31)):
            return None
        year = 0
    if month and day and not has_day(year, month, day):
        month, day = (day, month) if has_day(year, day, month) else (0, 0)
    if not 1 <= month <= 12:
        month = 0
    if not month and not 1 <= day <= 31:
        day = 0
    if f"{month:02}-{day:02}" in default_days:
        month = day = 0
    known = [part or None for part in (year, month, day)]
    return known if any(known) else None


def forms(parts):
    """N-43."""
    year, month, day = parts
    low, high = sorted([month or 0, day or 0])
    texts = {
        "date": (f"{year or 0:04}{month or 0:02}{day or 0:02}", parts),
        "year": (f"{year or 0:04}", [year]),
        "day": (f"{day or 0:02}", [day]),
        "year_day": (f"{year or 0:04}{day or 0:02}", [year, day]),
        "year_month": (f"{year or 0:04}{month or 0:02}", [year, month]),
        "month_day": (f"{month or 0:02}{day or 0:02}", [month, day]),
        "unordered_day": (f"{year or 0:04}{low:02}{high:02}", parts),
    }
    return {name: text for name, (text, needed) in texts.items() if all(needed)}


def result(case):
    """What the document makes of a case, as the vectors write it."""
    data = bytes.fromhex(case["hex"]) if "hex" in case else case["input"].encode("utf-8")
    kind = case["kind"]
    if kind == "spelling":
        return {"words": spelling(data.decode("utf-8"))}
    dates = {name: case[name] for name in ("first_year", "default_days") if name in case}
    done = normalise(data, kind, case.get("profile", "sidos-1"), **dates)
    if done is None:
        return None
    if kind == "date":
        year, month, day = done
        return {"parts": done, "default": day == 1 and month in (1, 7)} | forms(done)
    if kind == "code":
        return {"words": done, "digits": re.sub("[^0-9]", "", done[0]) or None}
    if kind in ("given_names", "family_name"):
        return {"words": done, "phonetic": [phonetic(word, kind) for word in done]}
    return {"words": done}


def main():
    path = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else VECTORS
    cases = json.loads(path.read_text(encoding="utf-8"))["cases"]
    wrong = [case for case in cases if result(case) != case["expected"]]
    for case in wrong:
        print(f"{case['clause']} {case['kind']} {case.get('input', case.get('hex'))!r}:")
        print(f"  vector {case['expected']}\n  here   {result(case)}")
    if wrong or not cases:
        sys.exit(f"{len(wrong)} of {len(cases)} cases differ")
    print(f"{len(cases)} cases agree")


if __name__ == "__main__":
    main()
