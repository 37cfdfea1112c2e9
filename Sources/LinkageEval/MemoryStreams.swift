internal import PSIProtocol
internal import Values

/// Streams between participants of one process, in memory and without sealing.
actor MemoryStreams: RoundPort, ListKeeper {
    private var stored: [String: [UInt8]] = [:]
    nonisolated var spool: any Spool { MemorySpool() }
    /// Bytes of every stream stored, by stage.
    private(set) var byteCounts: [String: Int] = [:]

    func source(of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID) throws
        -> sending any ByteSource
    {
        try load(stream.description)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) -> sending any StreamSink {
        Sink(name: stream.description, streams: self)
    }

    func nextAttempt(batch: String, stage: StreamStage) -> Int { 0 }

    func keep(_ register: RegisterID, part: Int) -> sending any StreamSink {
        Sink(name: "kept/\(register)/\(part)", streams: self)
    }

    func kept(_ register: RegisterID, part: Int) throws -> sending any ByteSource {
        try load("kept/\(register)/\(part)")
    }

    private func load(_ name: String) throws -> sending any ByteSource {
        guard let bytes = stored[name] else { throw ProtocolViolation(.outOfPlace) }
        return Source(bytes: bytes)
    }

    fileprivate func store(_ bytes: [UInt8], _ name: String) { stored[name] = bytes }

    private struct Source: ByteSource {
        let bytes: [UInt8]
        var position = 0

        init(bytes: [UInt8]) { self.bytes = bytes }

        mutating func next() async throws -> [UInt8]? {
            guard position < bytes.count else { return nil }
            let end = min(bytes.count, position + 1 << 20)
            defer { position = end }
            return Array(bytes[position..<end])
        }
    }

    private struct Sink: StreamSink {
        let name: String
        let streams: MemoryStreams
        var bytes: [UInt8] = []

        init(name: String, streams: MemoryStreams) {
            self.name = name
            self.streams = streams
        }

        mutating func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
        mutating func finish() async throws { await streams.store(bytes, name) }
    }
}
