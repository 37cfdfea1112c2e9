internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// `evidence …`: what the coordinator can show of its rounds, and a check of what others show.
struct EvidenceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evidence", abstract: "Show auditors what happened in a round, and check what others show.",
        subcommands: [EvidenceListCommand.self, EvidenceExportCommand.self, EvidenceVerifyCommand.self])
}

/// The boards as the coordinator keeps them, also beside one that runs.
struct StoredEvidence: StampedBoards {
    private let board: BoardStore

    init(_ board: BoardStore) { self.board = board }

    /// - Throws: `FileError.notFound` where there never was a round.
    init(_ home: CoordinatorHome) throws {
        guard try FileStatus.at(home.boardPath) != nil else { throw FileError.notFound(path: home.boardPath) }
        board = try BoardStore(path: home.boardPath)
    }

    func close() throws { try board.close() }

    func rounds() async throws -> [RoundID] { try await board.rounds() }

    func board(of round: RoundID) async throws -> KeptBoard? {
        try await board.holds(round) ? kept(round) : nil
    }

    /// What is kept of a round, as it stands now.
    func kept(_ round: RoundID) async throws -> KeptBoard {
        let attachment = try RoundAttachment(decoding: try await board.attachment(of: round))
        var entries: [[UInt8]] = []
        while true {
            let page = try await board.entries(of: round, after: entries.count)
            entries += page.entries.map(\.bytes)
            if page.isLast || page.entries.isEmpty { break }
        }
        return KeptBoard(round: round, agreement: Array(attachment.agreement), entries: entries)
    }
}

struct EvidenceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the rounds of which boards are kept here, and until when.")

    @OptionGroup var home: HomeOption

    func run() async throws {
        let home = try CoordinatorHome(at: home.directory)
        let days = try home.configuration().boardDays
        let store = try StoredEvidence(home)
        for round in try await store.rounds() {
            let kept = try await store.kept(round)
            guard let opening = kept.opening, let until = kept.until(days: days) else { continue }
            let time = MachineClock.timestamp(Date(timeIntervalSince1970: Double(until)))
            let agreement = Hex.encode(opening.agreement.bytes).prefix(16)
            Console.standardOutput.line("\(round)  agreement \(agreement)  kept until \(time)")
        }
        try store.close()
    }
}

struct EvidenceExportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the evidence of a round into one file that anybody can check.",
        discussion: """
            The file is a zip of the agreement and the round's board, with everybody's signatures. It has no names, \
            codes or keys. It is checked with `evidence verify`. Streams that an accusation is about come from the \
            participants: they have `evidence export --streams`.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The round's id, or the beginning of it.") var round: String
    @Argument(help: "The file to make, such as round.zip.") var file: String

    func run() async throws {
        let home = try CoordinatorHome(at: home.directory)
        let store = try StoredEvidence(home)
        guard let id = try await RoundPrefix(round).find(among: store.rounds()) else {
            throw CoordinatorError.unknownRound(round)
        }
        let kept = try await store.kept(id)
        try store.close()
        var contents = EvidenceFile.Contents(agreement: kept.agreement, board: kept.entries)
        contents.stamps = try TimeStampStore(home: home.home).stamps(of: EvidenceFile.replayed(contents))
        let board = try await EvidenceFile.write(contents, to: file)
        try home.home.approvals().note(
            "evidence exported", ["round": String("\(id)".prefix(12)), "file": file, "streams": "no"])
        for line in EvidenceExportText.lines(board, missing: [], withStreams: true, path: file) {
            Console.standardOutput.line(line)
        }
    }
}
