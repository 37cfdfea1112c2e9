internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import Foundation
internal import PSIProtocol
internal import Values

/// `courier …`: carries a participant's part in rounds to and fro, for one that has no connection.
struct CourierCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "courier", abstract: "Let a participant take part without a connection, by a carried disk.",
        discussion: "It asks the running coordinator, for participants whose pins config.yaml has under couriers.",
        subcommands: [CourierOutCommand.self, CourierInCommand.self])
}

extension CoordinatorHome {
    var courierParty: CourierManifest.Party {
        .init(id: home.keys.id, signingKey: home.keys.participant.signingKey)
    }
}

/// `courier out`: what a participant is to read.
struct CourierOutCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "out", abstract: "Write what a participant is to read into a new directory.",
        discussion: "Streams that the participant has, by the last disk that was taken from it, are left out.")

    @OptionGroup var home: HomeOption
    @Argument(help: "The directory to make. The one above it must exist.") var to: String
    @Option(name: .customLong("for"), help: "The participant's id, or its pin.") var participant: String
    @Flag(help: "Also write the streams that it has.") var all = false

    func run() async throws {
        let home = try CoordinatorHome(at: home.directory)
        let carried = try CarriedParticipant.named(participant, home)
        var ledger = try CourierLedger.read(carried, home)
        let out = Console.standardOutput
        let boards = try await OperatorConnection.with(self.home.directory, for: carried.pin) { client in
            let boards = try await Self.boards(client, ledger, home)
            guard !boards.isEmpty else { return boards }
            let writer = try CourierDiskWriter(to)
            var streamCount = 0
            for record in boards {
                let streams = record.streamsToBring(to: carried.participant.id)
                for stream in streams {
                    let held = CourierManifest.Held(round: record.round, stream: stream.id)
                    if !all, ledger.holds.contains(CourierLedger.name(held)) { continue }
                    try await Self.add(held, to: writer, client)
                    streamCount += 1
                }
            }
            for record in boards {
                let entries = try await Self.entries(of: record.round, after: 0, client)
                // What was read of its streams goes by this much of the board.
                try writer.add(
                    CourierEntries.encode(Array(entries.prefix(record.head.count))), as: .entries(record.round))
            }
            let made = max(MachineClock.system.unixSeconds(), (ledger.made ?? 0) + 1)
            try writer.finish(
                from: home.courierParty, to: carried.party, made: made, key: home.home.keys.signingKey)
            for record in boards { out.line(Self.line(record, ledger)) }
            out.line(
                "Wrote \(to): \(boards.count == 1 ? "1 board" : "\(boards.count) boards") and \(streamCount) streams, "
                    + "\(ByteText.words(writer.byteCount)) in all. Carry it to \(carried.participant.id), whose "
                    + "operator runs `courier in`.")
            ledger.made = made
            return boards
        }
        guard !boards.isEmpty else {
            out.line("No round concerns \(carried.participant.id) now; nothing was written.")
            return
        }
        try home.home.approvals().note("courier disk made", ["for": carried.participant.id, "directory": to])
        ledger.entryCounts = Dictionary(boards.map { ("\($0.round)", $0.head.count) }) { first, _ in first }
        try ledger.write(carried, home)
    }

    /// The boards of its rounds, those that it wants to see further among them.
    private static func boards(
        _ client: ExchangeClient, _ ledger: CourierLedger, _ home: CoordinatorHome
    ) async throws -> [RoundRecord] {
        var rounds = try await client.rounds().rounds.map(\.round)
        rounds += ledger.follows.compactMap { RoundID(hex: $0) }.filter { !rounds.contains($0) }
        var records: [RoundRecord] = []
        for round in rounds {
            let entries: [[UInt8]]
            do { entries = try await Self.entries(of: round, after: 0, client) } catch let problem as ExchangeProblem
                where problem.knownCode == .roundUnknown || problem.knownCode == .callerNotAllowed
            { continue }
            guard let first = entries.first, let opening = try SignedEntry(bytes: first).body as? RoundOpened,
                let id = AgreementID(hex: Hex.encode(opening.agreement.bytes)),
                let installed = try home.home.agreements().load(id)
            else { continue }
            var record = try RoundRecord(opening: first, agreement: installed.agreement, file: installed.bytes)
            for entry in entries.dropFirst() { try record.fold(entry) }
            records.append(record)
        }
        return records
    }

    static func entries(of round: RoundID, after: Int, _ client: ExchangeClient) async throws -> [[UInt8]] {
        var entries: [[UInt8]] = []
        while true {
            let page = try await client.entries(of: round, after: after + entries.count)
            entries += page.entries.map(\.bytes)
            if page.isLast { return entries }
        }
    }

    private static func add(
        _ held: CourierManifest.Held, to writer: CourierDiskWriter, _ client: ExchangeClient
    ) async throws {
        for seq in 0... {
            guard let chunk = try await client.getChunk(seq: seq, stream: held.stream, round: held.round) else {
                throw StoreError.noSuchChunk(seq: seq)
            }
            try writer.add(chunk.bytes, as: .chunk(held.round, held.stream, seq: seq, last: chunk.isLast))
            if chunk.isLast { return }
        }
    }

    private static func line(_ record: RoundRecord, _ ledger: CourierLedger) -> String {
        let new = record.head.count - (ledger.entryCounts["\(record.round)"] ?? 0)
        let deadline = MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(record.opening.deadline)))
        return
            "Round \(record.round.description.prefix(12)) of \(record.agreement.study.id), \(record.phase.rawValue): "
            + "\(EntryText.count(max(0, new))) since the last disk"
            + (record.ending == nil ? ", ends at \(deadline) at the latest" : "")
    }
}
