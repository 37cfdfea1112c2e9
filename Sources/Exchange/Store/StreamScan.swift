internal import Files
internal import PSIProtocol
internal import Values

/// Reads what is stored of a round from the names and sizes of its files. Every call blocks.
enum StreamScan {
    /// The round's streams; parts that a crash left behind are removed.
    static func streams(of round: RoundID, root: String) throws(StoreError) -> [StreamID: StoredStream] {
        var streams: [StreamID: StoredStream] = [:]
        let top = "\(root)/\(StreamPath.directory(of: round))/streams"
        for batch in try names(in: top) {
            guard StreamPath.isBatch(batch) else { throw .damaged("a batch has no valid name") }
            for stageName in try names(in: "\(top)/\(batch)") {
                guard let stage = StreamStage(stageName) else { throw .damaged("a stage has no valid name") }
                for attemptName in try names(in: "\(top)/\(batch)/\(stageName)") {
                    guard let attempt = StreamPath.number(attemptName, limit: StreamPath.attemptLimit) else {
                        throw .damaged("an attempt has no valid name")
                    }
                    let directory = "\(top)/\(batch)/\(stageName)/\(attemptName)"
                    for partName in try names(in: directory) {
                        guard let part = StreamPath.number(partName, limit: StreamPath.partLimit) else {
                            throw .damaged("a part has no valid name")
                        }
                        streams[StreamID(batch: batch, stage: stage, attempt: attempt, part: part)] = try stream(
                            in: "\(directory)/\(partName)")
                    }
                }
            }
        }
        return streams
    }

    private static func stream(in directory: String) throws(StoreError) -> StoredStream {
        var chunks: [(seq: Int, last: Bool, byteCount: Int)] = []
        for name in try names(in: directory) {
            if name.hasSuffix(StreamPath.partSuffix) {
                try StoreError.during("removing a file") { () throws(FileError) in
                    try AtomicFile.remove("\(directory)/\(name)")
                }
                continue
            }
            guard let chunk = StreamPath.chunk(fileName: name) else { throw .damaged("a chunk has no valid name") }
            let status = try StoreError.during("examining a file") { () throws(FileError) in
                try FileStatus(of: "\(directory)/\(name)")
            }
            guard status.kind == .regular else { throw .damaged("a chunk is not a plain file") }
            let byteCount = status.byteCount
            do { try StreamStore.checkLength(byteCount, last: chunk.last) } catch {
                throw .damaged("chunk \(chunk.seq) has \(byteCount) bytes")
            }
            chunks.append((chunk.seq, chunk.last, byteCount))
        }
        chunks.sort { $0.seq < $1.seq }
        var stored = StoredStream()
        for (index, chunk) in chunks.enumerated() {
            guard chunk.seq == index, !stored.isComplete else {
                throw .damaged("chunk \(chunk.seq) stands where chunk \(index) or the end was expected")
            }
            stored.append(byteCount: chunk.byteCount, last: chunk.last)
        }
        return stored
    }

    /// Names in a directory; none when there is no directory.
    private static func names(in path: String) throws(StoreError) -> [String] {
        do throws(FileError) { return try Directory.names(in: path) } catch {
            if case .notFound = error { return [] }
            throw StoreError(error, during: "listing a directory")
        }
    }
}
