"""What only a reader can see: things done wrong in streams and sealed parts, in a round that is honest otherwise."""

import os

from exchange import Problem
from lists import CAPSULE, ELEMENT, random_element, refreshed, written
from node import Refusal
from wire import label, log, sha256, u32

DEEDS = {}


def deed(name, **attributes):
    """Makes a class a deed: the class's attributes are changed as named."""

    def enter(cls):
        DEEDS[name] = type(name, (cls,), attributes)
        return cls

    return enter


def stages(name, which=(0, 1, 2), **attributes):
    """The same deed at every stage of a ring of three."""

    def enter(cls):
        for stage in which:
            DEEDS[f"{name}@{stage}"] = type(name, (cls,), {"stage": stage, **attributes})
        return cls

    return enter


def told(what):
    log("misbehaved", what=what)


# Keys


@deed("keys.bad-proof/response", fields=["blindingProof"])
@deed("keys.bad-proof/missing", fields=["capsuleKey", "capsuleProof"], missing=True)
@deed("keys.bad-proof/key", fields=["capsuleKey"])
class WrongProof:
    missing = False

    def key_body(self):
        body = super().key_body()
        for field in self.fields:
            value = body.pop(field)
            if self.missing:
                continue
            if field.endswith("Key"):
                body[field] = random_element().encode().hex()
            else:
                body[field] = {**value, "response": value["response"][:-4] + "0100"}
        return body

    def reveal(self):
        # The commitment fits only this body, so there is no going on.
        try:
            super().reveal()
        except Problem:
            told("keys")
            raise Refusal("internal.failure") from None


@deed("keys.bad-salt-share/unopenable")
class UnopenableShare:
    def sealed_shares(self):
        shares = super().sealed_shares()
        told("salt shares")
        return {node: share[:-2] + f"{int(share[-2:], 16) ^ 1:02x}" for node, share in shares.items()}


@deed("keys.bad-salt-share/digest")
class OtherShare:
    def salt_digest(self, node, share):
        if node == self.id and not hasattr(self, "revealed"):
            told("salt digest")
            return sha256(b"another")
        return super().salt_digest(node, share)


@deed("keys.bad-salt-share/unequal")
class UnequalShares:
    """Another share to one node than to the others."""

    def sealed_shares(self):
        true_share, shares = self.salt_share, super().sealed_shares()
        self.salt_share = os.urandom(32)
        others, first = super().sealed_shares(), next(iter(shares))
        self.salt_share = true_share
        told("salt shares")
        return {**shares, first: others[first]}


# Lists


class AList:
    """Changes a list that is otherwise as it should be."""

    stage = 0

    def own_list(self, items):
        if self.stage != 0:
            return super().own_list(items)
        told("list")
        return written(self.changed(sorted(items), ELEMENT))

    def stage_list(self, register, stage, items):
        if self.stage != stage:
            return super().stage_list(register, stage, items)
        told("list")
        return written(self.changed(items, ELEMENT if stage < len(self.agreement.ring) - 1 else 16))


@stages("list.not-increasing/swapped")
class Swapped(AList):
    def changed(self, items, _):
        return [items[1], items[0], *items[2:]]


@stages("list.not-increasing/repeated")
class Repeated(AList):
    def changed(self, items, size):
        return [items[0], items[0][:size] + items[1][size:], *items[2:]]


@stages("list.invalid-element/large", which=(0, 1))
class LargeElement(AList):
    def changed(self, items, size):
        return [*items[:-1], bytes([255]) * size + items[-1][size:]]


@stages("list.invalid-element/identity", which=(0, 1))
class Identity(AList):
    def changed(self, items, size):
        return [bytes(size) + items[0][size:], *items[1:]]


@stages("list.invalid-capsule/large", half=0, value=bytes([255]) * 32)
@stages("list.invalid-capsule/identity", half=1, value=bytes(32))
class WrongCapsule(AList):
    def changed(self, items, size):
        start = size + 32 * self.half
        number = len(items) // 2
        item = items[number][:start] + self.value + items[number][start + 32 :]
        return [*items[:number], item, *items[number + 1 :]]


@stages("list.wrong-digest/other")
class OtherContent:
    """Sends another list, as good as the one it announces."""

    stage = 0

    def store_sealed(self, batch, stage, data, *others):
        if stage != str(self.stage):
            return super().store_sealed(batch, stage, data, *others)
        stored = super().store_sealed(batch, stage, data, *others)
        # The entry names the second stream, and has the first one's digest.
        told("list")
        changed = [*data[:-1], data[-1][:-CAPSULE] + refreshed(data[-1][-CAPSULE:], self.capsule_public)]
        second = super().store_sealed(batch, stage, changed, *others)
        return {**second, "digest": stored["digest"]}


@deed("capsule/repeated")
class RepeatedCapsule(AList):
    """The last hop gives two people one capsule. Who opens them finds one person's cell twice and the other's never."""

    stage = 2

    def changed(self, items, size):
        return [item[:size] + items[0][size:] for item in items]


@deed("capsule/of-nothing")
class CapsuleOfNothing(AList):
    """The last hop puts another secret into everybody's capsule."""

    stage = 2

    def changed(self, items, size):
        return [item[:size] + random_element().encode() + random_element().encode() for item in items]


# Streams


