internal import Agreement
internal import Values

/// One selected item: A ‖ B ‖ register ‖ tag ‖ cohorts ‖ link, 90 bytes. [P-37]
public struct SelectedItem: Sendable, Equatable {
    public static let byteCount = 90
    public let a: [UInt8]
    public let b: [UInt8]
    /// Index in the agreement.
    public let register: Int
    /// 16 bytes: the person, in this round.
    public let tag: [UInt8]
    /// Bit i: the person is in the agreement's cohort i.
    public let cohorts: UInt64
    /// Index among the agreement's `linkNames` of what first joined the item to another; 255 if nothing did.
    public let link: UInt8

    public init(a: [UInt8], b: [UInt8], register: Int, tag: [UInt8], cohorts: UInt64, link: UInt8) {
        self.a = a
        self.b = b
        self.register = register
        self.tag = tag
        self.cohorts = cohorts
        self.link = link
    }

    func encoded() -> [UInt8] { a + b + Self.rest(register: register, tag: tag, cohorts: cohorts, link: link) }

    /// What follows the capsule.
    static func rest(register: Int, tag: some Collection<UInt8>, cohorts: UInt64, link: UInt8) -> [UInt8] {
        [UInt8(register)] + tag + BigEndian.u64(cohorts) + [link]
    }

    /// Nil unless `bytes` are 90 and name a register, cohorts and a link of the agreement.
    init?(encoded bytes: ArraySlice<UInt8>, agreement: Agreement) {
        guard bytes.count == Self.byteCount else { return nil }
        let start = bytes.startIndex
        a = Array(bytes[start..<(start + 32)])
        b = Array(bytes[(start + 32)..<(start + 64)])
        register = Int(bytes[start + 64])
        tag = Array(bytes[(start + 65)..<(start + 81)])
        cohorts = BigEndian.read(bytes[(start + 81)..<(start + 89)])
        link = bytes[start + 89]
        let known: UInt64 = agreement.cohorts.count >= 64 ? .max : (1 << UInt64(agreement.cohorts.count)) - 1
        guard register < agreement.registers.count, cohorts != 0, cohorts & ~known == 0,
            link == Clusters.noLink || Int(link) < agreement.linkNames.count
        else { return nil }
    }
}
