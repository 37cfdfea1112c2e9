/// Messages to be hashed, one after the other in memory that is wiped.
public struct MessageBatch: ~Copyable {
    private var memory: WipedMemory
    /// Where each message ends.
    private var ends: [Int] = []
    /// Bytes of the longest message.
    private(set) var longest = 0

    /// - Parameter byteCount: room to begin with; it grows.
    public init(byteCount: Int = 0) { memory = WipedMemory(byteCount: byteCount) }

    public init(_ messages: [[UInt8]]) {
        self.init(byteCount: messages.reduce(0) { $0 + $1.count })
        for message in messages { append(message, []) }
    }

    public var count: Int { ends.count }

    /// Adds a message that has two parts.
    public mutating func append(_ head: [UInt8], _ rest: [UInt8]) {
        let start = ends.last ?? 0
        let end = start + head.count + rest.count
        if end > memory.bytes.count {
            let larger = WipedMemory(byteCount: max(end, 2 * memory.bytes.count))
            larger.write(UnsafeRawBufferPointer(rebasing: memory.bytes[..<start]), at: 0)
            memory = larger
        }
        memory.write(rest, at: memory.write(head, at: start))
        ends.append(end)
        longest = max(longest, end - start)
    }

    /// Lends one message; it must not leave `body`.
    func withMessage<Result>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let start = index == 0 ? 0 : ends[index - 1]
        return try body(UnsafeRawBufferPointer(rebasing: memory.bytes[start..<ends[index]]))
    }
}
