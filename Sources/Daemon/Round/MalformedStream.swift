internal import Exchange
public import PSIProtocol
public import Values

/// A stream that is none: a chunk that does not open, is too small, comes after the last, or is missing. [P-51]
///
/// Streams are sealed in HPKE's base mode, so it may be its writer's doing or its keeper's, and nobody is named as at
/// fault. Who reads it says both in its own log.
public struct MalformedStream: Error, Sendable, CustomStringConvertible, ReportableError {
    public let stream: StreamID
    public let writer: ParticipantID
    /// The coordinator, who stores and hands out all streams.
    public let keeper: ParticipantID
    /// Names no content.
    public let reason: String

    public init(_ stream: StreamID, writer: ParticipantID, keeper: ParticipantID, reason: String) {
        self.stream = stream
        self.writer = writer
        self.keeper = keeper
        self.reason = reason
    }

    /// Without a participant: see above.
    public var violation: ProtocolViolation { ProtocolViolation(.streamMalformed) }

    public var description: String {
        let author = writer == keeper ? "written and kept by \(writer)" : "written by \(writer), kept by \(keeper)"
        return "\(violation): stream \(stream), \(author): \(reason)"
    }

    public var exitStatus: ExitStatus { .protocolViolation }
}

/// Reads a stream and says of what goes wrong with it which stream it was.
struct WatchedSource: ByteSource, Sendable {
    private var base: NamedSource<StreamDownload>
    private let stream: StreamID
    private let writer: ParticipantID
    private let keeper: ParticipantID

    init(_ download: StreamDownload, named: NamedStream, writer: ParticipantID, keeper: ParticipantID) {
        base = NamedSource(download, byteCount: named.byteCount ?? 0)
        stream = named.id
        self.writer = writer
        self.keeper = keeper
    }

    mutating func next() async throws -> [UInt8]? {
        do {
            return try await base.next()
        } catch let error as SealedStreamError {
            throw malformed("\(error)")
        } catch let violation as ProtocolViolation where violation.kind == .streamMalformed {
            throw malformed("it is longer than its entry says")
        } catch StoreError.noSuchChunk(let seq) {
            throw malformed("it ends before chunk \(seq) without a last one")
        }
    }

    private func malformed(_ reason: String) -> MalformedStream {
        MalformedStream(stream, writer: writer, keeper: keeper, reason: reason)
    }
}
