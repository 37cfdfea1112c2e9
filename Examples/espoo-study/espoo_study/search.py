"""Searches files, whatever they hold, for the people of the registers.

Every file is read once, as bytes. `bytes.translate` and `bytes.find` mark the few places that have the shape of a
code, a name or an address, and only those are looked up. Looked for everywhere: identity codes in ASCII and UTF-16,
their hexadecimal and base64 forms, the plain SHA-256 of each as bytes, hexadecimal or base64, client numbers, street
addresses, and full names in either order. In text files also single names, and codes without their century sign.
"""

import base64
import hashlib
import os
import re
from array import array

CHUNK = 1 << 22
OVERLAP = 512  # longer than anything looked for; a multiple of 8
TEXT = (".csv", ".json", ".jsonl", ".ndjson", ".md", ".txt", ".log", ".yaml", ".yml", ".toml", ".html", ".xml", ".prom")
KINDS = ("identity code", "identity code in UTF-16", "identity code in hexadecimal", "identity code in base64",
         "identity code without its sign", "SHA-256 of a code", "SHA-256 of a code in hexadecimal",
         "SHA-256 of a code in base64", "client number", "address", "full name", "name")
MOST_WINDOWS = 4_000_000

_CODE = re.compile(rb"[0-9]{6}[-+A-FU-Ya-fu-y](?=([0-9]{3}[0-9A-Ya-y]))")
_SIGNLESS = re.compile(rb"(?<![0-9A-Za-z])[0-9]{9}[0-9A-Ya-y](?![0-9A-Za-z])")
_DIGITS_IN_HEX = re.compile(rb"3(?=([0-9](?:3[0-9]){5}[0-9A-Fa-f]{10}))")
_HEX_RUN = re.compile(rb"[0-9A-Fa-f]{16,}")
# Three ASCII digits in base64, when they start at a group of three bytes. Every code holds such digits.
_DIGITS_IN_BASE64 = re.compile(rb"[MNO][DTjz](?=[AEIMQUYcgk][w-z0-5])")
_BASE64_RUN = re.compile(rb"[A-Za-z0-9+/_-]{43,}")
_WORD_RUN = re.compile(rb"[0-9A-Za-z\xc0-\xff+/_-]{3,}")
_WORD = re.compile(rb"[0-9A-Za-z\xc0-\xff]+")
_CAPITALISED = re.compile(rb"[A-Z\xc0-\xde][a-z\xdf-\xff]+|[A-Z\xc0-\xde]{2,}")
_NAME_PAIR = re.compile(rb"([A-Z\xc0-\xde][a-z\xdf-\xff]+)([ ,;|\t\"'-]{0,3})([A-Z\xc0-\xde][a-z\xdf-\xff]+)")
_WORD_PAIR = re.compile(rb"([A-Za-z\xc0-\xff]+)([ ,;|\t\"'-]{1,3})([A-Za-z\xc0-\xff]+)")
_ADDRESS = re.compile(rb"([A-Za-z\xc0-\xff]+ )([0-9]{1,3})")
_DIGIT = re.compile(rb"[0-9]")
_CAPITAL, _SMALL_LETTER = ord("U"), ord("l")
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_HEX_DIGITS = frozenset(b"0123456789abcdef")


def _classes(**members):
    table = bytearray(b"." * 256)
    table[0] = 0
    for mark, characters in members.items():
        for character in characters:
            table[character] = ord(mark)
    return bytes(table)


_DIGITS = b"0123456789"
_UPPER = bytes(range(65, 91)) + bytes(range(0xC0, 0xDF))
_LOWER = bytes(range(97, 123)) + bytes(range(0xDF, 0x100))
_CODE_CLASSES = _classes(s=b"-+ABCDEFUVWXYabcdefuvwxy", d=_DIGITS)
_TEXT_CLASSES = _classes(U=_UPPER, l=_LOWER, d=_DIGITS, **{"_": b" ,;|\t\"'-"})
_CODE_SHAPE = b"dddddds" + b"ddd"
_WIDE_SHAPE = b"\0".join(bytes([mark]) for mark in _CODE_SHAPE)
# Letters of Western Europe in UTF-8, turned into Latin-1, so that a letter is one byte.
_LATIN = {chr(point).encode(): bytes([point]) for point in range(0xC0, 0x100)}
_WIDE_LETTER = re.compile(rb"\xc3[\x80-\xbf]")


_SMALL = bytes(byte + 32 if 65 <= byte <= 90 or 0xC0 <= byte <= 0xDE else byte for byte in range(256))


def latin(text):
    return text.encode("latin-1", "replace")


