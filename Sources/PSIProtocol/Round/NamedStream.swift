internal import Agreement
public import Values

/// A part of a stream that an entry of the board names, and what follows for it from the entry. [P-14] [P-50]
///
/// The only place that says how long a stream is: the coordinator refuses an entry whose stream has another length, and
/// readers take no byte more.
public struct NamedStream: Sendable, Equatable {
    public let id: StreamID
    public let announced: AnnouncedStream
    /// Bytes of one record.
    public let recordByteCount: Int
    /// Parts of the whole stream.
    public let partCount: Int
    /// Bytes before the first record of each part.
    public let prefixByteCount: Int
    /// Bytes before all that, in the first part only.
    public let headByteCount: Int
    /// How it is sealed.
    public let sealing: StreamSealing

    /// Bytes of a proof for each item of its list.
    public static let proofRecordByteCount = ShuffleRecord.byteCount

    /// Bytes of the whole stream, all its parts, before sealing; nil if there can be no stream of so many records.
    public var byteCount: Int? {
        let (records, overflow) = announced.count.multipliedReportingOverflow(by: recordByteCount)
        guard announced.count >= 0, !overflow else { return nil }
        let (sum, sumOverflow) = records.addingReportingOverflow(partCount * prefixByteCount + headByteCount)
        return sumOverflow ? nil : sum
    }

    /// Another part of the same stream.
    func part(_ part: Int) -> NamedStream {
        NamedStream(
            id: id.part(part), announced: announced, recordByteCount: recordByteCount, partCount: partCount,
            prefixByteCount: prefixByteCount, headByteCount: headByteCount, sealing: sealing)
    }

    /// All parts of it, in order.
    public var parts: [NamedStream] { (0..<partCount).map(part) }
}

extension RoundRecord {
    /// The streams that an entry by somebody else than the coordinator names.
    public func namedStreams(by body: any EntryBody, author: ParticipantID) -> [NamedStream] {
        switch body {
        case let content as BatchDeclared: content.vault.map { [vault(content.register, $0)] } ?? []
        case let content as StageCommitted:
            [list(content.register, .ring(content.stage), content.list)]
                + (content.exit.map { [list(content.register, .exit, $0)] } ?? [])
        case let content as Proved: [proof(content.register, content.stage, content.proof)]
        case let content as Released: [shares(author, content.shares)]
        default: []
        }
    }

    /// What the board says of a stream; nil if no entry names it.
    public func namedStream(_ id: StreamID) -> NamedStream? {
        let named: NamedStream? =
            switch id.stage {
            case .ring(let stage): stages[id.batch]?[stage].map { list(id.batch, .ring(stage), $0) }
            case .exit: exits[id.batch].map { list(id.batch, .exit, $0) }
            case .proof(let stage): proofs[id.batch]?[stage].map { proof(id.batch, stage, $0.stream) }
            case .vault: batches[id.batch]?.vault.map { vault(id.batch, $0) }
            case .release: released[id.batch].map { shares(id.batch, $0.shares) }
            case .selection: selected.map { selection(id.batch, $0) }
            }
        return (0..<agreement.parts).contains(id.part) && named?.id.part(id.part) == id ? named?.part(id.part) : nil
    }

    /// The longest that a stream of this batch and stage may be before sealing, by what the board says before its entry
    /// is there; nil if nothing may be written.
    public func byteCountLimit(batch: String, stage: StreamStage) -> Int? {
        switch stage {
        case .ring, .exit:
            return batches[batch].flatMap { list(batch, stage, placeholder($0.count)).byteCount }
        case .proof(let number):
            return batches[batch].flatMap { proof(batch, number, placeholder($0.count)).byteCount }
        case .vault:
            guard let register = register(batch) else { return nil }
            let people = Padding.size(of: register.maxPeople, mode: agreement.padding)
            let (cells, overflow) = people.multipliedReportingOverflow(by: register.maxCellsPerPerson)
            let most = Padding.size(of: overflow ? .max : cells, mode: agreement.padding)
            return vault(batch, placeholder(most)).byteCount ?? .max
        case .release: return selected.flatMap { shares(batch, placeholder($0.requests.count)).byteCount }
        case .selection: return selected.flatMap { selection(batch, $0).byteCount }
        }
    }

    private func placeholder(_ count: Int) -> AnnouncedStream {
        AnnouncedStream(attempt: 0, count: count, digest: HexBytes([]))
    }

    private func list(_ register: RegisterID, _ stage: StreamStage, _ announced: AnnouncedStream) -> NamedStream {
        let layout = ItemLayout(agreement)
        return NamedStream(
            id: StreamID(batch: register, stage: stage, attempt: announced.attempt), announced: announced,
            recordByteCount: stage == .ring(ringCount - 1) ? layout.taggedItemByteCount : layout.itemByteCount,
            partCount: agreement.parts, prefixByteCount: ListPrefix.byteCount, headByteCount: 0,
            sealing: sealing(of: stage, batch: register))
    }

    private func proof(_ register: RegisterID, _ stage: Int, _ announced: AnnouncedStream) -> NamedStream {
        NamedStream(
            id: StreamID(batch: register, stage: .proof(stage), attempt: announced.attempt), announced: announced,
            recordByteCount: ShuffleRecord.byteCount, partCount: agreement.parts, prefixByteCount: 0,
            headByteCount: ShuffleHead.byteCount(ShuffleLayout(agreement)),
            sealing: sealing(of: .proof(stage), batch: register))
    }

    private func vault(_ register: RegisterID, _ announced: AnnouncedStream) -> NamedStream {
        NamedStream(
            id: StreamID(batch: register, stage: .vault, attempt: announced.attempt), announced: announced,
            recordByteCount: agreement.cellByteCount, partCount: agreement.parts, prefixByteCount: 0,
            headByteCount: 0, sealing: sealing(of: .vault, batch: register))
    }

    private func shares(_ node: ParticipantID, _ announced: AnnouncedStream) -> NamedStream {
        NamedStream(
            id: StreamID(batch: node, stage: .release, attempt: announced.attempt), announced: announced,
            recordByteCount: requestByteCount, partCount: agreement.parts, prefixByteCount: 0,
            headByteCount: shareProofByteCount,
            sealing: sealing(of: .release, batch: node))
    }

    private func selection(_ reader: ParticipantID, _ selected: Selected) -> NamedStream {
        let announced = reader == research ? selected.selection : selected.requests
        return NamedStream(
            id: StreamID(batch: reader, stage: .selection, attempt: announced.attempt), announced: announced,
            recordByteCount: reader == research ? SelectedItem.byteCount(in: agreement) : requestByteCount,
            partCount: agreement.parts, prefixByteCount: 0, headByteCount: 0,
            sealing: sealing(of: .selection, batch: reader))
    }
}
