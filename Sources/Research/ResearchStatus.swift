internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// `status.json`: what the daemon knows of rounds, for `status`, since the sealed state is locked while it runs.
struct ResearchStatus: Codable {
    var research: String
    var process: Int32 = ProcessInfo.processInfo.processIdentifier
    var updated = ""
    var residentMebibytes: Int?
    var peakMebibytes: Int?
    /// Those seen last, the latest at the end.
    var rounds: [Round] = []

    struct Round: Codable, Equatable {
        var round: String
        var agreement: String
        var study: String
        var number: Int
        var phase: String
        var opened: String
        var deadline: String
        var waitingFor: [String]
        /// Why the round was aborted, if it was.
        var abort: String?
        /// How far it is; nil in a file that a former version wrote.
        var standing: RoundStatus?
    }

    private static let mostRounds = 100
    private static let maxByteCount = 1 << 22

    init(research: String) { self.research = research }

    /// Nil when there is none, or none that can be read: it is only for showing.
    static func read(_ home: Home) -> ResearchStatus? {
        guard let bytes = try? PublicFile.read(home.statusPath, maxByteCount: maxByteCount),
            var status = try? JSONDecoder().decode(ResearchStatus.self, from: Data(bytes))
        else { return nil }
        status.rounds = status.rounds.suffix(mostRounds)
        return status
    }

    /// Whether the round is new or its phase has changed.
    mutating func update(_ record: RoundRecord, at time: Date) -> Bool {
        var now = Round(
            round: record.round.description, agreement: Hex.encode(record.opening.agreement.bytes),
            study: record.agreement.study.id, number: record.opening.number, phase: record.phase.rawValue,
            opened: Self.timestamp(record.opening.opened), deadline: Self.timestamp(record.opening.deadline),
            waitingFor: record.waitingFor, abort: nil,
            standing: RoundStatus(record).withoutNumbersOfPeople)
        if case .aborted(let abort) = record.ending { now.abort = abort.code.rawValue }
        process = ProcessInfo.processInfo.processIdentifier
        updated = MachineClock.timestamp(time)
        let memory = MemoryUse.current()
        residentMebibytes = memory.map { $0.residentByteCount >> 20 }
        peakMebibytes = memory.map { $0.peakByteCount >> 20 }
        guard let index = rounds.firstIndex(where: { $0.round == now.round }) else {
            rounds = Array((rounds + [now]).suffix(Self.mostRounds))
            return true
        }
        defer { rounds[index] = now }
        return rounds[index].phase != now.phase
    }

    func write(to path: String) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
        try AtomicFile.write(Array(try encoder.encode(self)), to: path)
    }

    private static func timestamp(_ seconds: Int) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}
