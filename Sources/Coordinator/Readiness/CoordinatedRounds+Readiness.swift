internal import Agreement
internal import Daemon
internal import Exchange
internal import Files
internal import Logging
internal import Values

/// Who is ready for a round.
extension CoordinatedRounds {
    func take(
        _ word: ReadinessWord, about agreement: AgreementID, caller: Caller
    ) async throws(ExchangeRefusal) {
        // The same answer whether there is no such agreement or the caller is not in it.
        guard let installed = try installed(agreement),
            let me = installed.agreement.participants.first(where: { TLSPin(bytes: $0.tlsPin) == caller.pin }),
            me.role != .coordinator
        else {
            throw ExchangeRefusal(
                .callerNotAllowed, "The coordinator has signed no such agreement that names the caller.")
        }
        do {
            let now = clock.unixSeconds()
            let before = readiness.word(of: me.id, about: agreement, now: now)?.word
            try readiness.keep(word, of: me.id, about: agreement, now: now)
            guard before != word else { return }
            logger.info(
                "A participant says whether it is ready",
                metadata: [
                    "study": "\(installed.agreement.study.id)", "by": "\(me.id)", "says": "\(word.rawValue)",
                ])
        } catch let refusal as ExchangeRefusal {
            throw refusal
        } catch {
            logger.error("What a participant says can't be kept", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal((error as? SealedStateError)?.isDiskFull == true ? .storeDiskFull : .storeFailed)
        }
    }

    func standing(of agreement: AgreementID) async throws(ExchangeRefusal) -> [UInt8] {
        guard let installed = try installed(agreement) else {
            throw ExchangeRefusal(.agreementRefused, "The coordinator has not signed this agreement.")
        }
        do { return try StatusJSON.encode(standing(of: installed)) } catch {
            logger.error("An agreement's standing can't be told", metadata: ["error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.serverFailed)
        }
    }

    /// An agreement that is signed here. Callers decide how often it is asked for, so it is read once; it counts while
    /// its files are there.
    func installed(_ agreement: AgreementID) throws(ExchangeRefusal) -> AgreementStore.Installed? {
        let files = ["\(agreement).yaml", "\(agreement).signature.json"].map(agreements.directory.file)
        guard files.allSatisfy(FileStatus.exists) else {
            readAgreements[agreement] = nil
            return nil
        }
        if let known = readAgreements[agreement] { return known }
        do {
            let read = try agreements.load(agreement)
            readAgreements[agreement] = read
            return read
        } catch {
            agreementFaults.log(
                .error, "An agreement can't be read",
                ["agreement": "\(agreement)", "error": "\(ErrorReport(error).sentence)"])
            throw ExchangeRefusal(.storeFailed)
        }
    }

    func standing(of installed: AgreementStore.Installed) -> AgreementStanding {
        let (agreement, now) = (installed.agreement, clock.unixSeconds())
        let others = agreement.participants.filter { $0.role != .coordinator }.map { participant in
            var standing = AgreementStanding.Participant(
                participant: participant.id, role: participant.role.rawValue, state: .silent)
            if let said = readiness.word(of: participant.id, about: installed.id, now: now) {
                standing.state = said.word == .ready ? .ready : .obstacle
                standing.code = said.word == .ready ? nil : said.word.rawValue
                standing.saidAt = said.at
            } else if TLSPin(bytes: participant.tlsPin).map(configuration.courierPins.contains) == true {
                standing.state = .notCarried
            }
            return standing
        }
        return AgreementStanding(
            agreement: installed.id, study: agreement.study.id, coordinator: ownObstacles(to: installed),
            participants: others, calendar: calendarStatus(of: installed))
    }

    /// What stands in the coordinator's own way to a round, all at once. Nothing is changed.
    private func ownObstacles(to installed: AgreementStore.Installed) -> [String] {
        let agreement = installed.agreement
        var found: [String] = []
        func note(_ body: () throws -> Void) {
            do { try body() } catch let refusal as ExchangeRefusal {
                found.append(refusal.detail ?? refusal.code.title)
            } catch {
                found.append(ErrorReport(error).sentence)
            }
        }
        note { try AgreementStore.check(agreement, path: "the agreement", keys: home.home.keyRing) }
        note { try checkDay(of: agreement) }
        note { try checkSuccession(installed.id, agreement) }
        note { _ = try nextNumber(installed.id, agreement) }
        note { try checkBudget(of: agreement) }
        note {
            do throws(StoreError) { try streams.checkStorageQuota() } catch { throw ExchangeRefusal(error) }
        }
        note { try home.home.keyRing.checkCertificates() }
        note { for keys in home.home.keyRing.all { try keys.checkSigning() } }
        if DiskRoom.isLow(at: home.home.directory.path) {
            found.append("The disk of \(home.home.directory.path) has less than 1 GiB left.")
        }
        return found
    }
}
