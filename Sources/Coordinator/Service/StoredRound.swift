internal import Agreement
internal import Exchange
internal import PSIProtocol
internal import Values

/// A round as its board tells it.
enum StoredRound {
    /// Replays a board from its first entry.
    ///
    /// - Parameter studyKeys: what is known of a study's keys; a coordinator that only looks has none.
    /// - Throws: `StoreError`; `ProtocolViolation`, `AgreementError` for a board that is damaged.
    static func record(
        of round: RoundID, on board: BoardStore,
        studyKeys: (AgreementID, Agreement) throws -> [ParticipantID: [UInt8]] = { _, _ in [:] }
    ) async throws -> RoundRecord {
        let attachment = try RoundAttachment(decoding: try await board.attachment(of: round))
        let file = Array(attachment.agreement)
        let first = try await board.entries(of: round, after: 0, countLimit: 1).entries
        guard let opening = first.first else { throw ProtocolViolation(.badOpening) }
        let agreement = try Agreement.parse(file)
        var record = try RoundRecord(
            opening: opening.bytes, agreement: agreement, file: file,
            studyKeys: studyKeys(AgreementID(ofFile: file), agreement))
        guard record.round == round else { throw ProtocolViolation(.badOpening) }
        while true {
            let page = try await board.entries(of: round, after: record.head.count)
            for entry in page.entries { try record.append(entry.bytes) }
            if page.isLast { break }
        }
        return record
    }
}
