internal import Values

/// The stream of a proof of shuffle: the head, then the records, cut evenly into the stream's parts. [P-62]
///
/// Part p of P has the records whose numbers, from 0, are ⌊n·p/P⌋ to ⌊n·(p + 1)/P⌋ − 1; the first begins with the head.
struct ProofWriter {
    private let count: Int
    private let partCount: Int
    private var digest: ParallelStreamDigest
    private var part = 0
    private var hasHead = false
    private var written = 0

    init(count: Int, partCount: Int) {
        self.count = count
        self.partCount = partCount
        digest = ParallelStreamDigest(partCount: partCount)
    }

    /// The number behind the last record of a part.
    static func end(ofPart part: Int, of partCount: Int, count: Int) -> Int { count * (part + 1) / partCount }

    /// Takes the head first, and then whole records.
    mutating func write(_ bytes: [UInt8], to sink: inout some ByteSink) async throws {
        guard hasHead else {
            hasHead = true
            return try await pass(bytes[...], to: &sink)
        }
        var rest = bytes[...]
        while !rest.isEmpty {
            try await endFullParts(&sink)
            let room = Self.end(ofPart: part, of: partCount, count: count) - written
            let some = rest.prefix(room * ShuffleRecord.byteCount)
            try await pass(some, to: &sink)
            written += some.count / ShuffleRecord.byteCount
            rest = rest.dropFirst(some.count)
        }
    }

    consuming func finish(to sink: inout some ByteSink) async throws -> ListSummary {
        try await endFullParts(&sink)
        await digest.endPart()
        return ListSummary(count: written, digest: digest.finalized())
    }

    private mutating func endFullParts(_ sink: inout some ByteSink) async throws {
        while part + 1 < partCount, written == Self.end(ofPart: part, of: partCount, count: count) {
            await digest.endPart()
            try await sink.nextPart()
            part += 1
        }
    }

    private mutating func pass(_ bytes: ArraySlice<UInt8>, to sink: inout some ByteSink) async throws {
        await digest.update(Array(bytes))
        try await sink.write(Array(bytes))
    }
}

/// Reads such a stream.
struct ProofReader<Source: ByteSource> {
    private var source: Source
    private let layout: ShuffleLayout
    private let expected: AnnouncedStream
    private let partCount: Int
    private var digest: StreamDigest
    private var part = 0
    private var pending: [UInt8] = []
    private var position = 0
    private var read = 0
    /// Whether bytes came behind what was asked for, once the stream has been read to its end.
    private(set) var hasSurplus = false

    init(_ source: Source, layout: ShuffleLayout, expected: AnnouncedStream, partCount: Int) {
        self.source = source
        self.layout = layout
        self.expected = expected
        self.partCount = partCount
        digest = StreamDigest(partCount: partCount)
    }

    /// The head; to be read first.
    ///
    /// - Throws: `ShuffleFault.malformed` for what is none, or too short.
    mutating func head() async throws -> ShuffleHead {
        let byteCount = ShuffleHead.byteCount(layout)
        return try ShuffleHead(try await take(byteCount), layout: layout)
    }

    /// The next `count` records.
    ///
    /// - Throws: `ShuffleFault.malformed` where a part ends elsewhere than it should.
    mutating func next(_ count: Int) async throws -> [UInt8] {
        var records: [UInt8] = []
        records.reserveCapacity(count * ShuffleRecord.byteCount)
        while records.count < count * ShuffleRecord.byteCount {
            while part + 1 < partCount, read == ProofWriter.end(ofPart: part, of: partCount, count: expected.count) {
                try await endPart()
                try await source.nextPart()
                part += 1
            }
            let end = ProofWriter.end(ofPart: part, of: partCount, count: expected.count)
            let some = min(end - read, count - records.count / ShuffleRecord.byteCount)
            guard some > 0 else { throw ShuffleFault.malformed }
            records += try await take(some * ShuffleRecord.byteCount)
            read += some
        }
        return records
    }

    /// Reads the stream to its end, whatever is in it.
    ///
    /// - Returns: whether it was the announced one.
    mutating func isTheAnnounced() async throws -> Bool {
        hasSurplus = position < pending.count
        while true {
            while let piece = try await source.next() {
                digest.update(piece)
                hasSurplus = hasSurplus || !piece.isEmpty
            }
            digest.endPart()
            guard part + 1 < partCount else { break }
            try await source.nextPart()
            part += 1
        }
        return digest.finalized() == expected.digest.bytes
    }

    private mutating func endPart() async throws {
        if let piece = try await source.next() {
            digest.update(piece)
            throw ShuffleFault.malformed
        }
        guard position == pending.count else { throw ShuffleFault.malformed }
        digest.endPart()
    }

    private mutating func take(_ byteCount: Int) async throws -> [UInt8] {
        while pending.count - position < byteCount {
            guard let piece = try await source.next() else { throw ShuffleFault.malformed }
            digest.update(piece)
            pending.removeSubrange(..<position)
            position = 0
            pending += piece
        }
        defer { position += byteCount }
        return Array(pending[position..<(position + byteCount)])
    }
}
