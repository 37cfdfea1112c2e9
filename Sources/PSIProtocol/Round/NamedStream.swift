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
    /// Whether it is sealed to its reader.
    public let isSealed: Bool

    /// Bytes of the whole stream, all its parts, before sealing; nil if there can be no stream of so many records.
    public var byteCount: Int? {
        let (records, overflow) = announced.count.multipliedReportingOverflow(by: recordByteCount)
        guard announced.count >= 0, !overflow else { return nil }
        let (sum, sumOverflow) = records.addingReportingOverflow(partCount * prefixByteCount)
        return sumOverflow ? nil : sum
    }

    /// Another part of the same stream.
    func part(_ part: Int) -> NamedStream {
        NamedStream(
            id: id.part(part), announced: announced, recordByteCount: recordByteCount, partCount: partCount,
            prefixByteCount: prefixByteCount, isSealed: isSealed)
    }

    /// All parts of it, in order.
    public var parts: [NamedStream] { (0..<partCount).map(part) }
}

extension RoundRecord {
    /// The stream that an entry by somebody else than the coordinator names; nil if it names none.
    public func namedStream(by body: any EntryBody, author: ParticipantID) -> NamedStream? {
        switch body {
        case let content as BatchDeclared: content.vault.map { vault(content.register, $0) }
        case let content as StageCommitted: list(content.register, content.stage, content.list)
        case let content as Released: shares(author, content.shares)
        default: nil
        }
    }

    /// What the board says of a stream; nil if no entry names it.
    public func namedStream(_ id: StreamID) -> NamedStream? {
        let named: NamedStream? =
            switch id.stage {
            case .ring(let stage): stages[id.batch]?[stage].map { list(id.batch, stage, $0) }
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
        case .ring(let stage):
            return batches[batch].flatMap { list(batch, stage, placeholder($0.count)).byteCount }
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

    private func list(_ register: RegisterID, _ stage: Int, _ announced: AnnouncedStream) -> NamedStream {
        let layout = ItemLayout(agreement)
        return NamedStream(
            id: StreamID(batch: register, stage: .ring(stage), attempt: announced.attempt), announced: announced,
            recordByteCount: stage == ringCount - 1 ? layout.taggedItemByteCount : layout.itemByteCount,
            partCount: agreement.parts, prefixByteCount: ListPrefix.byteCount, isSealed: true)
    }

    private func vault(_ register: RegisterID, _ announced: AnnouncedStream) -> NamedStream {
        NamedStream(
            id: StreamID(batch: register, stage: .vault, attempt: announced.attempt), announced: announced,
            recordByteCount: agreement.cellByteCount, partCount: agreement.parts, prefixByteCount: 0, isSealed: false)
    }

    private func shares(_ node: ParticipantID, _ announced: AnnouncedStream) -> NamedStream {
        NamedStream(
            id: StreamID(batch: node, stage: .release, attempt: announced.attempt), announced: announced,
            recordByteCount: Ristretto255.elementByteCount, partCount: agreement.parts, prefixByteCount: 0,
            isSealed: true)
    }

    private func selection(_ reader: ParticipantID, _ selected: Selected) -> NamedStream {
        let announced = reader == research ? selected.selection : selected.requests
        return NamedStream(
            id: StreamID(batch: reader, stage: .selection, attempt: announced.attempt), announced: announced,
            recordByteCount: reader == research ? SelectedItem.byteCount : Ristretto255.elementByteCount,
            partCount: agreement.parts, prefixByteCount: 0, isSealed: false)
    }
}
