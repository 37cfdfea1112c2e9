/// A person as the coordinator sees one: an anonymous tag, and the capsules found under it. [P-36]
struct MatchedPerson {
    /// tag ‖ item count ‖ (register ‖ link ‖ capsule)…, as on the coordinator's own spool.
    private let bytes: ArraySlice<UInt8>
    private let capsuleByteCount: Int

    struct Item {
        /// Index of the register in the agreement.
        let register: Int
        /// Index among the agreement's `linkNames` of what first joined the item to another; `Clusters.noLink` if
        /// nothing did.
        let link: UInt8
        /// A ‖ B, or empty.
        let capsule: ArraySlice<UInt8>
    }

    static let headByteCount = ExitSalt.tagByteCount + 1

    /// - Parameter bytes: of the whole person.
    init(_ bytes: ArraySlice<UInt8>, capsuleByteCount: Int) {
        self.bytes = bytes
        self.capsuleByteCount = capsuleByteCount
    }

    /// Of somebody with so many items.
    static func byteCount(itemCount: Int, capsuleByteCount: Int) -> Int {
        headByteCount + itemCount * (2 + capsuleByteCount)
    }

    /// 16 bytes, of this round only.
    var tag: ArraySlice<UInt8> { bytes.prefix(ExitSalt.tagByteCount) }

    var itemCount: Int { Int(bytes[bytes.startIndex + ExitSalt.tagByteCount]) }

    /// One item for each register, at most one a register, in the registers' order.
    var items: [Item] {
        (0..<itemCount).map { index in
            let start = start(ofItem: index)
            return Item(
                register: Int(bytes[start]), link: bytes[start + 1],
                capsule: bytes[(start + 2)..<(start + 2 + capsuleByteCount)])
        }
    }

    /// Bit i set: the person is in the agreement's register i.
    var registers: UInt32 {
        var registers: UInt32 = 0
        for index in 0..<itemCount { registers |= 1 << UInt32(bytes[start(ofItem: index)]) }
        return registers
    }

    private func start(ofItem index: Int) -> Int {
        bytes.startIndex + Self.byteCount(itemCount: index, capsuleByteCount: capsuleByteCount)
    }
}
