public import Crypto
internal import Synchronization

/// What the research environment keeps of a round of withdrawals: what the people on its lists are called by in all
/// rounds of the study, and nothing else. [P-96]
///
/// Memory: 16 bytes and some more for each item of the lists, which the agreement bounds.
public final class WithdrawalArchive: ReleaseArchive {
    private let naming: @Sendable ([UInt8]) -> [UInt8]
    private let found = Mutex<Set<[UInt8]>>([])

    /// - Parameter naming: 16 bytes that name a person in all rounds, from what their study capsule holds. [P-83]
    public init(naming: @escaping @Sendable ([UInt8]) -> [UInt8]) { self.naming = naming }

    /// Everybody's names in ascending order, once all was received. Secret.
    public var names: [[UInt8]] { found.withLock { $0.sorted { $0.lexicographicallyPrecedes($1) } } }

    public func lastingPseudonym(of element: [UInt8]) -> [UInt8] { naming(element) }

    /// Somebody whom two authorities list is in doubt in a round that links nothing.
    public func noteDoubt(of tag: [UInt8], name: [UInt8]) { found.withLock { _ = $0.insert(name) } }

    public func items(of register: Int, secret: SymmetricKey) async throws -> sending any OpenedItemSink {
        NameSink(archive: self)
    }

    public func cells(of register: Int) async throws -> sending any StreamSink { NoCells() }

    private struct NameSink: OpenedItemSink {
        let archive: WithdrawalArchive

        mutating func write(_ item: OpenedItem) async throws {
            // Dummies have nothing that lasts.
            guard item.name == .lasting else { return }
            archive.found.withLock { _ = $0.insert(item.person) }
        }

        mutating func finish() async throws {}
    }

    private struct NoCells: StreamSink {
        mutating func write(_ bytes: [UInt8]) async throws {}
        mutating func finish() async throws {}
    }
}
