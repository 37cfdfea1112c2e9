"""Issues Finnish personal identity codes to invented people.

A code is DDMMYY, a century sign, an individual number and a check character. The sign has distinguished people since
2023: when the numbers of a day run out, the day gets a second sign. So `-` and `Y` with the same digits are two people.
Individual numbers here say nothing about sex, so that nobody can get away with deriving it.
"""

import datetime

CHECK_CHARACTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"
SIGNS = {18: "+", 19: "-YXWVU", 20: "ABCDEF"}
OFFICIAL = 898  # individual numbers 002-899
TEMPORARY = 100  # 900-999


def check_character(digits: str) -> str:
    """The check character of the nine digits DDMMYYNNN."""
    return CHECK_CHARACTERS[int(digits) % 31]


def write_code(birth: datetime.date, sign: str, number: int) -> str:
    digits = f"{birth.day:02d}{birth.month:02d}{birth.year % 100:02d}"
    return f"{digits}{sign}{number:03d}{check_character(digits + f'{number:03d}')}"


class OfficialCodes:
    """Issues each official code once. Keeps one counter per day and sign, so memory is bounded by the calendar."""

    def __init__(self):
        self.issued = {}
        self.reserved = set()

    def issue(self, birth: datetime.date, sign: str = "") -> str:
        """The next code of a day; from the sign given, or else the century's first sign with numbers left."""
        signs = SIGNS[birth.year // 100]
        day = birth.toordinal()
        for candidate in signs[max(signs.find(sign), 0):]:
            while (used := self.issued.get((day, candidate), 0)) < OFFICIAL:
                self.issued[day, candidate] = used + 1
                code = write_code(birth, candidate, self._number(day, used))
                if code not in self.reserved:
                    return code
        raise ValueError("every code of a birth date has been issued; ask for fewer people")

    def issue_twins(self, birth: datetime.date, sign: str):
        """Two codes that differ in the century sign only."""
        first = self.issue(birth)
        second = first[:6] + sign + first[7:]
        self.reserved.add(second)
        return first, second

    @staticmethod
    def _number(day: int, index: int) -> int:
        # 898 = 2 x 449, so any odd step other than 449 visits every number of the day once.
        return 2 + (day * 7919 + index * (5 + 2 * (day * 31 % 200))) % OFFICIAL


class TemporaryCodes:
    """One organisation's own codes, 900-999. Every organisation starts at 900, which is why they collide."""

    def __init__(self):
        self.issued = {}

    def issue(self, birth: datetime.date) -> str:
        while (used := self.issued.get(birth, 0)) >= TEMPORARY:
            birth += datetime.timedelta(days=1)
        self.issued[birth] = used + 1
        return write_code(birth, SIGNS[birth.year // 100][0], 900 + used)


def count_shared(owners) -> int:
    """How many temporary codes two or more organisations have issued."""
    shared = 0
    for birth in {birth for owner in owners for birth in owner.issued}:
        shared += sorted(owner.issued.get(birth, 0) for owner in owners)[-2]
    return shared


def spoil(code: str, how: float) -> str:
    """A malformed spelling of a code, by a number in 0..<1: none of them may ever link."""
    if how < 0.7:
        wrong = CHECK_CHARACTERS[(CHECK_CHARACTERS.index(code[10]) + 1 + int(how * 40)) % 31]
        return code[:10] + wrong
    if how < 0.8:
        return "31" + "02" + code[4:10] + check_character("3102" + code[4:6] + code[7:10])
    if how < 0.9:
        return code[:7] + "000" + check_character(code[:6] + "000")
    return code[:10]