class Needles:
    """What must not be found. Built from the registers' own values, handed over as (kind, text) pairs."""

    def __init__(self):
        self.codes, self.signless, self.client_numbers = set(), set(), set()
        self.addresses, self.pairs, self.names = set(), set(), set()
        self.client_prefixes = set()
        self.windows, self.stride = frozenset(), 8

    def add_code(self, text):
        code = text.strip().upper().encode("utf-8", "replace")
        if len(code) == 11 and _CODE.match(code):
            self.codes.add(code)
            self.signless.add(code[:6] + code[7:])

    def add_address(self, text):
        """Street and house number; a staircase or a flat behind them need not be found."""
        match = _ADDRESS.match(latin(text.strip()))
        if match:
            self.addresses.add(match.group().translate(_SMALL))

    def add_client_number(self, text):
        number = text.strip().encode()
        self.client_numbers.add(number)
        self.client_prefixes.add((number[:number.find(b"-") + 1] or number[:3], len(number)))

    def add_person(self, family, given, call):
        families = _CAPITALISED.findall(latin(family or ""))
        all_given = _CAPITALISED.findall(latin(given or ""))
        calls = _CAPITALISED.findall(latin(call or ""))
        for word in families + all_given + calls:
            if len(word) >= 3:
                self.names.add(word.translate(_SMALL))
        for names in (all_given, calls):
            if families and names:
                self.pairs.add((names[-1] + b" " + families[0]).translate(_SMALL))
                self.pairs.add((families[-1] + b" " + names[0]).translate(_SMALL))

    def finish(self):
        """Hashes every code. A digest holds 8 bytes at a multiple of 8 of the file, wherever it lies, so few windows
        of each digest and few positions of each file are enough; the more codes, the fewer windows."""
        width = 8
        while width > 1 and width * len(self.codes) > MOST_WINDOWS:
            width //= 2
        windows = set()
        for code in self.codes:
            sha = hashlib.sha256(code).digest()
            for start in range(width):
                windows.add(int.from_bytes(sha[start:start + 8], "little"))
        self.windows, self.stride = windows, width

    def exclude(self, words):
        """Leaves out single names that the dataset may hold as words of its own; returns how many there were."""
        words = {latin(word).translate(_SMALL) for word in words}
        found = self.names & words
        self.names -= found
        return len(found)


