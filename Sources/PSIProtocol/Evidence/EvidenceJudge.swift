internal import Agreement
internal import Crypto
public import Values

/// Tells who is right about a complaint, from the board, the streams that it is about, and secrets that the board has
/// digests of. Needs no key of anybody. [P-73]
public struct EvidenceJudge: Sendable {
    private let record: RoundRecord
    private let port: any StreamPort
    private let secrets: EvidenceSecrets
    private let workers: Workers

    /// - Parameter port: gives streams in the clear; throws `EvidenceGap.missingStream` for one that is not there.
    public init(record: RoundRecord, port: any StreamPort, secrets: EvidenceSecrets, workers: Workers) {
        self.record = record
        self.port = port
        self.secrets = secrets
        self.workers = workers
    }

    /// Judges what a participant has said of another.
    ///
    /// - Throws: what the port throws besides `EvidenceGap`, and errors of the spool.
    public func verdict(on complaint: Complained) async throws -> EvidenceVerdict {
        do {
            // Without a proof nobody can have found fault with one, nor with tags at another stage than the last.
            guard isOfSomething(complaint) else { return .unfounded }
            try await compareDigests(of: complaint)
            switch complaint.code {
            case .selectionWrong: return try await selection(complaint)
            case .sharesWrong: return try await shares(complaint)
            case .streamUnreadable: return try await unreadable(complaint)
            case .proofMalformed, .proofWrong, .tagsWrong: return try await stage(complaint)
            default: return try await list(complaint)
            }
        } catch let gap as EvidenceGap {
            return .undecided(gap)
        } catch let violation as ProtocolViolation {
            return verdict(on: violation)
        }
    }

    private func isOfSomething(_ complaint: Complained) -> Bool {
        switch complaint.code {
        case .proofMalformed, .proofWrong, .tagsWrong:
            guard let register = complaint.register, let stage = complaint.stage else { return false }
            return record.proofs[register]?[stage] != nil
                && (complaint.code != .tagsWrong || stage == record.ringCount - 1)
        default: return true
        }
    }

    private func verdict(on violation: ProtocolViolation) -> EvidenceVerdict {
        guard let guilty = violation.participant, let code = ComplaintCode(rawValue: violation.kind.rawValue) else {
            return .undecided(.notOnBoard)
        }
        return .atFault(guilty, code)
    }

    /// Nothing is anybody's fault in a stream that is not, to its last byte, the one on the board: whoever shows it may
    /// have altered it.
    private func compareDigests(of complaint: Complained) async throws {
        let streams = record.evidenceStreams(of: complaint)
        guard !streams.isEmpty else { throw EvidenceGap.notOnBoard }
        for stream in streams {
            let named = stream.named
            var digest = StreamDigest(partCount: named.partCount)
            var (part, byteCount) = (0, 0)
            var source = try await port.partedSource(of: named.id, sealing: named.sealing, from: stream.author)
            while true {
                while let piece = try await source.next() {
                    digest.update(piece)
                    byteCount += piece.count
                    guard byteCount <= named.byteCount ?? .max else { throw EvidenceGap.otherStream(name(named)) }
                }
                digest.endPart()
                part += 1
                guard part < named.partCount else { break }
                try await source.nextPart()
            }
            guard digest.finalized() == named.announced.digest.bytes else {
                throw EvidenceGap.otherStream(name(named))
            }
        }
    }

    private func name(_ stream: NamedStream) -> String { "\(stream.id.batch)/\(stream.id.stage)" }

    // MARK: Stages

    private func place(_ complaint: Complained) throws(EvidenceGap) -> (register: RegisterID, stage: Int) {
        guard let register = complaint.register, let stage = complaint.stage else { throw .notOnBoard }
        return (register, stage)
    }

    private func stage(_ complaint: Complained) async throws -> EvidenceVerdict {
        let (register, stage) = try place(complaint)
        let isOfTags = complaint.code == .tagsWrong
        var exit: ExitSalt?
        if isOfTags {
            guard let shown = secrets.saltShares,
                let shares = record.shares(.saltShare, shown: shown, digest: \.saltDigest)
            else { return .undecided(.missingSecret) }
            exit = record.exitSalt(from: shares)
        }
        var (check, inputAuthor) = try await record.stageCheck(
            register, stage, exit: exit, port: port, workers: workers)
        switch try await check.run(tags: isOfTags ? record.stages[register]?[stage] : nil) {
        case nil: return .unfounded
        case .input(let code): return .atFault(inputAuthor, code)
        case .stage(let code): return .atFault(complaint.against, code)
        }
    }

