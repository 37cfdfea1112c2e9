internal import Agreement
internal import Daemon
internal import Exchange
internal import Files
internal import Logging
internal import Values

/// What the daemon remembers of calendars while it runs. Everything else is on boards and in `lodged/`.
struct CalendarMemory {
    /// Lodged agreements as they were read, by the state of their files.
    var read: [AgreementID: (file: FileStatus, lodged: LodgedAgreements.Lodged)] = [:]
    /// Files that could not be used, as they were then: told once.
    var unusable: [AgreementID: FileStatus] = [:]
    /// What was told last of a day that waits.
    var told: [AgreementID: (day: CalendarDate, why: String)] = [:]
    /// Days that were told to have passed without a round.
    var passed: [AgreementID: Set<String>] = [:]
}

/// Rounds that the coordinator opens by itself, on the days of agreements' calendars.
extension CoordinatedRounds {
    /// Looks at all calendars: opens what is due and says whom it waits for. Called again and again.
    func keepCalendars() async {
        for lodged in lodgedAgreements() where !isAmended(lodged) {
            let status = calendarStatus(of: lodged.agreement, lodged)
            tellPassed(status, lodged)
            guard status.isDue else {
                calendars.told[lodged.signed.id] = nil
                continue
            }
            await openIfReady(lodged)
        }
    }

    /// Whether another agreement's calendar goes on in the place of this one.
    private func isAmended(_ lodged: LodgedAgreements.Lodged) -> Bool {
        // What cannot be read is found and told when a round is to be opened.
        guard let chain = try? agreements.chain(of: lodged.signed.id, lodged.agreement) else { return false }
        return (try? Succession(in: state).obstacle(to: chain)).flatMap(\.self) != nil
    }

    private func openIfReady(_ lodged: LodgedAgreements.Lodged) async {
        let id = lodged.signed.id
        do throws(ExchangeRefusal) {
            guard let installed = try installed(id) else {
                tellWaiting(lodged, "the coordinator has not signed the agreement")
                return
            }
            let standing = standing(of: installed)
            guard standing.isReady else {
                let others = standing.participants.filter { standing.waitingFor.contains($0.participant) }
                tellWaiting(
                    lodged,
                    (standing.coordinator + others.map { "\($0.participant) (\($0.code ?? "has said nothing"))" })
                        .joined(separator: "; "))
                return
            }
            let round = try await open(lodged.signed)
            calendars.told[id] = nil
            logger.notice(
                "The calendar's round is opened",
                metadata: ["round": "\(round)", "study": "\(lodged.agreement.study.id)"])
        } catch {
            tellWaiting(lodged, error.detail ?? error.code.title)
        }
    }

    private func tellWaiting(_ lodged: LodgedAgreements.Lodged, _ why: String) {
        let today = clock.today()
        if let last = calendars.told[lodged.signed.id], last == (today, why) { return }
        calendars.told[lodged.signed.id] = (today, why)
        logger.warning(
            "A round of the calendar is due today and waits",
            metadata: [
                "study": "\(lodged.agreement.study.id)", "agreement": "\(lodged.signed.id.description.prefix(12))",
                "waiting_for": "\(why)",
            ])
    }

    private func tellPassed(_ status: CalendarStatus, _ lodged: LodgedAgreements.Lodged) {
        let id = lodged.signed.id
        for day in status.passed where calendars.passed[id, default: []].insert(day).inserted {
            let last = calendars.told[id].flatMap { $0.day.description == day ? $0.why : nil }
            logger.error(
                "A day of the calendar passed without a round",
                metadata: [
                    "study": "\(lodged.agreement.study.id)", "agreement": "\(id.description.prefix(12))",
                    "day": "\(day)", "waited_for": "\(last ?? "not known: the coordinator was stopped")",
                ])
        }
    }

    /// How the calendar of an agreement stands now; nil where it has none.
    func calendarStatus(of installed: AgreementStore.Installed) -> CalendarStatus? {
        guard !installed.agreement.calendar.isEmpty else { return nil }
        return calendarStatus(
            of: installed.agreement, lodgedAgreements().first { $0.signed.id == installed.id }, id: installed.id)
    }

    private func calendarStatus(of agreement: Agreement, _ lodged: LodgedAgreements.Lodged) -> CalendarStatus {
        calendarStatus(of: agreement, lodged, id: lodged.signed.id)
    }

    private func calendarStatus(
        of agreement: Agreement, _ lodged: LodgedAgreements.Lodged?, id: AgreementID
    ) -> CalendarStatus {
        let opened = rounds.values.filter { $0.agreementID == id && !$0.isOfWithdrawals }
            .compactMap { CalendarDate(secondsSince1970: $0.opening.opened) }
        return CalendarStatus(
            agreement.calendar, today: clock.today(),
            lodgedOn: lodged.flatMap { CalendarDate(secondsSince1970: Int(clamping: $0.since)) },
            openedOn: Set(opened))
    }

    /// Those that lie ready, each read once as long as its file stays as it is. What cannot be used is told once.
    private func lodgedAgreements() -> [LodgedAgreements.Lodged] {
        let store: LodgedAgreements
        let files: [AgreementID: FileStatus]
        do {
            store = try LodgedAgreements(home.home)
            files = try store.files()
        } catch {
            agreementFaults.log(
                .error, "The lodged agreements can't be listed", ["error": "\(ErrorReport(error).sentence)"])
            return []
        }
        calendars.read = calendars.read.filter { files[$0.key] == $0.value.file }
        calendars.unusable = calendars.unusable.filter { files[$0.key] == $0.value }
        for (id, file) in files where calendars.read[id] == nil && calendars.unusable[id] == nil {
            do {
                calendars.read[id] = (file, try store.read(id))
            } catch {
                calendars.unusable[id] = file
                logger.error(
                    "A lodged agreement can't be used: lodge it again",
                    metadata: ["agreement": "\(id)", "error": "\(ErrorReport(error).sentence)"])
            }
        }
        return calendars.read.values.map(\.lodged).sorted { $0.signed.id.description < $1.signed.id.description }
    }
}
