public import Agreement
public import Values

/// A round's agreement and board as anybody can check them who has nothing else: every signature, every rule, and the
/// agreement's signatures. [P-78]
public struct ReplayedBoard: Sendable {
    /// After the last entry.
    public let record: RoundRecord
    /// In order, from the opening.
    public let entries: [SignedEntry]
    /// Signatures of the agreement that the opening lacks, or that are wrong; nil if all have signed. Nobody may take
    /// part in such a round, and who opened it was not allowed to. [P-17]
    public let unsigned: SignedAgreementError?

    /// - Parameters:
    ///   - file: the agreement's exact bytes.
    ///   - board: entries with their signatures.
    /// - Throws: `ReplayError`.
    public init(agreement file: [UInt8], board: [[UInt8]]) throws(ReplayError) {
        let agreement: Agreement
        do throws(AgreementError) { agreement = try Agreement.parse(file) } catch { throw .agreement(error) }
        guard let first = board.first else { throw .empty }
        var record: RoundRecord
        var entries: [SignedEntry] = []
        entries.reserveCapacity(board.count)
        do throws(ProtocolViolation) {
            record = try RoundRecord(opening: first, agreement: agreement, file: file)
            entries.append(try SignedEntry(bytes: first))
        } catch { throw .entry(number: 1, error) }
        let signatures = record.opening.signatures.map { participant, signature in
            AgreementSignature(agreement: record.agreementID, participant: participant, signature: signature.bytes)
        }
        do throws(SignedAgreementError) {
            _ = try SignedAgreement(bytes: file, signatures: signatures).verify()
            unsigned = nil
        } catch { unsigned = error }
        for bytes in board.dropFirst() {
            do throws(ProtocolViolation) { entries.append(try record.append(bytes)) } catch {
                throw .entry(number: entries.count + 1, error)
            }
        }
        self.record = record
        self.entries = entries
    }

    /// Key holders who have signed a board that has its end, and with it how the round ended. [P-19]
    public var endSigners: [ParticipantID] { record.keyHolders.filter { record.erased.contains($0) } }

    /// The board's head with the entry that ended the round; nil while it goes on.
    public var endHead: BoardHead? { record.endNumber.map { record.heads[$0] } }

    /// Whoever has signed a head that this board has and the first `count` entries do not tell, each once, in the
    /// order in which they did.
    func witnesses(beyond count: Int) -> [ParticipantID] {
        var found: [ParticipantID] = []
        for entry in entries where entry.seen.count > count && !found.contains(entry.author) {
            found.append(entry.author)
        }
        return found
    }
}

/// Why an agreement and a board are not those of a round.
public enum ReplayError: Error, Equatable, Sendable {
    case agreement(AgreementError)
    /// Not even the opening is there.
    case empty
    /// By the entry's number, from 1.
    case entry(number: Int, ProtocolViolation)
}
