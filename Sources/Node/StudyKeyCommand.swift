internal import Agreement
internal import ArgumentParser
internal import Crypto
internal import Daemon
internal import Files
internal import PSIProtocol
internal import Values

/// `study-key …`: what a holder does with its study key when it leaves a study, and its successor. [P-85]
struct StudyKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "study-key",
        abstract: "Hand a study key over to a successor, take one over, or destroy one.",
        discussion: "Stop the daemon first: its state is open to one program at a time.",
        subcommands: [
            StudyKeyHandCommand.self, StudyKeyTakeCommand.self, StudyKeyDestroyCommand.self,
        ])
}

/// An agreement by which a study key changes hands, or is not needed any more, signed by all who are in it.
struct SignedAmendment {
    let id: AgreementID
    let agreement: Agreement
    /// With what it amends.
    let chain: AgreementChain
    /// The agreement before it under which this node holds a study key.
    private let held: Agreement

    /// - Throws: `SignedAgreementError`; `StudyKeyCommandError` unless it follows from an agreement under which this
    ///   node holds a key.
    init(_ path: String, signatures: [String], home: Home) throws {
        let signed = try SignedAgreement.load(path, signatures: signatures)
        id = signed.id
        agreement = try signed.verify()
        let store = try home.agreements()
        chain = try store.chain(of: signed.id, agreement)
        let formers = chain.members.dropFirst()
        do { try agreement.checkAmending(formers.map(\.agreement)) } catch {
            throw StudyKeyCommandError.amendment(path: path, error)
        }
        let me = home.keys.id
        let held = try formers.first {
            try $0.agreement.pseudonyms.holders.contains(me) && store.load($0.id) != nil
        }
        guard let held else { throw StudyKeyCommandError.notAHolder(path: path, participant: me) }
        self.held = held.agreement
    }

    /// The keys of the agreement before it.
    func keys(in state: SealedState) -> StudyKeys { StudyKeys(of: held, in: state) }

    /// The chain from the agreement under which the key was held.
    var heldChain: AgreementChain {
        AgreementChain(Array(chain.members.drop { $0.agreement != held }))
    }

    /// Whether this node needs the key no more once rounds are taken under the amendment.
    func endsHolding(of me: ParticipantID) -> Bool {
        agreement.studyKeyScope != held.studyKeyScope || !agreement.pseudonyms.holders.contains(me)
    }
}

struct AmendmentOptions: ParsableArguments {
    @Option(help: "The YAML file of the agreement that names the successor, signed by all who are in it.")
    var agreement: String
    @Option(name: .customLong("signature"), help: "A signature file (default: those beside the agreement).")
    var signatures: [String] = []

    func signed(_ home: Home) throws -> SignedAmendment {
        try SignedAmendment(agreement, signatures: signatures, home: home)
    }
}

struct StudyKeyHandCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hand", abstract: "Seal this node's study key to the successor that an amendment names.",
        discussion: """
            Only the successor can open the file. This node keeps its key, for rounds of the agreement that is \
            amended, until `study-key destroy`, or until its retention is over.
            """)

    @OptionGroup var home: HomeOption
    @OptionGroup var amendment: AmendmentOptions
    @Option(name: [.short, .long], help: "Where to write the sealed key.") var output: String

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        let signed = try amendment.signed(home)
        let me = home.keys.id
        guard let change = signed.agreement.pseudonymSuccessors.first(where: { $0.leaver == me }),
            let successor = signed.agreement.participant(change.successor)
        else { throw StudyKeyCommandError.noSuccessor(path: amendment.agreement, participant: me) }
        let key = try signed.keys(in: home.stateToServe()).toHand(me, in: signed.heldChain)
        let handover = try StudyKeyHandover(
            key, study: signed.agreement.study.id, agreement: signed.id, leaver: me, successor: successor)
        // Written down first: what was not written down must not leave.
        try home.approvals().note(
            "study key handed over",
            ["study": signed.agreement.study.id, "to": successor.id, "agreement": "\(signed.id)"])
        try AtomicFile.write(try handover.file, to: output, mode: 0o600, replacing: false)
        Console.standardOutput.line(
            "Wrote \(output): the study key of \(signed.agreement.study.id), sealed to \(successor.name) "
                + "(\(successor.id)). Send it there. `study-key take` takes it in.")
    }
}

