public import Agreement
internal import Values

/// One selected item whose capsule is open: what opens the person's cells in one register, and whose they are. Secret.
public struct OpenedItem: Sendable, Equatable {
    public static let byteCount = 73

    /// Of the person's first cell, 16 bytes; items wait in its order, as cells do.
    public let handle: [UInt8]
    /// S, 32 bytes.
    public let secret: [UInt8]
    /// 16 bytes: the person's tag, or what the archive put in its place.
    public var person: [UInt8]
    /// What `person` is.
    public var name: PersonName
    /// Bit i: the person is in the agreement's cohort i.
    public let cohorts: UInt64
    /// What joined the item to others, see `SelectedItem.link`.
    public let link: UInt8

    init(
        handle: [UInt8], secret: [UInt8], person: [UInt8], name: PersonName = .round, cohorts: UInt64, link: UInt8
    ) {
        self.handle = handle
        self.secret = secret
        self.person = person
        self.name = name
        self.cohorts = cohorts
        self.link = link
    }

    /// Of an agreement's items.
    public static func byteCount(in agreement: Agreement) -> Int {
        byteCount + (agreement.pseudonyms.isLasting ? 1 : 0)
    }

    /// handle ‖ S ‖ person ‖ cohorts ‖ link, and where pseudonyms last what the person is called by.
    public func encoded(in agreement: Agreement) -> [UInt8] {
        handle + secret + person + BigEndian.u64(cohorts) + [link]
            + (agreement.pseudonyms.isLasting ? [name.rawValue] : [])
    }

    /// Whose name is the round's: handle ‖ S ‖ tag ‖ cohorts ‖ link.
    init?(round bytes: some Collection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let bytes = Array(bytes)
        self.init(
            handle: Array(bytes[..<16]), secret: Array(bytes[16..<48]), person: Array(bytes[48..<64]),
            cohorts: BigEndian.read(bytes[64..<72]), link: bytes[72])
    }

    /// Nil unless `bytes` are an item of the agreement's.
    public init?(encoded bytes: some RandomAccessCollection<UInt8>, agreement: Agreement) {
        guard bytes.count == Self.byteCount(in: agreement) else { return nil }
        let bytes = Array(bytes)
        guard let name = agreement.pseudonyms.isLasting ? PersonName(rawValue: bytes[73]) : .round else { return nil }
        self.name = name
        handle = Array(bytes[..<16])
        secret = Array(bytes[16..<48])
        person = Array(bytes[48..<64])
        cohorts = BigEndian.read(bytes[64..<72])
        link = bytes[72]
    }
}

/// What a person is called by in an opened round. [P-83]
public enum PersonName: UInt8, Sendable, CaseIterable {
    /// By the round's tag, or by what the archive makes of it: there is nothing that lasts.
    case round
    /// By what is the same in all rounds of the study.
    case lasting
    /// The person's records open to different identities, or another person's to the same: a wrong link, or the doing
    /// of an owner or a hop.
    case doubtful
}

/// Opened items of all registers on a sealed spool, sorted by register and first handle.
struct OpenedItems {
    private let agreement: Agreement
    private var sorters: [ExternalSorter]

    init(_ agreement: Agreement, spool: any Spool) {
        self.agreement = agreement
        let share = (48 << 20) / max(1, agreement.registers.count)
        sorters = agreement.registers.map { _ in ExternalSorter(spool: spool, memoryByteCount: share) }
    }

    mutating func add(_ item: OpenedItem, register: Int) throws {
        try sorters[register].add(item.encoded(in: agreement))
    }

    /// Of each register, in the agreement's order.
    consuming func byRegister() -> [ExternalSorter] { sorters }
}
