public import Daemon
public import Logging
public import PSIProtocol
public import Values

/// What a participant writes of rounds into its log: phases, ends, destroyed keys. Nothing that belongs to a person.
public struct RoundLog: Sendable {
    private let logger: Logger

    public init(_ logger: Logger) { self.logger = logger }

    /// What tells which round a line is about, and more.
    public func metadata(_ record: RoundRecord, _ more: Logger.Metadata = [:]) -> Logger.Metadata {
        more.merging(["round": "\(record.round.description.prefix(12))"]) { first, _ in first }
    }

    /// That a round has come to another phase, and how it ended if it was aborted.
    public func tell(_ record: RoundRecord) {
        logger.notice(
            "Round",
            metadata: metadata(record, ["phase": "\(record.phase.rawValue)", "study": "\(record.agreement.study.id)"]))
        guard case .aborted(let abort)? = record.ending else { return }
        logger.warning(
            record.allReleased
                ? "The round was aborted after all nodes had released: the rows could be opened until then"
                : "The round was aborted",
            metadata: metadata(
                record,
                ["code": "\(abort.code.rawValue)", "participants": "\(abort.participants.joined(separator: ","))"]))
    }

    /// That this participant accuses another. Others learn it from the board.
    public func tell(_ complaint: Complained, _ record: RoundRecord) {
        var more: Logger.Metadata = ["against": "\(complaint.against)", "code": "\(complaint.code.rawValue)"]
        if let register = complaint.register { more["register"] = "\(register)" }
        if let stage = complaint.stage { more["stage"] = "\(stage)" }
        logger.error("Another participant's work is wrong; accusing it", metadata: metadata(record, more))
    }

    /// Writes the status file; a failure is told and stops nothing.
    public func writingStatus(_ write: () throws -> Void) {
        do { try write() } catch {
            logger.warning("status.json was not written", metadata: ["error": "\(ErrorReport(error).sentence)"])
        }
    }

    /// Destroys every sealed value of a round, and says so if there was any.
    public func destroyKeys(of round: RoundID, in state: SealedState) throws {
        if try state.destroy(.round(round)) > 0 {
            logger.notice("The round's keys are destroyed", metadata: ["round": "\(round)"])
        }
    }
}
