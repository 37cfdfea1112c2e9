internal import Agreement
internal import Daemon
internal import Files
internal import Foundation
internal import PSIProtocol

/// What `status` shows of a daemon: `status.json`, written whenever a round has moved.
struct NodeStatus: Codable {
    var node: String
    var process: Int32 = ProcessInfo.processInfo.processIdentifier
    /// Which implementation computes, by suite.
    var backends = NodeStatus.backendsHere
    /// Those seen since the start, the latest at the end.
    var rounds: [RoundStatus] = []
    var residentMebibytes: Int?
    var peakMebibytes: Int?

    static var backendsHere: [String: String] {
        Dictionary(uniqueKeysWithValues: SuiteID.allCases.map { ($0.rawValue, $0.type.backend) })
    }

    init(node: String) { self.node = node }

    /// Whether the round's phase has changed.
    mutating func update(_ record: RoundRecord) -> Bool {
        var now = RoundStatus(record).withoutNumbersOfPeople
        now.waitingFor = record.waitingFor
        let memory = MemoryUse.current()
        residentMebibytes = memory.map { $0.residentByteCount >> 20 }
        peakMebibytes = memory.map { $0.peakByteCount >> 20 }
        guard let index = rounds.firstIndex(where: { $0.round == now.round }) else {
            rounds = Array((rounds + [now]).suffix(50))
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
}
