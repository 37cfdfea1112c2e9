internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore
internal import PSIProtocol
internal import Values

/// Bulk streams and vaults.
extension ExchangeResponder {
    /// Bytes in memory per chunk that is being sent or received: half a sealed chunk of 1 MiB, so that no small rest
    /// is left that a thread would have to be woken for.
    private static let pieceByteCount = 528_384
    /// Most handles in one request.
    static let handleCountLimit = 4_096

    func putChunk(
        _ round: RoundID, _ stream: StreamID, _ seq: Int, _ query: Substring?, _ request: Request, _ caller: Caller
    ) async throws -> Response {
        let last = try ExchangeQuery(query, allowed: ["last"]).flag("last")
        let quota = try await delegate.mayWrite(stream, of: round, caller: caller)
        let announced = try Self.announcedByteCount(request)
        if let announced, announced > StreamStore.chunkByteCountLimit {
            throw ExchangeRefusal(StoreError.invalidByteCount(limit: StreamStore.chunkByteCountLimit))
        }
        let slot = try await streams.reserve(
            seq: seq, last: last, stream: stream, round: round, byteCount: announced, quota: quota)
        var part = try await streams.openPart(of: slot)
        let isNew: Bool
        do {
            // A piece doesn't have to grow, and so is copied once.
            let capacity = min(announced ?? StreamStore.chunkByteCountLimit, Self.pieceByteCount)
            var piece = ByteBuffer()
            for try await buffer in request.body {
                metrics.countBytesIn(buffer.readableBytes)
                var buffer = buffer
                while buffer.readableBytes > 0 {
                    let count = min(buffer.readableBytes, Self.pieceByteCount - piece.readableBytes)
                    guard var some = buffer.readSlice(length: count) else { break }
                    piece.reserveCapacity(capacity)
                    piece.writeBuffer(&some)
                    if piece.readableBytes == Self.pieceByteCount {
                        try await part.append(piece)
                        piece.clear()
                    }
                }
            }
            if piece.readableBytes > 0 { try await part.append(piece) }
            isNew = try await streams.finish(part, last: last, quota: quota)
        } catch {
            await part.discard()
            throw error
        }
        if isNew {
            metrics.countChunk()
            await delegate.didWrite(stream, of: round, status: try await streams.status(of: stream, round: round))
        }
        return Response(status: isNew ? .created : .ok)
    }

    func getChunk(
        _ round: RoundID, _ stream: StreamID, _ seq: Int, _ query: Substring?, _ caller: Caller
    ) async throws -> Response {
        let deadline = ContinuousClock.now + (try ExchangeQuery(query, allowed: ["wait"]).wait())
        let key = StreamStore.Key(round: round, stream: stream)
        while true {
            try await delegate.mayRead(stream, of: round, caller: caller)
            let version = streams.changes.version(of: key)
            if let chunk = try await streams.openChunk(seq: seq, stream: stream, round: round) {
                return Self.response(chunk, metrics: metrics)
            }
            let isComplete = try await streams.status(of: stream, round: round).isComplete
            if isComplete || ContinuousClock.now >= deadline { throw StoreError.noSuchChunk(seq: seq) }
            try await wait(streams.changes, key, version, until: deadline)
        }
    }

    private static func response(_ chunk: OpenChunk, metrics: ExchangeMetrics) -> Response {
        var response = Response(
            status: .ok,
            body: ResponseBody(contentLength: chunk.byteCount) { writer in
                var offset = 0
                while offset < chunk.byteCount {
                    let count = min(pieceByteCount, chunk.byteCount - offset)
                    try await writer.write(try await chunk.buffer(count, at: offset))
                    metrics.countBytesOut(count)
                    offset += count
                }
                try await writer.finish(nil)
            })
        response.headers[.contentType] = "application/octet-stream"
        if let name = HTTPField.Name(ExchangeHeader.last) { response.headers[name] = chunk.isLast ? "true" : "false" }
        return response
    }

    func streamStatus(
        _ round: RoundID, _ stream: StreamID, _ query: Substring?, _ caller: Caller
    ) async throws -> Response {
        let query = try ExchangeQuery(query, allowed: ["after", "wait"])
        // Waits for more chunks than the caller knows, or for the end.
        let after = try query.number("after", limit: StreamPath.seqLimit + 1) ?? 0
        let deadline = ContinuousClock.now + (try query.wait())
        let key = StreamStore.Key(round: round, stream: stream)
        while true {
            try await delegate.mayRead(stream, of: round, caller: caller)
            let version = streams.changes.version(of: key)
            let status = try await streams.status(of: stream, round: round)
            if status.isComplete || status.chunkCount > after || ContinuousClock.now >= deadline {
                return try Self.json(
                    ExchangeMessage.Status(
                        chunks: status.chunkCount, complete: status.isComplete, bytes: status.byteCount))
            }
            try await wait(streams.changes, key, version, until: deadline)
        }
    }

    func vaultCells(
        _ round: RoundID, _ stream: StreamID, _ request: Request, _ caller: Caller
    ) async throws -> Response {
        let vault = try await delegate.mayReadCells(of: stream, round: round, caller: caller)
        let cellByteCount = vault.cellByteCount
        let width = VaultLookup.handleByteCount
        let body = try await Self.body(request, limit: Self.handleCountLimit * width)
        metrics.countBytesIn(body.count)
        guard !body.isEmpty, body.count.isMultiple(of: width) else {
            throw ExchangeRefusal(.requestMalformed, "The body is 1 to \(Self.handleCountLimit) handles of 16 bytes.")
        }
        let handles = stride(from: 0, to: body.count, by: width).map { Array(body[$0..<($0 + width)]) }
        guard zip(handles, handles.dropFirst()).allSatisfy({ !$1.lexicographicallyPrecedes($0) }) else {
            throw ExchangeRefusal(.requestMalformed, "The handles must be in ascending order.")
        }
        for part in 0..<vault.partition.count {
            guard try await streams.status(of: stream.part(part), round: round).isComplete else {
                throw ExchangeRefusal(.streamIncomplete, "The vault is still being written.")
            }
        }
        let lookup = PartedVaultLookup(store: streams, stream: stream, round: round, layout: vault)
        // As many handles at a time as make a few pieces of answer, whatever the cells' size.
        let step = max(1, 2 * Self.pieceByteCount / max(1, cellByteCount))
        let metrics = metrics
        var response = Response(
            status: .ok,
            body: ResponseBody { writer in
                for start in stride(from: 0, to: handles.count, by: step) {
                    let cells = try await lookup.cells(Array(handles[start..<min(start + step, handles.count)]))
                    var bytes = ByteBuffer()
                    bytes.reserveCapacity(cells.count * cellByteCount)
                    for cell in cells { bytes.writeBytes(cell) }
                    metrics.countBytesOut(bytes.readableBytes)
                    try await writer.write(bytes)
                }
                try await writer.finish(nil)
            })
        response.headers[.contentType] = "application/octet-stream"
        return response
    }
}