class Search:
    """Searches files for the needles and counts what it finds, per kind and file. Keeps no finding itself."""

    def __init__(self, needles, chunk=CHUNK):
        """`chunk`: bytes read at once, a multiple of 8."""
        self.needles, self.chunk = needles, chunk
        self.files = self.bytes = 0
        self.found = {}

    def directory(self, path):
        """Searches every file below a directory. Raises OSError if there is none or one cannot be read."""
        before = self.files
        if os.path.isfile(path):
            self.file(path)
            return 1

        def refuse(problem):
            raise problem

        for folder, folders, names in os.walk(path, onerror=refuse):
            folders.sort()
            for name in sorted(names):
                whole = os.path.join(folder, name)
                self._words_of_name(whole, name)
                if os.path.isfile(whole):
                    self.file(whole)
        return self.files - before

    def file(self, path):
        is_text = path.lower().endswith(TEXT)
        self.files += 1
        carried = b""
        with open(path, "rb") as file:
            while True:
                read = file.read(self.chunk)
                self.bytes += len(read)
                last = len(read) < self.chunk
                block = carried + read
                # What starts in the last OVERLAP bytes is looked at again with the next block.
                self._block(block, len(block) if last else len(block) - OVERLAP, is_text, path)
                if last:
                    return
                carried = block[-OVERLAP:]

    def _words_of_name(self, path, name):
        self._block(name.encode("utf-8", "replace"), len(name), True, path)

    def _hit(self, kind, path):
        counts = self.found.setdefault(kind, {})
        counts[path] = counts.get(path, 0) + 1

    def _block(self, block, limit, is_text, path):
        codes = self.needles.codes
        marked = block.translate(_CODE_CLASSES)
        for start in _places(marked, _CODE_SHAPE, limit):
            code = block[start:start + 11]
            if code.upper() in codes and not _in_hex(block, start, code):
                self._hit("identity code", path)
        for start in _places(marked, _WIDE_SHAPE, limit):
            if block[start:start + 21:2].upper() in codes:
                self._hit("identity code in UTF-16", path)
        self._hexadecimal(block, limit, path)
        self._base64(block, limit, is_text, path)
        for _ in range(self._digests(block)):
            self._hit("SHA-256 of a code", path)
        for prefix, length in self.needles.client_prefixes:
            for start in _places(block, prefix, limit):
                if block[start:start + length] in self.needles.client_numbers:
                    self._hit("client number", path)
        # From here on a letter is one byte. Positions shift a little, so nothing is cut at the limit: a finding in
        # the overlap may count twice.
        text = _WIDE_LETTER.sub(lambda letter: _LATIN[letter.group()], block)
        marked = text.translate(_TEXT_CLASSES)
        self._addresses(text, marked, path)
        self._full_names(text, marked, is_text, path)
        if is_text:
            self._words(text, path)

    def _hexadecimal(self, block, limit, path):
        for match in _DIGITS_IN_HEX.finditer(block):
            if match.start() < limit:
                code = bytes.fromhex("3" + match.group(1).decode())
                if code.upper() in self.needles.codes:
                    self._hit("identity code in hexadecimal", path)
        # Every run is padded to a multiple of 8 bytes, as `_digests` wants. A digest starts at an even place of its
        # run unless the run's length is odd, or the run is cut or a long one.
        padded = []
        for run in set(_HEX_RUN.findall(block)):
            padded.append(run + b"0" * (-len(run) % 16))
            if len(run) % 2 or len(run) > 200:
                padded.append(run[1:] + b"0" * ((1 - len(run)) % 16))
        for _ in range(self._digests(bytes.fromhex(b"".join(padded).decode()))):
            self._hit("SHA-256 of a code in hexadecimal", path)

    def _base64(self, block, limit, is_text, path):
        for match in _DIGITS_IN_BASE64.finditer(block):
            start = match.start()
            if start >= limit:
                break
            # The group found is the first of the code's whole groups, or the one after its first digits.
            text = block[max(0, start - 4):start + 16].translate(_URL_SAFE)
            text = b"AAAA"[:max(0, 4 - start)] + text
            try:
                plain = base64.b64decode((text + b"A" * 20)[:20].replace(b"=", b"A"), validate=True)
            except ValueError:
                plain = base64.b64decode(re.sub(rb"[^A-Za-z0-9+/]", b"A", (text + b"A" * 20)[:20]))
            for offset in (1, 2, 3):
                if plain[offset:offset + 11].upper() in self.needles.codes:
                    self._hit("identity code in base64", path)
        if not is_text:
            return
        padded = b"".join(run + b"A" * (-len(run) % 32) for run in set(_BASE64_RUN.findall(block))
                          if _HEX_RUN.fullmatch(run) is None)
        for _ in range(self._digests(base64.b64decode(padded.translate(_URL_SAFE)))):
            self._hit("SHA-256 of a code in base64", path)

    def _digests(self, block):
        """How many windows of digests lie in a block whose start is a multiple of 8 of the file."""
        windows, count = self.needles.windows, 0
        for start in range(0, 8, self.needles.stride):
            words = array("Q")
            words.frombytes(block[start:start + max(0, len(block) - start) // 8 * 8])
            count += len(windows.intersection(words))
        return count

    def _addresses(self, text, marked, path):
        for place in _places(marked, b"l_d", len(text)):
            start = place
            while start > 0 and place - start < 40 and marked[start - 1] in b"Ul":
                start -= 1
            # In a row of a database a street may follow other letters at once: try each capital.
            while start <= place:
                match = _ADDRESS.match(text, start)
                if match is None:
                    break
                street, number = match.group(1).translate(_SMALL), match.group(2)
                # Other digits may follow the house number at once.
                if any(street + number[:count] in self.needles.addresses for count in (1, 2, 3)):
                    self._hit("address", path)
                    break
                start += 1
                while start <= place and marked[start] != _CAPITAL:
                    start += 1

    def _full_names(self, text, marked, is_text, path):
        """Two names with a separator, or run together as the columns of a database row are."""
        for shape, shift in ((b"llUll", 1), (b"l_U", 0), (b"l__U", 0), (b"l___U", 0)):
            for place in _places(marked, shape, len(text)):
                start = place + shift
                while start > 0 and marked[start] == _SMALL_LETTER:
                    start -= 1
                self._pair(_NAME_PAIR.match(text, start), path)
        # All capitals anywhere; all small letters in files that are not text, where single names are looked for anyway.
        if is_text:
            shapes = (b"UU_UU", b"UU__UU", b"UU___UU")
        else:
            marked = marked.replace(b"U", b"l")
            shapes = (b"ll_ll", b"ll__ll", b"ll___ll")
        for shape in shapes:
            for place in _places(marked, shape, len(text)):
                start = place
                while start > 0 and marked[start - 1] == shape[0]:
                    start -= 1
                match = _WORD_PAIR.match(text, start)
                if match and not (match.group(1).istitle() and match.group(3).istitle()):
                    self._pair(match, path)

    def _pair(self, match, path):
        if match is None:
            return
        one, between, other = match.groups()
        # Shorter names run together occur by chance in random bytes.
        if len(one) + len(other) >= (6 if between else 9):
            if (one + b" " + other).translate(_SMALL) in self.needles.pairs:
                self._hit("full name", path)

    def _words(self, text, path):
        needles = self.needles
        for match in _SIGNLESS.finditer(text):
            if match.group().upper() in needles.signless:
                self._hit("identity code without its sign", path)
        for run in set(_WORD_RUN.findall(text)):
            # Random base64 holds short names now and then: with digits, long runs are left out, and short names.
            digits = not run.isalpha() and _DIGIT.search(run) is not None
            if digits and len(run) >= 16:
                continue
            for word in _WORD.findall(run.translate(_SMALL)):
                if word in needles.names and not (digits and len(word) < 5):
                    self._hit("name", path)

def _places(marked, shape, limit):
    position = marked.find(shape)
    while 0 <= position < limit:
        yield position
        position = marked.find(shape, position + 1)


def _in_hex(block, start, code):
    """Whether lower-case hexadecimal digits surround what would be a code in lower case: then it is part of a hash."""
    return (code[6] in b"abcdef" and all(byte in _HEX_DIGITS for byte in code)
            and all(byte in _HEX_DIGITS for byte in block[max(0, start - 4):start] + block[start + 11:start + 15])
            and start >= 4 and len(block) >= start + 15)
