internal import Agreement
internal import Daemon
internal import Exchange
internal import Files
internal import PSIProtocol

/// What the coordinator backs up: the operator's keys, the boards, and the streams that somebody may still ask for.
///
/// Boards are copied first and counters last. So every stream that a board of the copy names is in the copy, and every
/// attempt at one is counted.
enum CoordinatorBackup: BackedUpProgram {
    static let name = CoordinatorProgram.name
    static let version = CoordinatorProgram.version
    static let roles: Set<ParticipantRole> = [.coordinator]
    static let furtherKeyDirectories = ["operator"]
    static let adviceAfterRestore = [
        "Participants refuse, with board.forked, a board that is shorter than the one they have seen. Rounds that are "
            + "open in a copy made while `serve` ran are aborted at the start."
    ]

    /// Rounds whose boards have no end.
    static func roundsUnderWay(_ home: Home, _ state: SealedState) async throws -> Int {
        let home = try CoordinatorHome(at: home.directory.path)
        guard try FileStatus.at(home.boardPath) != nil else { return 0 }
        let board = try BoardStore(path: home.boardPath)
        var count = 0
        for round in try await board.rounds() where try await StoredRound.record(of: round, on: board).ending == nil {
            count += 1
        }
        try board.close()
        return count
    }

    static func add(to backup: BackupWriter, from home: Home, options: NoOptions) async throws -> [String] {
        let home = try CoordinatorHome(at: home.directory.path)
        guard try FileStatus.at(home.boardPath) != nil else { return [] }
        let place = try backup.place("board.sqlite")
        try BoardStore.copy(from: home.boardPath, to: place)
        let board = try BoardStore(path: place)
        var streams = 0
        for round in try await board.rounds() {
            let record = try await StoredRound.record(of: round, on: board)
            // Of others nobody may read anything any more.
            guard record.ending == nil || !record.complaints.isEmpty else { continue }
            let path = "rounds/\(round)"
            try backup.copyTree("\(home.streamsPath)/\(path)", as: "streams/\(path)", linking: true)
            streams += 1
        }
        try board.close()
        try BoardStore.foldIntoOneFile(place)
        try backup.add("board.sqlite")
        return [
            "It has all boards, and the streams of \(streams) \(streams == 1 ? "round" : "rounds") that are open or "
                + "have a complaint."
        ]
    }
}
