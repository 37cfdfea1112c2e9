internal import PSIProtocol
internal import Values

/// A sorted list, behind its prefix, as a hop receives it, and its parts for the kernels.
struct RingItems<S: Suite> {
    let count: Int
    let list: [UInt8]
    let stored: AnnouncedStream
    let elements: [UInt8]
    let capsules: [UInt8]

    init(count: Int, capsuleKey: CapsuleKey?) throws {
        self.count = count
        let width = S.elementByteCount
        let unsorted = S.randomElements(count: count).bytes
        // No two of a million random elements begin alike, as far as 12 bytes go.
        let order = (0..<count).sorted { left, right in
            unsorted[(left * width)..<(left * width + 12)].lexicographicallyPrecedes(
                unsorted[(right * width)..<(right * width + 12)])
        }
        capsules = capsuleKey.map { Capsule.seal(count: count, to: $0).capsules } ?? []
        let capsuleWidth = capsules.isEmpty ? 0 : Capsule.byteCount
        var elements: [UInt8] = []
        elements.reserveCapacity(count * width)
        var list = [UInt8](repeating: 0, count: ListPrefix.byteCount)
        list.reserveCapacity(list.count + count * (width + capsuleWidth))
        for (index, place) in order.enumerated() {
            let element = unsorted[(place * width)..<((place + 1) * width)]
            elements += element
            list += element
            list += capsules[(index * capsuleWidth)..<((index + 1) * capsuleWidth)]
        }
        self.elements = elements
        self.list = list
        var digest = StreamDigest(partCount: 1)
        digest.update(list)
        digest.endPart()
        stored = AnnouncedStream(attempt: 0, count: count, digest: HexBytes(digest.finalized()))
    }
}

/// Hands out a list in chunks as a stream does.
struct PieceSource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() async throws -> [UInt8]? {
        guard position < bytes.count else { return nil }
        let end = min(position + (1 << 20), bytes.count)
        defer { position = end }
        return Array(bytes[position..<end])
    }
}

struct CountingSink: ByteSink {
    private(set) var byteCount = 0
    mutating func write(_ bytes: [UInt8]) async throws { byteCount += bytes.count }
    mutating func nextPart() async throws {}
}