class AStream:
    """Changes the chunks of one of its sealed streams."""

    stage = 0

    def sealed_chunks(self, stage, writer, pieces):
        chunks = super().sealed_chunks(stage, writer, pieces)
        if stage != str(self.stage):
            return chunks
        told("stream")
        return self.wrong(writer, pieces, list(chunks))


@stages("stream.malformed/garbage", which=(0, 1, 2, "release"))
class Garbage(AStream):
    def wrong(self, _, __, chunks):
        return [(number, os.urandom(len(chunk)), last) for number, chunk, last in chunks]


@stages("stream.malformed/bit", which=(0, 1, 2, "release"))
class Bit(AStream):
    def wrong(self, _, __, chunks):
        *before, (number, chunk, last) = chunks
        return [*before, (number, chunk[:-1] + bytes([chunk[-1] ^ 1]), last)]


@stages("stream.malformed/last", which=(0, 1, 2, "release"))
class LiesAboutLast(AStream):
    """Seals its only chunk as one that is not the last."""

    def sealed_chunks(self, stage, writer, pieces):
        if stage != str(self.stage):
            return super().sealed_chunks(stage, writer, pieces)
        told("stream")
        (piece, _), *_ = pieces
        return [(0, writer.seal(piece, False), True)]


@stages("stream.malformed/name", which=(0, 2, "release"))
class OtherName(AStream):
    """Seals a stream under another's name, as who replays one would."""

    def sealed_chunks(self, stage, writer, pieces):
        if stage == str(self.stage):
            writer.prefix = label("stream") + self.round + b"another/0/0/0\0"
        return super().sealed_chunks(stage, writer, pieces)

    def wrong(self, _, __, chunks):
        return chunks


# Shares


@deed("shares.wrong/large", value=bytes([255]) * 32)
@deed("shares.wrong/identity", value=bytes(32))
class WrongShare:
    def share_bytes(self, shares):
        told("shares")
        return b"".join([self.value, *shares[1:]])


@deed("share/other")
class OtherShareValue:
    """A share of the right form that opens nothing."""

    def share_bytes(self, shares):
        told("shares")
        return b"".join([random_element().encode(), *shares[1:]])


@deed("shares.wrong/digest")
class SharesOtherDigest:
    def store_sealed(self, batch, stage, data, *others):
        if stage != "release":
            return super().store_sealed(batch, stage, data, *others)
        told("shares")
        stored = super().store_sealed(batch, stage, data, *others)
        return {**stored, "digest": sha256(b"another").hex()}


# Vaults and surveys


@deed("vault.wrong/unopenable")
class Unopenable:
    """Every cell of one person, and of others, is damaged."""

    def person_cells(self, *arguments):
        told("cell")
        return [cell[:-1] + bytes([cell[-1] ^ 1]) for cell in super().person_cells(*arguments)]


@deed("vault.wrong/missing")
class MissingCells:
    def person_cells(self, *arguments):
        told("cell")
        return [os.urandom(len(cell)) for cell in super().person_cells(*arguments)]


class AContent:
    def person_payload(self, rows, is_dummy):
        content = super().person_payload(rows, is_dummy)
        if is_dummy:
            return content
        told("payload")
        return self.other(content)


@deed("vault.wrong/dummy-with-rows")
class DummyWithRows(AContent):
    def other(self, content):
        return content[:1] + b"\1" + content[2:]


@deed("vault.wrong/flags")
class UnknownFlags(AContent):
    def other(self, content):
        return content[:1] + b"\2" + content[2:]


@deed("vault.wrong/version")
class UnknownVersion(AContent):
    def other(self, content):
        return b"\2" + content[1:]


@deed("vault.wrong/rows")
class MoreRowsSaid(AContent):
    def other(self, content):
        return content[:2] + u32(int.from_bytes(content[2:6], "big") + 1) + content[6:]


@deed("vault.wrong/most-rows")
class MostRowsSaid(AContent):
    def other(self, content):
        return content[:2] + bytes([255]) * 4 + content[6:]


@deed("vault.wrong/most-bytes")
class MostBytesSaid(AContent):
    def other(self, content):
        return content[:6] + bytes([255]) * 4 + content[10:]


@deed("vault.wrong/compressed")
class NotCompressed(AContent):
    def other(self, content):
        return content[:14] + bytes(len(content) - 14)


@deed("vault.wrong/behind")
class BytesBehind(AContent):
    def other(self, content):
        return content + b"\1"


@deed("vault.wrong/nul", value=b"\0")
@deed("vault.wrong/not-utf-8", value=b"\xff")
class WrongText:
    """A text that no owner writes, in the last column, which is a code."""

    def person_payload(self, rows, is_dummy):
        if rows:
            told("text")
        return super().person_payload([row[:-1] + self.value for row in rows], is_dummy)


@deed("batch.malformed/survey-reason", at=("refused",), key="because")
@deed("batch.malformed/survey-key", at=(), key="because")
@deed("batch.malformed/survey-code", at=("codes",), key="because")
class SurveyKey:
    def survey(self, source):
        text = super().survey(source)
        part = text
        for step in self.at:
            part = part[step]
        part[self.key] = 1
        told("survey")
        return text


@deed("batch.malformed/survey-number")
class SurveyNumber:
    def survey(self, source):
        told("survey")
        return {**super().survey(source), "people": -7}


@deed("batch.malformed/survey-unopenable")
class SurveyUnopenable:
    def sealed_survey(self, *arguments):
        told("survey")
        return os.urandom(len(super().sealed_survey(*arguments)))
