"""Personal identity codes of the scheme fi-hetu, from P-22."""

import datetime

WHITE = [*range(0x09, 0x0E), 0x20, 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B), 0x2028, 0x2029, 0x202F, 0x205F, 0x3000]
DASHES = [*range(0x2010, 0x2016), 0x2043, 0x2212, 0xFE58, 0xFE63]
CENTURIES = {"+": 1800, **dict.fromkeys("-UVWXY", 1900), **dict.fromkeys("ABCDEF", 2000)}
CHECKS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


class Unusable(Exception):
    """A code by which nobody can be found; the message is its reason's name in a survey (P-48)."""


def made_canonical(text):
    white = "".join(map(chr, WHITE))
    text = text.strip(white)
    if not text:
        raise Unusable("missing")
    if len(text.encode()) > 64:
        raise Unusable("malformed")
    made = ""
    for character in text:
        number = ord(character)
        if character in white or number in (0xAD, 0x200B, 0x2060, 0xFEFF):
            continue
        if number in DASHES:
            number = ord("-")
        elif 0xFF01 <= number <= 0xFF5E:
            number -= 0xFF01 - 0x21
        made += chr(number - 32 if 0x61 <= number <= 0x7A else number)
    if not made or any(not 0x21 <= ord(character) <= 0x7E for character in made):
        raise Unusable("malformed")
    return made


def identity(text, owner, opened):
    """The bytes that are hashed, and whether the code is official, of somebody born by the day the round opened."""
    code = made_canonical(text)
    digits = code[:6] + code[7:10]
    if len(code) != 11 or not digits.isdigit() or code[6] not in CENTURIES or code[10] not in CHECKS:
        raise Unusable("malformed")
    try:
        birth = datetime.date(CENTURIES[code[6]] + int(code[4:6]), int(code[2:4]), int(code[:2]))
    except ValueError as error:
        raise Unusable("impossible_date") from error
    if birth > opened:
        raise Unusable("future_birth_date")
    if int(code[7:10]) < 2:
        raise Unusable("reserved_number")
    if CHECKS[int(digits) % 31] != code[10]:
        raise Unusable("wrong_check_character")
    if int(code[7:10]) >= 900:
        return b"fi-hetu-temporary\x1f" + owner.encode() + b"\x1f" + code.encode(), False
    return b"fi-hetu\x1f" + code.encode(), True
