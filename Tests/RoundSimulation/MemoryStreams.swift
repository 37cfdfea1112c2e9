import PSIProtocol
import Values

/// The coordinator's stream store, without sealing: that is Exchange's.
actor MemoryStreams: RoundPort {
    private var stored: [String: [UInt8]]
    private var attempts: [String: Int]
    /// What can be read now; nil for all.
    private var readable: Set<StreamID>?
    nonisolated var spool: any Spool { MemorySpool() }

    func source(of stream: StreamID, sealing: StreamSealing, from sender: ParticipantID) async throws
        -> sending any ByteSource
    {
        guard let bytes = stored[stream.description], readable?.contains(stream) ?? true else {
            throw SimulationError.noStream
        }
        return MemorySource(bytes)
    }

    func sink(for stream: StreamID, sealing: StreamSealing) async throws -> sending any StreamSink {
        MemorySink(name: stream.description, streams: self)
    }

    func nextAttempt(batch: String, stage: StreamStage) async throws -> Int {
        let key = "\(batch)/\(stage)"
        defer { attempts[key, default: 0] += 1 }
        return attempts[key] ?? 0
    }

    func allow(only readable: Set<StreamID>?) { self.readable = readable }

    func store(_ bytes: [UInt8], _ name: String) { stored[name] = bytes }
    func load(_ name: String) -> [UInt8]? { stored[name] }
    func all() -> [String: [UInt8]] { stored }
    var names: [String] { stored.keys.sorted() }

    /// Independent streams with the same content.
    func copy() -> MemoryStreams { MemoryStreams(stored: stored, attempts: attempts) }

    init(stored: [String: [UInt8]] = [:], attempts: [String: Int] = [:]) {
        self.stored = stored
        self.attempts = attempts
    }

    /// Changes a stream behind everybody's back.
    func damage(_ name: String, _ change: @Sendable ([UInt8]) -> [UInt8]) throws {
        guard let bytes = stored[name] else { throw SimulationError.noStream }
        stored[name] = change(bytes)
    }

    func cells(_ stream: StreamID, handles: [[UInt8]], width: Int) -> [[UInt8]] {
        // All parts of the vault, whichever is named.
        let prefix = "\(stream.batch)/\(stream.stage)/\(stream.attempt)/"
        let bytes = stored.filter { $0.key.hasPrefix(prefix) }.flatMap(\.value)
        let cells = stride(from: 0, to: bytes.count, by: width).map { Array(bytes[$0..<min($0 + width, bytes.count)]) }
        let known = Dictionary(cells.map { (Array($0.prefix(16)), $0) }, uniquingKeysWith: { first, _ in first })
        return handles.map { known[$0] ?? .filled(0, width) }
    }

    nonisolated func keeper(_ node: ParticipantID) -> MemoryKeeper { MemoryKeeper(node: node, streams: self) }
}

struct MemoryKeeper: ListKeeper {
    let node: ParticipantID
    let streams: MemoryStreams
    func keep(_ register: RegisterID, part: Int) async throws -> sending any StreamSink {
        MemorySink(name: "kept/\(node)/\(register)/\(part)", streams: streams)
    }
    func kept(_ register: RegisterID, part: Int) async throws -> sending any ByteSource {
        guard let bytes = await streams.load("kept/\(node)/\(register)/\(part)") else { throw SimulationError.noStream }
        return MemorySource(bytes)
    }
}

/// Hands bytes out in pieces of awkward sizes.
struct MemorySource: ByteSource {
    private let bytes: [UInt8]
    private var position = 0
    private var step = 1

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    mutating func next() async throws -> [UInt8]? {
        guard position < bytes.count else { return nil }
        step = step % 9_973 * 7 + 1
        let end = min(bytes.count, position + step)
        defer { position = end }
        return Array(bytes[position..<end])
    }
}

struct MemorySink: StreamSink {
    let name: String
    let streams: MemoryStreams
    private var bytes: [UInt8] = []

    init(name: String, streams: MemoryStreams) {
        self.name = name
        self.streams = streams
    }

    mutating func write(_ bytes: [UInt8]) async throws { self.bytes += bytes }
    mutating func finish() async throws { await streams.store(bytes, name) }
}
