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
    /// Bit i: the person is in the agreement's cohort i.
    public let cohorts: UInt64
    /// What joined the item to others, see `SelectedItem.link`.
    public let link: UInt8

    init(handle: [UInt8], secret: [UInt8], person: [UInt8], cohorts: UInt64, link: UInt8) {
        self.handle = handle
        self.secret = secret
        self.person = person
        self.cohorts = cohorts
        self.link = link
    }

    /// handle ‖ S ‖ person ‖ cohorts ‖ link.
    public func encoded() -> [UInt8] { handle + secret + person + BigEndian.u64(cohorts) + [link] }

    /// Nil unless `bytes` are 73.
    public init?(encoded bytes: some RandomAccessCollection<UInt8>) {
        guard bytes.count == Self.byteCount else { return nil }
        let bytes = Array(bytes)
        handle = Array(bytes[..<16])
        secret = Array(bytes[16..<48])
        person = Array(bytes[48..<64])
        cohorts = BigEndian.read(bytes[64..<72])
        link = bytes[72]
    }
}

/// Opened items of all registers on a sealed spool, sorted by register and first handle.
struct OpenedItems {
    private var sorters: [ExternalSorter]

    init(registerCount: Int, spool: any Spool) {
        let share = (48 << 20) / max(1, registerCount)
        sorters = (0..<registerCount).map { _ in ExternalSorter(spool: spool, memoryByteCount: share) }
    }

    mutating func add(_ item: OpenedItem, register: Int) throws { try sorters[register].add(item.encoded()) }

    /// Of each register, in the agreement's order.
    consuming func byRegister() -> [ExternalSorter] { sorters }
}