struct StudyKeyTakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "take", abstract: "Take over the study key that a holder who leaves has sealed to this node.",
        discussion: """
            It is compared with the key that the holder has shown in rounds. A node that has seen no round of the \
            study gets that from `evidence export` of any participant.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The file that `study-key hand` wrote.") var file: String
    @Option(help: "What `evidence export` wrote of a round in which the holder took part.") var evidence: String?

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        let bytes = try PublicFile.read(file, maxByteCount: StudyKeyHandover.byteLimit)
        guard let handover = StudyKeyHandover(file: bytes) else { throw StudyKeyCommandError.notAKey(path: file) }
        let me = home.keys.id
        guard handover.successor == me else {
            throw StudyKeyCommandError.otherSuccessor(path: file, successor: handover.successor, participant: me)
        }
        let store = try home.agreements()
        guard let installed = try store.load(handover.agreement) else {
            throw HomeError.unknownAgreement(path: home.directory.path, id: "\(handover.agreement)")
        }
        let agreement = installed.agreement
        let change = StudyKeySuccessor(leaver: handover.leaver, successor: me)
        guard agreement.pseudonymSuccessors.contains(change) else {
            throw StudyKeyCommandError.notNamed(path: file, agreement: installed.id)
        }
        let chain = try store.chain(of: installed.id, agreement)
        let state = try home.stateToServe()
        let keys = StudyKeys(of: agreement, in: state)
        guard let expected = try keys.known(in: chain)[me] ?? shown(by: handover.leaver, of: agreement, chain) else {
            throw StudyKeyCommandError.neverSeen(study: agreement.study.id, leaver: handover.leaver)
        }
        let key: SymmetricKey
        do {
            key = try handover.open(
                study: agreement.study.id, key: home.keys(pinnedBy: agreement).hpkeKey, expected: expected)
        } catch {
            throw error == .malformed
                ? StudyKeyCommandError.otherKey(path: file, leaver: handover.leaver)
                : StudyKeyCommandError.doesNotOpen(path: file)
        }
        try keys.take(key, of: handover.leaver)
        try home.approvals().note(
            "study key taken over",
            ["study": agreement.study.id, "from": handover.leaver, "agreement": "\(installed.id)"])
        Console.standardOutput.line(
            "Took over the study key of \(agreement.study.id) from \(handover.leaver). Make a backup now, then delete "
                + "\(file).")
    }

    /// What the leaver has shown in a round of which somebody shows evidence.
    private func shown(
        by leaver: ParticipantID, of agreement: Agreement, _ chain: AgreementChain
    ) throws -> [UInt8]? {
        guard let evidence else { return nil }
        let board = try EvidenceReader(evidence).board
        let record = board.record
        guard board.unsigned == nil, record.allManifestsSigned, chain.ids.contains(record.agreementID),
            record.agreement.studyKeyScope == agreement.studyKeyScope, let point = record.revealedStudyKeys[leaver]
        else { throw StudyKeyCommandError.otherEvidence(path: evidence, leaver: leaver) }
        return point
    }
}

struct StudyKeyDestroyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "destroy", abstract: "Destroy a study key that an amendment has made useless here.",
        discussion: """
            The amendment must be signed by all, and this node hold no study key under it, or begin new pseudonyms. \
            Rounds of what it amends are refused from then on, with keys.lost. Backups that have the key are not \
            reached.
            """)

    @OptionGroup var home: HomeOption
    @OptionGroup var amendment: AmendmentOptions

    func run() throws {
        let home = try Home(at: home.directory, roles: [.authority, .mixer])
        let signed = try amendment.signed(home)
        let study = signed.agreement.study.id
        guard signed.endsHolding(of: home.keys.id) else {
            throw StudyKeyCommandError.stillNeeded(path: amendment.agreement, participant: home.keys.id)
        }
        guard try signed.keys(in: home.stateToServe()).destroyOwn() else {
            Console.standardOutput.line("There is no study key of \(study) here.")
            return
        }
        try home.approvals().note("study key destroyed", ["study": study, "agreement": "\(signed.id)"])
        Console.standardOutput.line("Destroyed the study key of \(study). Delete backups that have it.")
    }
}
