import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// How long the streams are that entries name. [P-14] [P-50] [P-51]
@Suite("Streams that entries name")
struct NamedStreamTests {
    /// In a whole round, every stream is exactly as long as its entry lets it be worked out.
    @Test("Every announced stream has the length that follows from its entry")
    func lengths() async throws {
        for fixture in [try await FaultFixture.ring.value, try await FaultFixture.receiving.value] {
            var found = 0
            for name in await fixture.streams.names {
                guard let id = Self.id(name), let named = fixture.record.namedStream(id) else { continue }
                let bytes = try #require(await fixture.streams.load(name))
                found += 1
                #expect(named.byteCount == bytes.count, "\(id)")
                #expect((named.sealing == .plain) == (id.stage == .vault || id.stage == .selection))
                let limit = fixture.record.byteCountLimit(batch: id.batch, stage: id.stage)
                #expect(try #require(limit) >= bytes.count, "\(id)")
            }
            #expect(found > 0)
        }
    }

    @Test("A stream of another attempt is not what the entry names")
    func otherAttempt() async throws {
        let fixture = try await FaultFixture.receiving.value
        let ids = await fixture.streams.names.compactMap(Self.id)
        let id = try #require(ids.first { fixture.record.namedStream($0) != nil })
        #expect(fixture.record.namedStream(StreamID(batch: id.batch, stage: id.stage, attempt: id.attempt + 1)) == nil)
        #expect(fixture.record.namedStream(StreamID(batch: "nobody", stage: id.stage, attempt: 0)) == nil)
    }

    @Test("Counts that no stream can have are no length")
    func overflow() {
        let announced = AnnouncedStream(attempt: 0, count: .max, digest: HexBytes([]))
        let id = StreamID(batch: "a", stage: .vault, attempt: 0)
        for width in [2, 256] {
            #expect(
                NamedStream(
                    id: id, announced: announced, recordByteCount: width, partCount: 1, prefixByteCount: 0,
                    headByteCount: 0, sealing: .plain
                ).byteCount == nil)
        }
        #expect(
            NamedStream(
                id: id, announced: announced, recordByteCount: 1, partCount: 1, prefixByteCount: 1, headByteCount: 0,
                sealing: .plain
            ).byteCount
                == nil)
    }

    @Test("No byte more than announced is let through")
    func bounded() async throws {
        let bytes = [UInt8](repeating: 7, count: 500)
        var exact = NamedSource(MemorySource(bytes), byteCount: 500)
        var count = 0
        while let piece = try await exact.next() { count += piece.count }
        #expect(count == 500)
        await #expect(throws: ProtocolViolation(.streamMalformed)) {
            var long = NamedSource(MemorySource(bytes), byteCount: 499)
            while try await long.next() != nil {}
        }
    }

    private static func id(_ name: String) -> StreamID? {
        let parts = name.split(separator: "/")
        guard parts.count == 4, let stage = StreamStage(parts[1]), let attempt = Int(parts[2]), let part = Int(parts[3])
        else { return nil }
        return StreamID(batch: String(parts[0]), stage: stage, attempt: attempt, part: part)
    }
}
