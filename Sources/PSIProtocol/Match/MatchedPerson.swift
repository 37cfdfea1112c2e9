/// A person as the coordinator sees one: an anonymous tag, and the capsules found under it. [P-36]
struct MatchedPerson {
    /// 16 bytes, of this round only.
    let tag: [UInt8]
    /// One capsule (or none, in a count-only round) for each register, at most one a register.
    var items: [Item]

    struct Item {
        /// Index of the register in the agreement.
        let register: Int
        /// Index among the agreement's `linkNames` of what first joined the item to another; `Clusters.noLink` if
        /// nothing did.
        let link: UInt8
        /// A ‖ B, or empty.
        let capsule: [UInt8]
    }

    /// Bit i set: the person is in the agreement's register i.
    var registers: UInt32 { items.reduce(0) { $0 | 1 << UInt32($1.register) } }

    /// tag ‖ item count ‖ (register ‖ link ‖ capsule)…, for the coordinator's own spool.
    func encoded() -> [UInt8] {
        var bytes = tag + [UInt8(items.count)]
        for item in items { bytes += [UInt8(item.register), item.link] + item.capsule }
        return bytes
    }

    init(tag: [UInt8], items: [Item]) {
        self.tag = tag
        self.items = items
    }

    init(encoded bytes: [UInt8], capsuleByteCount: Int) {
        tag = Array(bytes[..<16])
        items = (0..<Int(bytes[16])).map { index in
            let start = 17 + index * (2 + capsuleByteCount)
            return Item(
                register: Int(bytes[start]), link: bytes[start + 1],
                capsule: Array(bytes[(start + 2)..<(start + 2 + capsuleByteCount)]))
        }
    }
}
