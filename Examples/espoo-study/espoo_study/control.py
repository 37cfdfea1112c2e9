"""The positive control: proves on every run that the search finds what it is looking for."""

import base64
import hashlib
import os
import random
import tempfile

from .search import KINDS, Search

_CHUNK = 4096


def plants(needles):
    """One or more byte strings per kind of finding."""
    code = min(needles.codes)
    text = code.decode()
    name = max(needles.names, key=lambda word: (len(word), word)).decode("latin-1")
    pair = max(needles.pairs, key=lambda words: (len(words), words)).decode("latin-1").title()
    address = min(needles.addresses).decode("latin-1").title()
    sha = hashlib.sha256(code)
    yield "identity code", code
    yield "identity code", b"x12" + code.lower() + b"99"
    for encoding in ("utf-16-le", "utf-16-be"):
        yield "identity code in UTF-16", text.encode(encoding)
    for form in (code.hex(), "a" + code.hex().upper()):
        yield "identity code in hexadecimal", form.encode()
    for before in (b"", b"a", b"ab"):
        yield "identity code in base64", base64.b64encode(before + code)
        yield "identity code in base64", base64.urlsafe_b64encode(before + code + b"...")
    yield "identity code without its sign", min(needles.signless)
    for shift in range(8):
        yield "SHA-256 of a code", bytes(shift) + sha.digest()
    yield "SHA-256 of a code in hexadecimal", sha.hexdigest().encode()
    yield "SHA-256 of a code in base64", base64.b64encode(sha.digest())
    yield "client number", min(needles.client_numbers)
    yield "address", address.encode() + b" C 12"
    yield "full name", pair.encode()
    yield "full name", pair.upper().encode()
    yield "full name", "".join(pair.split()).encode() + b"1"
    yield "name", name.encode()


def planted_control(needles):
    """Plants every kind in a file of its own, at odd places and across the border of two reads; returns the missed."""
    rng = random.Random(1)
    missed = []
    with tempfile.TemporaryDirectory() as folder:
        for number, (kind, planted) in enumerate(plants(needles)):
            # Signless codes and single names are looked for in text files only, where a word is a word.
            is_text = kind in ("identity code without its sign", "name", "SHA-256 of a code in base64")
            path = os.path.join(folder, "control.txt" if is_text else "control.bin")
            with open(path, "wb") as file:
                if number % 3 == 0:
                    _fill(file, rng, _CHUNK - len(planted) // 2 - 1)
                elif number % 3 == 1:
                    _fill(file, rng, 5 * _CHUNK + number)
                else:
                    _fill(file, rng, number)
                file.write((b"\n%b\n" if is_text else b"\0%b\0") % planted)
                _fill(file, rng, number * 3)
            search = Search(needles, _CHUNK)
            search.file(path)
            if not search.found.get(kind):
                missed.append(kind)
    missed += set(KINDS) - {kind for kind, _ in plants(needles)}
    return sorted(set(missed))


def _fill(file, rng, count):
    # Bytes without the digits, letters or zeros of anything looked for.
    file.write(bytes(rng.randrange(1, 32) for _ in range(count)))
