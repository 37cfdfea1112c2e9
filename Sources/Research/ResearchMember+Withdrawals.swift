internal import Agreement
internal import Daemon
internal import Dataset
internal import Files
internal import Logging
internal import Member
internal import PSIProtocol
internal import Values

/// Rounds of withdrawals. [P-96]
extension ResearchMember {
    /// Finds out by which pseudonyms people withdraw, and keeps that until the round has closed. No cell is looked at.
    func receiveWithdrawals(
        _ record: RoundRecord, secrets: borrowing ResearchSecrets, runner: ResearchRunner
    ) async throws -> any EntryBody {
        let pseudonyms = try RoundPseudonyms.of(record, state: state)
        let archive = WithdrawalArchive { pseudonyms.pseudonym(ofElement: $0)?.bytes ?? [] }
        _ = try await runner.receive(record: record, secrets: secrets, into: archive) { _, _ in [] }
        let names = archive.names
        try WithdrawnPeople(home: home).keep(names, of: record.round)
        // How many they are is in no log.
        logger.notice("It is known who withdraws from the study", metadata: log.metadata(record))
        return Received(withdrawn: CountPublication(agreement: record.signedAgreement).count(names.count))
    }

    /// Once the round has closed, removes these people from everything that is here.
    ///
    /// - Returns: false while something of it is in use and has to be tried again.
    func settleWithdrawals(_ record: RoundRecord) throws -> Bool {
        guard record.ending == .closed else { return true }
        let study = record.agreement.study.id
        let people = try WithdrawnPeople(home: home)
        guard people.has(record.round) else { return true }
        do {
            try people.exclusively { people in
                try discardPreparedOfNobody()
                guard try people.settle(record.round, study: study, at: Int(clamping: clock.unixSeconds())) else {
                    return
                }
                try home.approvals().note(
                    WithdrawnPeople.note, ["study": study, "round": String(record.round.description.prefix(12))])
            }
        } catch let error as FileError {
            guard case .inUse = error else { throw error }
            logger.notice(
                "A dataset is being put in its place; who has withdrawn is removed afterwards",
                metadata: log.metadata(record))
            return false
        }
        do { try removeWithdrawn() } catch let error as FileError {
            guard case .inUse = error else { throw error }
            // `tidy` tries again, and whoever writes a dataset does it first.
            logger.notice(
                "Another command works on a round; who has withdrawn is removed from it afterwards",
                metadata: log.metadata(record))
        }
        return true
    }

    /// Removes what rounds of withdrawals told of which nothing is known here any more. Their end never came, so nobody
    /// will be removed by them. The next round tells the same again.
    func forgetPendingWithdrawals() throws {
        let people = try WithdrawnPeople(home: home)
        for round in try people.pending()
        where !state.contains(.over(round)) && state.names(.round(round)).isEmpty { try forgetPending(round, people) }
    }

    /// The same of a round that this participant has given up after its deadline.
    func forgetPendingWithdrawals(givenUp round: RoundID) throws {
        let people = try WithdrawnPeople(home: home)
        guard people.has(round), let bytes = try state.get(.over(round)), bytes.count == 8,
            clock.unixSeconds() > Int64(clamping: BigEndian.read(bytes))
        else { return }
        try forgetPending(round, people)
    }

    private func forgetPending(_ round: RoundID, _ people: WithdrawnPeople) throws {
        try people.forget(round)
        logger.error(
            "A round of withdrawals did not end here, so nobody is removed by it; hold another one",
            metadata: ["round": "\(round.description.prefix(12))"])
    }

    /// Removes whoever has withdrawn from all that was received, and prepared datasets that may have them.
    func removeWithdrawn() throws {
        let people = try WithdrawnPeople(home: home)
        let agreements = try home.agreements()
        let (prepared, approvals) = (try PreparedDatasets(home: home), try home.approvals())
        var busy: FileError?
        for study in try people.studies() {
            let list = try people.list(of: study)
            for round in try folders.all() {
                guard let folder = try folders.existing(round), let received = try? folder.received(),
                    let id = AgreementID(hex: Hex.encode(received.agreement.bytes)),
                    let installed = try agreements.load(id), installed.agreement.study.id == study,
                    installed.agreement.pseudonyms.isLasting, try folder.withdrawnMark() != list.mark
                else { continue }
                do {
                    let lock = try folder.lock()
                    defer { lock.release() }
                    try folder.withdraw(list, under: installed, prepared: prepared, noting: approvals)
                } catch let error as FileError {
                    guard case .inUse = error else { throw error }
                    busy = error
                    continue
                }
                logger.notice(
                    "Whoever has withdrawn is removed from what was received; write its datasets anew",
                    metadata: ["study": "\(study)", "round": "\(round.description.prefix(12))"])
            }
        }
        if let busy { throw busy }
    }

    /// Prepared datasets of rounds that were forgotten: nobody can tell any more whom they have.
    func discardPreparedOfNobody() throws {
        let approvals = try home.approvals()
        let prepared = try PreparedDatasets(home: home)
        let known = Set(try folders.all().map { String($0.description.prefix(12)) })
        for entry in try prepared.all() where !known.contains(String(entry.name.prefix(12))) {
            try prepared.discard(entry.name, noting: approvals)
        }
    }
}