    /// Reads a list by itself: what is wrong with it needs no proof to be seen.
    private func list(_ complaint: Complained) async throws -> EvidenceVerdict {
        let (register, stage) = try place(complaint)
        try await read(register, record.provedStage(stage))
        return .unfounded
    }

    private func read(_ register: RegisterID, _ stage: StreamStage) async throws {
        var (reader, author) = try await record.list(register, stage, port: port)
        let layout = ItemLayout(record.agreement)
        let elementsPerItem = layout.itemByteCount / Ristretto255.elementByteCount
        do {
            while let piece = try await reader.next(most: 2_048) {
                do { try Ristretto255.validate(ElementBatch(trusted: piece.records)) } catch GroupError.invalidElement(
                    let index)
                {
                    let isCapsule = index % elementsPerItem >= record.agreement.elementCount
                    throw ProtocolViolation(
                        isCapsule ? .invalidCapsule : .invalidElement, by: author,
                        index: piece.first + index / elementsPerItem)
                }
            }
            try reader.check()
        } catch let violation as ProtocolViolation {
            throw try await reader.attributed(violation, keeper: record.coordinator)
        }
    }

    /// Whoever has streams of the right digests shows that they could be read, but not by whom.
    private func unreadable(_ complaint: Complained) async throws -> EvidenceVerdict {
        let (register, stage) = try place(complaint)
        try await read(register, record.provedStage(stage))
        return .undecided(.readable)
    }

    // MARK: Result and shares

    private func selection(_ complaint: Complained) async throws -> EvidenceVerdict {
        let check = ResultCheck(record, by: record.coordinator, port: port, workers: workers)
        let isRight: Bool
        if record.selected == nil {
            var seed: SymmetricKey?
            if record.drawsNoiseTogether {
                guard let shown = secrets.noiseShares,
                    let shares = record.shares(.noiseShare, shown: shown, digest: \.noiseDigest)
                else { return .undecided(.missingSecret) }
                seed = record.noiseSeed(from: shares)
            }
            isRight = try await check.counts(noiseSeed: seed)
        } else {
            // A seed that the coordinator sent to nobody as it should cannot be shown.
            guard let shown = secrets.selectionSeed?.bytes, shown.count == SealedSecret.secretByteCount,
                case let seed = SymmetricKey(data: shown), record.isSelectionSeed(SecretBytes(seed))
            else { return .undecided(.missingSecret) }
            isRight = try await check.selection(seed: seed) != nil
        }
        return isRight ? .unfounded : .atFault(record.coordinator, .selectionWrong)
    }

    private func shares(_ complaint: Complained) async throws -> EvidenceVerdict {
        let streams = record.evidenceStreams(of: complaint)
        guard streams.count == 2 else { return .undecided(.notOnBoard) }
        func source(_ stream: EvidenceStream) async throws -> PartedSource {
            try await port.partedSource(of: stream.named.id, sealing: stream.named.sealing, from: stream.author)
        }
        let check = try await ShareCheck(
            record, selection: AnyByteSource(try await source(streams[0])), spool: port.spool, workers: workers)
        defer { check.discard() }
        try await check.run(try await source(streams[1]), of: complaint.against)
        return .unfounded
    }
}

/// Who is right about a complaint. [P-73]
public enum EvidenceVerdict: Sendable, Equatable {
    /// This participant did what the code says. Mostly it is the accused; where its input was wrong already, the
    /// input's author; where the coordinator must have refused it, the coordinator.
    case atFault(ParticipantID, ComplaintCode)
    /// What the accused did is right, so the accuser is at fault.
    case unfounded
    /// What is here doesn't show it.
    case undecided(EvidenceGap)
}

/// Why evidence decides nothing.
public enum EvidenceGap: Error, Sendable, Equatable {
    /// A stream that the complaint is judged by is not there.
    case missingStream(String)
    /// A stream is not the one whose digest stands on the board.
    case otherStream(String)
    /// The board does not have what the complaint is about.
    case notOnBoard
    /// A secret is not there, or is not the one whose digest stands on the board.
    case missingSecret
    /// The accuser could not read a stream that is readable here: it, the accused or the coordinator may be at fault.
    case readable
}
