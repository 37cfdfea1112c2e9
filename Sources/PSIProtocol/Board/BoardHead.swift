internal import Crypto

/// How far a board reaches: the number of its entries and the hash that chains them. [P-13]
public struct BoardHead: Sendable, Equatable {
    public var count: Int
    /// 32 bytes; zeros before the first entry.
    public var hash: [UInt8]

    public static let empty = BoardHead(count: 0, hash: [UInt8](repeating: 0, count: 32))

    public init(count: Int, hash: [UInt8]) {
        self.count = count
        self.hash = hash
    }

    /// The head after one more entry.
    public func appending(_ entry: [UInt8]) -> BoardHead { appending(leaf: Self.leaf(of: entry)) }

    static func leaf(of entry: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: entry)) }

    func appending(leaf: [UInt8]) -> BoardHead {
        BoardHead(count: count + 1, hash: Array(SHA256.hash(data: Label.boardChain.bytes + hash + leaf)))
    }
}
