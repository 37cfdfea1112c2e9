#!/usr/bin/env python3
"""Prints the fold table of docs/normalisation.md, N-10, as it was made from Unicode 14.0 and the lists below.

    python3 scripts/normalisation_table.py

The table in the document is what counts; this script only says where it came from. It needs a Python whose
unicodedata is that of Unicode 14.0 (3.11) and refuses any other.
"""

import re
import sys
import unicodedata as u

# Letters that Unicode does not decompose, and those whose decomposition is not what names need.
LATIN = {
    "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "ł": "l", "ħ": "h", "ŋ": "n", "ə": "e",
    "ŧ": "t", "ı": "i", "ĸ": "k", "ſ": "s", "ƀ": "b", "ɓ": "b", "ƃ": "b", "ɗ": "d", "ɖ": "d", "ƌ": "d",
    "ƒ": "f", "ɠ": "g", "ǥ": "g", "ɣ": "g", "ɨ": "i", "ɩ": "i", "ƙ": "k", "ɫ": "l", "ɬ": "l", "ƚ": "l",
    "ɱ": "m", "ɲ": "n", "ƞ": "n", "ɔ": "o", "ɛ": "e", "ǝ": "e", "ɵ": "o", "ɼ": "r", "ʀ": "r", "ɾ": "r",
    "ʃ": "sh", "ƨ": "s", "ʂ": "s", "ʈ": "t", "ƭ": "t", "ʉ": "u", "ʊ": "u", "ʋ": "v", "ʌ": "v", "ⱱ": "v",
    "ⱳ": "w", "ƴ": "y", "ʏ": "y", "ʒ": "zh", "ƶ": "z", "ʔ": "", "ʕ": "", "ß": "ss", "ẞ": "ss", "ŉ": "n",
    "ĳ": "ij", "Æ": "ae", "Œ": "oe", "Ø": "o", "Đ": "d", "Ð": "d", "Þ": "th", "Ł": "l", "Ħ": "h", "Ŋ": "n",
    "Ə": "e", "Ŧ": "t", "Ɓ": "b", "Ɗ": "d", "Ɖ": "d", "Ɛ": "e", "Ɔ": "o", "Ǝ": "e", "Ɠ": "g", "Ɣ": "g",
    "Ɨ": "i", "Ɩ": "i", "Ɲ": "n", "Ʊ": "u", "Ʋ": "v", "Ʒ": "zh", "Ʃ": "sh",
}
CYRILLIC = {
    "а": "a", "б": "b", "в": "v", "г": "g", "д": "d", "е": "e", "ж": "zh", "з": "z", "и": "i", "й": "i",
    "к": "k", "л": "l", "м": "m", "н": "n", "о": "o", "п": "p", "р": "r", "с": "s", "т": "t", "у": "u",
    "ф": "f", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ы": "y", "ь": "", "э": "e",
    "ю": "yu", "я": "ya", "і": "i", "ї": "i", "є": "e", "ґ": "g", "ў": "u", "ђ": "dj", "ј": "j", "љ": "lj",
    "њ": "nj", "ћ": "c", "ѓ": "g", "ќ": "k", "џ": "dz", "ѕ": "dz", "ѣ": "e", "ѳ": "f", "ѵ": "i", "ә": "a",
    "ғ": "g", "қ": "k", "ң": "n", "ө": "o", "ұ": "u", "ү": "u", "һ": "h", "ҷ": "j", "ҳ": "h", "ҡ": "k",
    "ҙ": "z", "ҫ": "s", "җ": "zh", "ҝ": "g", "ӏ": "", "Ӏ": "",
}
GREEK = {
    "α": "a", "β": "v", "γ": "g", "δ": "d", "ε": "e", "ζ": "z", "η": "i", "θ": "th", "ι": "i", "κ": "k",
    "λ": "l", "μ": "m", "ν": "n", "ξ": "x", "ο": "o", "π": "p", "ρ": "r", "σ": "s", "ς": "s", "τ": "t",
    "υ": "u", "φ": "f", "χ": "ch", "ψ": "ps", "ω": "o",
}
ARABIC = {
    "ا": "a", "ٱ": "a", "ب": "b", "پ": "p", "ت": "t", "ث": "th", "ج": "j", "چ": "ch", "ح": "h", "خ": "kh",
    "د": "d", "ذ": "dh", "ر": "r", "ز": "z", "ژ": "zh", "س": "s", "ش": "sh", "ص": "s", "ض": "d", "ط": "t",
    "ظ": "z", "غ": "gh", "ف": "f", "ڤ": "v", "ق": "q", "ك": "k", "ک": "k", "گ": "g", "ل": "l", "م": "m",
    "ن": "n", "ه": "h", "ھ": "h", "ە": "e", "ة": "a", "و": "u", "ي": "i", "ى": "a", "ی": "i", "ئ": "i",
    "ؤ": "u", "ہ": "h", "ۃ": "a", "ے": "e", "ں": "n", "ٹ": "t", "ڈ": "d", "ڑ": "r", "ڕ": "r", "ڵ": "l",
    "ۆ": "o", "ێ": "e", "ۇ": "u", "ۋ": "v", "ڭ": "ng", "ې": "e", "ۊ": "o", "ۉ": "u", "ع": "a", "ء": "", "ـ": "",
    "آ": "a", "أ": "a", "إ": "a",
}
VANISH = {0xAD, 0xB4, 0x34F, 0x55A, 0x5F3, 0x61C, 0x2018, 0x2019, 0x201B, 0x2032, 0x2035, 0xA78B, 0xA78C, 0xFEFF,
          0xFF07, 0xFF40, *range(0x2B9, 0x2E0), *range(0x2E5, 0x300), *range(0x180B, 0x1810), *range(0x200B, 0x2010),
          *range(0x202A, 0x202F), *range(0x2060, 0x2070), *range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0)}
