internal import Agreement
internal import Daemon
internal import Dataset
internal import PSIProtocol
internal import Values

/// Opens the cells of a received round into its working store, once the round may be opened. Whatever stops it, it can
/// be begun anew. [P-44]
struct RoundOpening {
    let received: ReceivedRound
    private let folder: RoundFolder
    private let home: Home
    private let installed: AgreementStore.Installed

    var agreement: Agreement { installed.agreement }
    var round: RoundID { folder.round }

    /// - Throws: `ResearchError` while the round must stay closed.
    init(folder: RoundFolder, home: Home) throws {
        guard let received = try folder.received() else { throw ResearchError.notReceived(folder.round) }
        guard received.isClosed else { throw ResearchError.notClosed(folder.round) }
        guard received.isSettled else { throw ResearchError.notSigned(folder.round, by: received.unsigned) }
        let agreements = try home.agreements()
        let id = Hex.encode(received.agreement.bytes)
        guard let agreementID = AgreementID(hex: id), let installed = try agreements.load(agreementID) else {
            throw HomeError.unknownAgreement(path: agreements.directory.path, id: id)
        }
        guard received.copies.count == installed.agreement.registers.count else {
            throw ResearchError.unreadableRecord(path: folder.receivedPath)
        }
        self.received = received
        self.folder = folder
        self.home = home
        self.installed = installed
    }

    /// The finished working store, filled if need be.
    ///
    /// - Throws: `ResearchError.damaged` when some cells could not be opened, unless these people are to be left out.
    func store(withoutDamaged: Bool) async throws -> WorkingStore {
        // The daemon does so, too; here it must have been done.
        let withdrawn = try WithdrawnPeople(home: home).list(of: agreement.study.id)
        try folder.withdraw(
            withdrawn, under: installed, prepared: PreparedDatasets(home: home), noting: home.approvals())
        let store = try unfilled()
        do {
            if !store.isFinished { try await fill(store, withoutDamaged: withoutDamaged) }
        } catch {
            try? store.close()
            switch error {
            // Rows of people who may be withheld are in it, or notes of damage that a mended copy hasn't.
            case ResearchError.damaged, ResearchError.copyDamaged: try WorkingStore.remove(path: folder.storePath)
            default: break
            }
            throw error
        }
        // Nobody need be able to open the cells again.
        try folder.removeRelease()
        return store
    }

    /// That nobody has withdrawn since the store was opened.
    ///
    /// - Throws: `ResearchError.withdrawnMeanwhile`.
    func checkWithdrawn(_ people: WithdrawnPeople) throws {
        guard try people.list(of: agreement.study.id).mark == folder.withdrawnMark() else {
            throw ResearchError.withdrawnMeanwhile
        }
    }

    /// The store as it is, or a new one; one that is damaged is begun anew while there is something to fill it with.
    private func unfilled() throws -> WorkingStore {
        let hasRelease = folder.hasRelease(received.copies.count)
        guard folder.hasStore || hasRelease else {
            throw ResearchError.storeMissing(folder.round, path: folder.storePath)
        }
        do { return try folder.store(agreement: agreement, id: installed.id) } catch DatasetError.storeUnusable
            where hasRelease
        {
            try WorkingStore.remove(path: folder.storePath)
            return try folder.store(agreement: agreement, id: installed.id)
        }
    }

    private func fill(_ store: WorkingStore, withoutDamaged: Bool) async throws {
        guard folder.hasRelease(received.copies.count) else {
            throw ResearchError.storeMissing(folder.round, path: folder.cellsPath(0))
        }
        if let key = received.shiftKey { try store.keep(shiftKey: key.bytes) }
        let opener = CellOpener(agreement: agreement, round: folder.round, spool: try home.spool())
        var sink = StoreSink(store: store, registers: agreement.registers)
        for (index, copy) in received.copies.enumerated() {
            let path = folder.cellsPath(index)
            let items = try ItemFile(folder, register: index, agreement: agreement)
            do {
                try await opener.open(
                    register: index, secret: items.secret, items: items,
                    expected: ListSummary(count: copy.count, digest: copy.digest.bytes), into: &sink
                ) { try CellFileSource(path) }
            } catch ReleaseError.copyDamaged { throw ResearchError.copyDamaged(folder.round, path: path) }
        }
        try store.noteFalseLinks()
        let damaged = try store.damaged()
        guard damaged.isEmpty || withoutDamaged else {
            throw ResearchError.damaged(
                folder.round,
                agreement.registers.compactMap { register in
                    damaged[register.id].map {
                        ResearchError.Damage(register: register.id, owner: register.owner, items: $0)
                    }
                })
        }
        try store.dropDamaged()
        try store.dropWithheld()
        try store.finish()
    }
}
