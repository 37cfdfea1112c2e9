public import Crypto

/// Where the research environment keeps what nodes and owners released, until the round has closed and its cells may be
/// opened. [P-44]
public protocol ReleaseArchive: Sendable {
    /// 16 bytes that name a person in all rounds of the study, from what their study capsule holds: 32 secret bytes,
    /// which are not kept. Only items under these come under `PersonName.lasting`. [P-83]
    func lastingPseudonym(of element: [UInt8]) -> [UInt8]
    /// Notes what a doubtful person would have been called by: by its name the person can still be found when it
    /// withdraws. Called before any register's items are begun, several times for a person with several names. [P-83]
    ///
    /// - Parameters:
    ///   - tag: of the person in this round, 16 bytes.
    ///   - name: what `lastingPseudonym` made of one of the person's items.
    func noteDoubt(of tag: [UInt8], name: [UInt8]) throws
    /// Begins a register's opened items, in the place of any that are there.
    ///
    /// - Parameters:
    ///   - register: index in the agreement.
    ///   - secret: s_iR, kept sealed with the items.
    func items(of register: Int, secret: SymmetricKey) async throws -> sending any OpenedItemSink
    /// Begins a register's cells, whole and in the order of their handles.
    func cells(of register: Int) async throws -> sending any StreamSink
}

extension ReleaseArchive {
    /// For an archive from which nobody withdraws.
    public func noteDoubt(of tag: [UInt8], name: [UInt8]) throws {}
}

/// Takes a register's opened items in the order of their handles.
public protocol OpenedItemSink {
    mutating func write(_ item: OpenedItem) async throws
    /// Returns once everything is stored.
    mutating func finish() async throws
}

/// A register's opened items, in the order of their handles.
public protocol OpenedItemSource {
    /// Nil after the last.
    mutating func next() throws -> OpenedItem?
}