LISTED = LATIN | CYRILLIC | GREEK | ARABIC
for letter in list(CYRILLIC) + list(GREEK):
    LISTED.setdefault(letter.upper(), LISTED[letter])
IDEOGRAPHS = (*range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20))
NAMED = re.compile(r"LATIN (?:CAPITAL|SMALL) LETTER ([A-Z]) WITH ")


def fold(scalar, depth=0):
    """A text of a-z, 0-9 and kept scalars; None separates."""
    code, category = ord(scalar), u.category(scalar)
    if code < 0x80:
        return scalar.lower() if scalar.isalnum() else ("" if scalar in "'`" else None)
    if code in VANISH:
        return ""
    is_mark = u.combining(scalar) or category == "Me" or u.name(scalar, "").startswith("VARIATION")
    if category in ("Mn", "Me") and is_mark:
        return ""
    if scalar in LISTED:
        return LISTED[scalar]
    if category == "Nd":
        return str(u.decimal(scalar))
    if category[0] not in "LMN" or depth > 8 or category == "Nl" and not u.decomposition(scalar):
        return None
    if code in IDEOGRAPHS and "CJK COMPATIBILITY" in u.name(scalar, ""):
        return scalar
    parts = u.normalize("NFKD", scalar)
    if parts != scalar:
        folded = [fold(part, depth + 1) for part in parts]
        return None if None in folded else "".join(folded)
    if category == "No":
        return None
    named = NAMED.match(u.name(scalar, ""))
    if named:
        return named.group(1).lower()
    lower = scalar.lower()
    return lower if len(lower) == 1 and lower == scalar else (fold(lower, depth + 1) if len(lower) == 1 else scalar)


def entries():
    """(first, last, kind, value), neighbours of one result joined."""
    done, last_assigned = [], True
    for code in range(0x80, 0x110000):
        scalar = chr(code)
        if 0xAC00 <= code <= 0xD7A3 or 0xD800 <= code <= 0xDFFF:
            continue
        if u.category(scalar) in ("Cn", "Co"):
            last_assigned = False if u.category(scalar) == "Co" else last_assigned
            continue
        result = fold(scalar)
        if result is None:
            last_assigned = False
            continue
        kept = any(ord(c) >= 0x80 for c in result)
        if done:
            first, last, kind, value = done[-1]
            unbroken = code == last + 1
            # Unassigned scalars between kept letters are kept too: fewer ranges.
            if result == scalar and kind == "+" and (unbroken or last_assigned):
                done[-1] = (first, code, kind, value)
                last_assigned = True
                continue
            if unbroken and not kept and kind == "=" and value == result:
                done[-1] = (first, code, kind, value)
                continue
            if unbroken and len(result) == 1 and kind == "@" and ord(result) == value + code - first:
                done[-1] = (first, code, kind, value)
                continue
            if unbroken and len(result) == 1 and kind in "=>" and first == last and len(value) == 1 \
                    and ord(result) == ord(value) + 1 and result != scalar:
                done[-1] = (first, code, "@", ord(value))
                continue
        last_assigned = True
        if result == scalar:
            done.append((code, code, "+", None))
        elif kept:
            done.append((code, code, ">", result))
        else:
            done.append((code, code, "=", result))
    return done


def main():
    if u.unidata_version != "14.0.0":
        sys.exit("unicodedata is " + u.unidata_version + ", not 14.0.0")
    line = ""
    for first, last, kind, value in entries():
        where = f"{first:x}" + (f"-{last:x}" if last != first else "")
        what = kind
        if kind == "=":
            what += value
        elif kind == "@":
            what += f"{value:x}"
        elif kind == ">":
            what += ",".join(f"{ord(c):x}" for c in value)
        if len(line) + len(where + what) + 1 > 110:
            print(line)
            line = ""
        line += (" " if line else "") + where + what
    print(line)


if __name__ == "__main__":
    main()
