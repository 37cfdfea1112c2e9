public import Agreement
internal import Values

/// One selected item: A ‖ B ‖ register ‖ tag ‖ cohorts ‖ link, 90 bytes; where pseudonyms last, U ‖ V are behind B.
/// [P-37] [P-81]
public struct SelectedItem: Sendable, Equatable {
    /// Without a study capsule.
    public static let byteCount = 90
    public let a: [UInt8]
    public let b: [UInt8]
    /// U ‖ V; empty where pseudonyms do not last.
    public let study: [UInt8]
    /// Index in the agreement.
    public let register: Int
    /// 16 bytes: the person, in this round.
    public let tag: [UInt8]
    /// Bit i: the person is in the agreement's cohort i.
    public let cohorts: UInt64
    /// Index among the agreement's `linkNames` of what first joined the item to another; 255 if nothing did.
    public let link: UInt8

    public init(
        a: [UInt8], b: [UInt8], study: [UInt8] = [], register: Int, tag: [UInt8], cohorts: UInt64, link: UInt8
    ) {
        self.a = a
        self.b = b
        self.study = study
        self.register = register
        self.tag = tag
        self.cohorts = cohorts
        self.link = link
    }

    /// Of an agreement's records.
    public static func byteCount(in agreement: Agreement) -> Int {
        byteCount - Capsule.byteCount + ItemLayout(agreement).capsuleByteCount
    }

    /// What nodes are asked for: A, and U where pseudonyms last. 32 bytes each.
    var points: [UInt8] { a + study.prefix(32) }

    func encoded() -> [UInt8] { a + b + study + Self.rest(register: register, tag: tag, cohorts: cohorts, link: link) }

    /// What follows the capsules.
    static func rest(register: Int, tag: some Collection<UInt8>, cohorts: UInt64, link: UInt8) -> [UInt8] {
        [UInt8(register)] + tag + BigEndian.u64(cohorts) + [link]
    }

    /// Nil unless `bytes` are a record of the agreement's, and name a register, cohorts and a link of it.
    init?(encoded bytes: ArraySlice<UInt8>, agreement: Agreement) {
        guard bytes.count == Self.byteCount(in: agreement) else { return nil }
        let rest = bytes.endIndex - (Self.byteCount - Capsule.byteCount)
        a = Array(bytes.prefix(32))
        b = Array(bytes.dropFirst(32).prefix(32))
        study = Array(bytes[..<rest].dropFirst(Capsule.byteCount))
        register = Int(bytes[rest])
        tag = Array(bytes[(rest + 1)..<(rest + 17)])
        cohorts = BigEndian.read(bytes[(rest + 17)..<(rest + 25)])
        link = bytes[rest + 25]
        let known: UInt64 = agreement.cohorts.count >= 64 ? .max : (1 << UInt64(agreement.cohorts.count)) - 1
        guard register < agreement.registers.count, cohorts != 0, cohorts & ~known == 0,
            link == Clusters.noLink || Int(link) < agreement.linkNames.count
        else { return nil }
    }
}
