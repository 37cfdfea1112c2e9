internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import PSIProtocol
internal import Values

/// `courier in`: says and stores for a participant what it has sent by disk.
struct CourierInCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "in", abstract: "Take what was carried from a participant.",
        discussion: """
            Everything is checked before anything is taken. The coordinator then checks it as if the participant had \
            sent it over a connection. The directory stays as it is, and is not needed any more.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The directory that `courier out` made at the participant.") var from: String

    func run() async throws {
        let home = try CoordinatorHome(at: home.directory)
        let disk = try CourierDisk(reading: from)
        let carried = try Self.sender(of: disk, home)
        var ledger = try CourierLedger.read(carried, home)
        try disk.checkTime(after: ledger.takenMade, now: MachineClock.system.unixSeconds())
        try disk.check()
        let parcels = try Self.parcels(disk)
        let outcome = try await OperatorConnection.with(self.home.directory, for: carried.pin) { client in
            try await CourierDelivery(disk: disk, client: client).deliver(parcels)
        }
        ledger.takenMade = disk.manifest.made
        ledger.taken = MachineClock.system.unixSeconds()
        ledger.follows = disk.manifest.follows.map(\.description)
        ledger.holds = Set(disk.manifest.holds.map(CourierLedger.name))
        try ledger.write(carried, home)
        try home.home.approvals().note("courier disk taken", ["from": carried.participant.id, "directory": disk.path])
        Self.tell(outcome, carried)
        if let refusal = outcome.refusals.first { throw refusal }
    }

    /// Who sent the disk, to this coordinator.
    private static func sender(of disk: CourierDisk, _ home: CoordinatorHome) throws -> CarriedParticipant {
        guard disk.manifest.to == home.courierParty else {
            throw CourierError.forAnother(
                path: disk.path, to: disk.manifest.to.id, expected: home.courierParty.id)
        }
        guard let carried = try CarriedParticipant.all(home).first(where: { $0.party == disk.manifest.from }) else {
            throw CourierError.fromAnother(
                path: disk.path, from: disk.manifest.from.id,
                expected: "a participant whose pin config.yaml has under couriers")
        }
        return carried
    }

    /// What is said in a round, in the sender's order, and with each entry the streams that it names.
    private static func parcels(_ disk: CourierDisk) throws -> [(round: RoundID, entries: [CourierParcel])] {
        var streams = Dictionary(uniqueKeysWithValues: disk.streams().map { ($0.held, $0.chunks) })
        var parcels: [(round: RoundID, entries: [CourierParcel])] = []
        for round in disk.rounds {
            let entries = try disk.entries(of: round).map { bytes -> CourierParcel in
                guard let entry = try? SignedEntry(bytes: bytes), entry.author == disk.manifest.from.id else {
                    throw damaged(disk, "\(CourierPath.entries(round)) has an entry that is not the sender's")
                }
                let own = entry.storedStreams.flatMap { stream in
                    streams.keys.filter { $0.round == round && $0.stream.part(0) == stream }
                        .sorted { $0.stream.part < $1.stream.part }
                }
                return CourierParcel(
                    entry: entry, streams: own.map { ($0.stream, streams.removeValue(forKey: $0) ?? []) })
            }
            parcels.append((round, entries))
        }
        if let stray = streams.keys.first { throw damaged(disk, "no entry names the stream \(stray.stream)") }
        return parcels
    }

    private static func damaged(_ disk: CourierDisk, _ fault: String) -> CourierError {
        .damaged(path: disk.path, faults: ["\(disk.path): \(fault)"])
    }

    private static func tell(_ outcome: CourierDelivery.Outcome, _ carried: CarriedParticipant) {
        let out = Console.standardOutput
        let id = carried.participant.id
        for line in EntryText.lines(outcome.taken) { out.line("  \(line)") }
        out.line("Took \(EntryText.count(outcome.taken.count)) of \(id).")
        if outcome.knownCount > 0 { out.line("The board had \(EntryText.count(outcome.knownCount)) of \(id) already.") }
        for round in outcome.ended {
            out.line("Round \(round.description.prefix(12)) has ended; what \(id) said in it came too late.")
        }
        out.line("Run `courier out --for \(id)` when the others have done their part: `status` says whom it waits for.")
    }
}

/// An entry, and the chunks of its streams by part.
struct CourierParcel {
    let entry: SignedEntry
    let streams: [(id: StreamID, chunks: [CourierManifest.File])]
}

/// Says and stores at the coordinator what a participant has sent.
struct CourierDelivery {
    let disk: CourierDisk
    let client: ExchangeClient

    struct Outcome {
        var taken: [SignedEntry] = []
        /// Entries that were on the board before.
        var knownCount = 0
        /// Rounds that had ended.
        var ended: [RoundID] = []
        /// What the coordinator did not take; the rest of that round was left.
        var refusals: [ExchangeProblem] = []
    }

    func deliver(_ parcels: [(round: RoundID, entries: [CourierParcel])]) async throws -> Outcome {
        var outcome = Outcome()
        for (round, entries) in parcels {
            do { try await deliver(entries, to: round, &outcome) } catch let problem as ExchangeProblem
                where problem.status < 500
            {
                if problem.knownCode == .roundClosed {
                    outcome.ended.append(round)
                } else {
                    outcome.refusals.append(problem)
                }
            }
        }
        return outcome
    }

    private func deliver(_ parcels: [CourierParcel], to round: RoundID, _ outcome: inout Outcome) async throws {
        let board = Set(try await CourierOutCommand.entries(of: round, after: 0, client))
        for parcel in parcels {
            // Its streams can be written no more, and need not be.
            if board.contains(parcel.entry.bytes) {
                outcome.knownCount += 1
                continue
            }
            for (stream, chunks) in parcel.streams {
                for file in chunks {
                    guard case .chunk(_, _, let seq, let last) = file.path else { continue }
                    try await client.putChunk(
                        disk.bytes(of: file), seq: seq, last: last, stream: stream, round: round)
                }
            }
            _ = try await client.append(parcel.entry.bytes, to: round)
            outcome.taken.append(parcel.entry)
        }
    }
}
