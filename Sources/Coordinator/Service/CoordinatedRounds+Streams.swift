internal import Exchange
internal import Logging
internal import PSIProtocol
internal import Values

/// What the coordinator sees of the streams that entries name, and refuses if it is not what the entry says. [P-14]
extension CoordinatedRounds {
    /// Refuses an entry whose stream is not there whole, as long as the entry says, and for a vault also of the digest
    /// and in the order that it should be.
    func examineStreams(of entry: [UInt8], in round: RoundID, caller: Caller) async throws(ExchangeRefusal) {
        var record = try await record(of: round)
        guard let me = StreamRules(record: record).participant(caller) else { return }
        // What is wrong with the entry itself is said by the check under the round's gate.
        guard let signed = try? SignedEntry(bytes: entry), signed.author == me.id,
            (try? record.append(entry)) != nil
        else { return }
        do {
            for named in record.namedStreams(by: signed.body, author: signed.author) {
                guard let fault = try await fault(of: named, in: round) else { continue }
                refusals.log(
                    .warning, "An entry is refused",
                    ["round": "\(round)", "by": "\(me.id)", "reason": "stream \(named.id): \(fault)"])
                throw ExchangeRefusal(.entryRefused, "The stream \(named.id) \(fault).")
            }
        } catch let refusal as ExchangeRefusal {
            throw refusal
        } catch {
            throw refusal(for: error, round)
        }
    }

    private func refusal(for error: any Error, _ round: RoundID) -> ExchangeRefusal {
        logger.error("A stream can't be read", metadata: ["round": "\(round)", "error": "\(error)"])
        return ExchangeRefusal(.storeFailed)
    }

    /// What is wrong with a stream, as the rest of a sentence; nil if it is as its entry says.
    private func fault(of named: NamedStream, in round: RoundID) async throws -> String? {
        var byteCount: Int? = 0
        for part in named.parts {
            let status = try await streams.status(of: part.id, round: round)
            guard status.isComplete else {
                return status.chunkCount == 0 ? "has not been stored" : "has not been stored to its end"
            }
            let plain = SealedStreamLength.plaintextByteCount(
                stored: status.byteCount, chunkCount: status.chunkCount, sealing: named.sealing)
            byteCount = byteCount.flatMap { sum in plain.map { sum + $0 } }
        }
        guard let expected = named.byteCount else { return "can't have as many records as the entry says" }
        guard byteCount == expected else {
            return
                "has \(byteCount.map { "\($0)" } ?? "too few") bytes and, by the entry's count, should have \(expected)"
        }
        guard named.sealing == .plain else { return nil }
        let found = try await examination(of: named, in: round)
        if found.digest != named.announced.digest.bytes { return "has another digest than the entry says" }
        return found.isIncreasing ? nil : "has handles that do not strictly increase"
    }

    private func examination(of named: NamedStream, in round: RoundID) async throws -> RecordExamination {
        let key = StreamStore.Key(round: round, stream: named.id)
        if let known = examined.known[key] { return known }
        // However often an entry is posted at once, its stream is read once.
        let (streams, width) = (streams, named.recordByteCount)
        let partition = StreamPartition(count: named.partCount)
        let task =
            examined.underWay[key]
            ?? Task {
                try await streams.examineRecords(
                    of: key.stream, round: key.round, recordByteCount: width, partition: partition)
            }
        examined.underWay[key] = task
        defer { examined.underWay[key] = nil }
        let found = try await task.value
        examined.known[key] = found
        return found
    }
}
