"""Hops that lie, once about a list or a proof, and once with a proof of their lie."""

import shuffle_proofs as proofs
from broken_rounds import Broken, other_point, plus_one, with_bytes
from conventions import sha256
from ristretto255 import BASE, ORDER, decode
from verified_round import ELEMENT, PREFIX, TAG
from wire import ELEMENT_BITS, NO_BITS, cut_by_part


class BrokenStages(Broken):
    """A hop lies about its list or its proof."""

    register = "index"

    def run(self):
        self.lists(1)
        self.lists(self.agreement.last)
        self.proofs(1)
        self.contexts(1)
        self.tags()

    def stage(self, number, change, is_output=True):
        """A round in which a list of items is another."""
        other, place = self.honest.altered(), number if is_output else number - 1
        name, stored = other.list_place(self.register, place, elements=True)
        items = self.honest.items(self.register, place)
        changed = change(items)
        prefixes = self.honest.prefixes(self.register, place, elements=True)
        cut = cut_by_part(changed, self.agreement.parts, ELEMENT_BITS)
        other.put(self.register, name, stored, [p + b"".join(own) for p, own in zip(prefixes, cut)], len(changed))
        return lambda: other.check_stage(self.register, number)

    def lists(self, number):
        elements = ELEMENT * self.honest.shape.elements

        def item(at, change):
            return lambda items: sorted(items[:at] + [change(items[at])] + items[at + 1 :])

        def across(start, count):
            """Two items, each with the other's bytes there."""
            def change(items):
                first, second = items[0], items[1]
                return sorted([with_bytes(first, start, second[start : start + count]),
                               with_bytes(second, start, first[start : start + count])] + items[2:])
            return change

        def copied(items):
            """One person's second element and capsule in the place of another's."""
            return [items[0], items[1][:ELEMENT] + items[0][ELEMENT:]] + items[2:]

        for what, change in {
            "an element replaced": item(2, lambda own: other_point() + own[ELEMENT:]),
            "an element of the second key replaced": item(2, lambda own: with_bytes(own, ELEMENT, other_point())),
            "elements swapped": across(0, ELEMENT),
            "elements of the second key swapped": across(ELEMENT, ELEMENT),
            "capsules swapped": across(elements, 2 * ELEMENT),
            "halves of capsules swapped": across(elements, ELEMENT),
            "a capsule replaced": item(0, lambda own: own[:elements] + other_point(1) + other_point(2)),
            "an item copied": copied,
        }.items():
            self.refuses("proof.wrong", self.stage(number, change), f"stage {number}: {what}")
            if "capsule" in what and number == 1:
                self.refuses("proof.wrong", self.stage(number, change, is_output=False), f"input of {number}: {what}")
        self.refuses("proof.malformed", self.stage(number, lambda items: items[1:]), f"stage {number}: an item dropped")
        self.refuses("list.not-increasing", self.stage(number, lambda items: items[:1] + items), "an item twice")
        self.refuses("list.invalid-element", self.stage(number, item(2, lambda own: with_bytes(own, ELEMENT, bytes(32)))),
                     "the identity for an element")
        self.refuses("list.invalid-capsule", self.stage(number, item(2, lambda own: own[:-1] + b"\xff")), "no capsule")

    def proved(self, number, change, announced=True):
        """A round in which a proof is another: `change` is given head and records."""
        other = self.honest.altered()
        stored, head_bytes = other.board.proofs[self.register, number], self.honest.shape.head_bytes
        proof = self.honest.proof(self.register, number)
        head, rest = proof[:head_bytes], proof[head_bytes:]
        records = [rest[at : at + proofs.RECORD_BYTES] for at in range(0, len(rest), proofs.RECORD_BYTES)]
        head, records = change(head, list(records))
        count = self.agreement.parts
        parts = [b"".join(records[len(records) * p // count : len(records) * (p + 1) // count]) for p in range(count)]
        parts[0] = head + parts[0]
        if announced:
            other.put(self.register, f"proof{number}", stored, parts)
        else:
            other.streams[f"{self.register}/proof{number}/{stored['attempt']}"] = parts
        return lambda: other.check_stage(self.register, number)

    def proofs(self, number):
        shape = self.honest.shape
        fields = 3 + shape.sum_count + shape.response_count

        def head_field(at, change):
            start = ELEMENT * at
            return lambda head, records: (with_bytes(head, start, change(head[start : start + ELEMENT])), records)

        def record_field(row, at, change):
            def altered(head, records):
                own = records[row]
                records[row] = with_bytes(own, ELEMENT * at, change(own[ELEMENT * at : ELEMENT * at + ELEMENT]))
                return head, records
            return altered

        def digested(change):
            """With the digests that then are right."""
            def altered(head, records):
                head, records = change(head, records)
                for at in range(3):
                    column = (record[ELEMENT * at : ELEMENT * at + ELEMENT] for record in records)
                    head = with_bytes(head, ELEMENT * at, sha256(*column))
                return head, records
            return altered

        def rows_swapped(head, records):
            records[0], records[1] = records[1], records[0]
            return head, records

        for at in range(3, 3 + shape.sum_count):
            lie = self.proved(number, head_field(at, lambda own: other_point()))
            self.refuses("proof.wrong", lie, f"another t, number {at - 2}")
        for at in range(3 + shape.sum_count, fields):
            self.refuses("proof.wrong", self.proved(number, head_field(at, plus_one)), f"s_{at - 2 - shape.sum_count} + 1")
        for at, what in enumerate(("c", "ĉ", "t̂")):
            lie = record_field(2, at, lambda own: other_point())
            self.refuses("proof.malformed", self.proved(number, lie), f"another {what}")
            self.refuses("proof.wrong", self.proved(number, digested(lie)), f"another {what}, with its digest")
            lie = head_field(at, lambda own: bytes(32))
            self.refuses("proof.malformed", self.proved(number, lie), f"no digest of {what}")
        for at, what in ((3, "ŝ"), (4, "s'")):
            self.refuses("proof.wrong", self.proved(number, record_field(1, at, plus_one)), f"{what} + 1")
            too_large = record_field(1, at, lambda own: (int.from_bytes(own, "little") + ORDER).to_bytes(32, "little"))
            self.refuses("proof.malformed", self.proved(number, too_large), f"{what} + q")
        self.refuses("proof.malformed", self.proved(number, rows_swapped), "records swapped")
        self.refuses("proof.wrong", self.proved(number, digested(rows_swapped)), "records swapped, with their digests")
        self.refuses("proof.malformed", self.proved(number, lambda head, records: (head, records[1:])), "a record dropped")
        lie = self.proved(number, lambda head, records: (head[ELEMENT:], records))
        self.refuses("proof.malformed", lie, "a shorter head")
        lie = self.proved(number, record_field(1, 3, plus_one), announced=False)
        self.refuses("list.wrong-digest", lie, "a proof that is not the announced one")

    def contexts(self, number):
        """A true proof of something else."""
        register, board = self.register, self.honest.board
        hop = self.agreement.node(register, number)

        def alter(change):
            other = self.honest.altered()
            change(other)
            return lambda: other.check_stage(register, number)

        def moved(batch, stage, stored):
            """A stream under another attempt."""
            def change(other):
                own = stored(other)
                parts = other.streams[f"{batch}/{stage}/{own['attempt']}"]
                own["attempt"] += 7
                other.streams[f"{batch}/{stage}/{own['attempt']}"] = parts
            return change

        def reprefixed(place):
            """Other bytes before the items of a list."""
            def change(other):
                stored = other.board.stages[register, place]
                parts = other.streams[f"{register}/{place}/{stored['attempt']}"]
                other.put(register, place, stored, [bytes(PREFIX) + part[PREFIX:] for part in parts])
            return change

        def set_key(other):
            other.board.revealed[hop]["blindingKey"] = (2 * BASE).encode().hex()

        def set_capsule_key(other):
            other.capsule_key = other.capsule_key + BASE

        def set_field(name):
            def change(other):
                setattr(other, name, sha256(getattr(other, name)))
            return change

        def other_proof(other):
            """Of the same stage of another register's list."""
            stored, source = other.board.proofs[register, number], other.board.proofs["left", number]
            parts = other.streams[f"left/proof{number}/{source['attempt']}"]
            other.put(register, f"proof{number}", stored, parts)

        for what, change in {
            "another attempt of the input": moved(register, number - 1, lambda o: o.board.stages[register, number - 1]),
            "another attempt of the output": moved(register, number, lambda o: o.board.stages[register, number]),
            "another attempt of the proof": moved(register, f"proof{number}", lambda o: o.board.proofs[register, number]),
            "other bytes before the input": reprefixed(number - 1),
            "other bytes before the output": reprefixed(number),
            "another key of the hop": set_key,
            "another key of capsules": set_capsule_key,
            "another round": set_field("id"),
            "other keys": set_field("manifest"),
        }.items():
            self.refuses("proof.wrong", alter(change), what)
        assert board.proofs["left", number]["count"] != board.proofs[register, number]["count"]
        self.refuses("proof.malformed", alter(other_proof), "the proof of another list")

    def tags(self):
        """The last hop lies about what follows from `exit`."""
        own, register, salt = self.agreement, self.register, self.check.salt
        tags = TAG * self.honest.shape.elements

        def lie(change, prefix=lambda data: data):
            other = self.honest.altered()
            _, stored = other.list_place(register, own.last)
            items = change(self.honest.tagged_items(register))
            prefixes = map(prefix, self.honest.prefixes(register, own.last))
            cut = cut_by_part(sorted(items), own.parts, NO_BITS)
            other.put(register, own.last, stored, [p + b"".join(each) for p, each in zip(prefixes, cut)], len(items))
            return lambda: other.check_tags(register, salt)

        def capsules_swapped(items):
            first, second = items[:2]
            return [first[:tags] + second[tags:], second[:tags] + first[tags:]] + items[2:]

        for what, change in {
            "a tag replaced": lambda items: [sha256(items[0])[:TAG] + items[0][TAG:]] + items[1:],
            "a tag of the second key replaced":
                lambda items: [with_bytes(items[0], TAG, items[1][TAG : 2 * TAG])] + items[1:],
            "capsules swapped": capsules_swapped, "a person left out": lambda items: items[1:],
        }.items():
            self.refuses("tags.wrong", lie(change), f"tags: {what}")
        self.refuses("tags.wrong", lie(lambda items: items, prefix=sha256), "tags: other bytes before them")
        self.refuses("tags.wrong", lambda: self.honest.check_tags(register, sha256(salt)), "tags: of another salt")



class BrokenStudyCapsules(BrokenStages):
    """A hop lies about what lasts for the study. [P-82]"""

    def run(self):
        self.study(1)
        self.study(self.agreement.last)
        self.proofs(1)

    def study(self, number):
        start = ELEMENT * (self.honest.shape.points - 2)
        key = self.honest.capsule_key

        def item(at, change):
            return lambda items: sorted(items[:at] + [change(items[at])] + items[at + 1 :])

        def swapped(items):
            first, second = items[0], items[1]
            return [first[:start] + second[start:], second[:start] + first[start:]] + items[2:]

        def doubled(own):
            return own[:start] + b"".join((2 * decode(own[at : at + ELEMENT])).encode()
                                         for at in (start, start + ELEMENT))

        for what, change in {
            "swapped": swapped,
            "copied": lambda items: [items[0][:start] + items[1][start:]] + items[1:],
            "replaced": item(2, lambda own: own[:start] + other_point(1) + other_point(2)),
            "emptied": item(2, lambda own: own[:start] + (7 * BASE).encode() + (7 * key).encode()),
            "raised by another key": item(2, doubled),
            "half of it altered": item(2, lambda own: with_bytes(own, start + ELEMENT, other_point())),
            "the other capsule in its place": item(2, lambda own: own[:start] + own[start - 2 * ELEMENT : start]),
        }.items():
            self.refuses("proof.wrong", self.stage(number, change), f"stage {number}: a study capsule {what}")


class BrokenProver(Broken):
    """A hop that is another program's makes a stage of this round and proves it, first truly and then falsely.

    Other lies fail since the proof is not of them. Here challenges are right, and only equations can tell.
    """

    def run(self):
        self.register = self.honest.names[-1]
        self.number = 1
        self.key = 1 + int.from_bytes(sha256(b"key"), "little") % (ORDER - 1)
        self.source = self.honest.items(self.register, 0)
        self.rho = [int.from_bytes(sha256(b"rho", bytes([n])), "little") for n in range(len(self.source))]
        self.shape = self.honest.shape
        self.stage()()
        self.check.checks += 1
        for what, change in (self.elements() | (self.capsules() if self.shape.capsules else {})).items():
            self.refuses("proof.wrong", self.stage(change), f"proved: {what}")
        for what, keys in {"another key than the announced one": (self.key + 1, self.key + 1),
                           "another key than the list was made with": (self.key, self.key + 1)}.items():
            self.refuses("proof.wrong", self.stage(keys=keys), f"proved: {what}")
        if self.shape.capsules:
            self.refuses("proof.wrong", self.stage(rho=self.rho[::-1]), "proved: other scalars than were used")

    def images(self, key):
        """What a true hop makes of each input, as points."""
        images = []
        for item, rho in zip(self.source, self.rho):
            points = self.shape.read(item)
            image = [key * point for point in points[: self.shape.elements]]
            if self.shape.capsules:
                image += [points[-2] + rho * BASE, points[-1] + rho * self.honest.capsule_key]
            images.append(image)
        return images

    def stage(self, change=lambda images: None, keys=None, rho=None):
        """The check of a stage that this hop has made and then proved with these two keys, with a lie in it."""
        made_by, proved_by = keys or (self.key, self.key)
        other, (register, number) = self.honest.altered(), (self.register, self.number)
        images = self.images(made_by)
        change(images)
        made = sorted((b"".join(point.encode() for point in image), own) for own, image in enumerate(images))
        output, order = [item for item, _ in made], [own for _, own in made]
        cut = cut_by_part(output, self.agreement.parts, ELEMENT_BITS)
        stored = other.board.stages[register, number]
        other.put(register, number, stored, [sha256(bytes([p])) + b"".join(own) for p, own in enumerate(cut)])
        hop = self.agreement.node(register, number)
        other.board.revealed[hop]["blindingKey"] = (self.key * BASE).encode().hex()
        proof = proofs.prove(other.statement(register, number), self.source, output, order, rho or self.rho,
                             proved_by, sha256(b"proof seed"))
        head, count, n = self.shape.head_bytes, self.agreement.parts, len(output)
        cuts = [head + proofs.RECORD_BYTES * (n * part // count) for part in range(1, count)]
        parts = [proof[a:b] for a, b in zip([0] + cuts, cuts + [len(proof)])]
        other.put(register, f"proof{number}", other.board.proofs[register, number], parts)
        return lambda: other.check_stage(register, number)

    def elements(self):
        extra = decode(other_point())
        last = self.shape.elements - 1

        def replaced(images):
            images[1][last] = extra

        def swapped(images):
            images[0][last], images[1][last] = images[1][last], images[0][last]

        def shifted(images):
            images[0][last], images[1][last] = images[0][last] + extra, images[1][last] - extra

        def of_another_key(images):
            images[2][last] = images[2][last] + self.shape.read(self.source[2])[last]

        def of_one_twice(images):
            images[0][last] = images[1][last] + images[1][last]

        def sum_of_others(images):
            images[0][last] = images[1][last] + images[2][last]

        found = {"an element replaced": replaced, "T added here and taken there": shifted,
                 "an element of another key": of_another_key, "a multiple of another's element": of_one_twice,
                 "a sum of others' elements": sum_of_others}
        # With one key and no capsule swapping is only another order.
        return found | ({"elements swapped": swapped} if self.shape.points > 1 else {})

    def capsules(self):
        first, second, extra = self.shape.elements, self.shape.elements + 1, decode(other_point(1))

        def replaced(images):
            images[1][first:] = [decode(other_point(2)), extra]

        def swapped(images):
            images[0][first:], images[1][first:] = images[1][first:], images[0][first:]

        def marked(images):
            """So that one can be told from the others when it is opened."""
            images[0][second] = images[0][second] + extra

        def shifted(images):
            images[0][second], images[1][second] = images[0][second] + extra, images[1][second] - extra

        def of_two_scalars(images):
            images[0][first] = images[0][first] + BASE

        def copied(images):
            images[0][first:] = [images[1][first] + BASE, images[1][second] + self.honest.capsule_key]

        return {"a capsule replaced": replaced, "capsules swapped": swapped, "a capsule marked": marked,
                "T added to a capsule and taken from another": shifted, "halves of two scalars": of_two_scalars,
                "a capsule copied": copied}
