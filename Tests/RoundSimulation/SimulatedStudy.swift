import Agreement
import Crypto
import Foundation
import PSIProtocol
import Values

/// The parties of a study with their keys, and the agreement they signed.
struct SimulatedStudy {
    let agreement: Agreement
    /// Stands for the agreement's file; its hash is the agreement's id.
    let file: [UInt8]
    let signing: [ParticipantID: any MessageSigner]
    let hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey]

    struct Options {
        var suite = SuiteID.ristretto255
        var release = ReleaseMode.rows
        var vaultAccess = VaultAccess.whole
        var padding = PaddingMode.padme
        var matchKeys = [MatchKey.identityCode]
        var tolerantMatching: TolerantMatching?
        var cellByteCount = 256
        var smallestCell = 1
        var countRounding = 1
        var counts = CountMechanism.rounding
        var mixers = 0
        var maxPeople = 1_000
        var maxCellsPerPerson = 64
        var roundsAllowed = 3
        var parts = 1
        var verification = VerificationMode.off
        var checkers: Int?
        /// Of the ring, by position, where pseudonyms last.
        var pseudonymHolders: [Int] = []
    }

    /// One authority a register, in order, then mixers, then coordinator and research environment.
    init(
        registers: [String], cohorts: [(String, CohortExpression)], releasedFor: [String: [String]],
        options: Options = Options()
    ) throws {
        var ids = registers.map { "owner-\($0.replacingOccurrences(of: "_", with: "-"))" }
        ids += (0..<options.mixers).map { "mixer\($0)" }
        var signing: [ParticipantID: any MessageSigner] = [:]
        var hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey] = [:]
        var participants: [Participant] = []
        for (index, id) in (ids + ["coordinator", "research"]).enumerated() {
            let role: ParticipantRole =
                id == "coordinator"
                ? .coordinator : id == "research" ? .research : index < registers.count ? .authority : .mixer
            let key = Curve25519.Signing.PrivateKey()
            let sealing = try XWingMLKEM768X25519.PrivateKey()
            signing[id] = key
            hpke[id] = sealing
            participants.append(
                Participant(
                    id: id, name: id, role: role, signingKey: Array(key.publicKey.rawRepresentation),
                    hpkeKey: Array(sealing.publicKey.rawRepresentation),
                    tlsPin: Array(SHA256.hash(data: Array(id.utf8)))))
        }
        self.signing = signing
        self.hpke = hpke
        self.file = Array("simulated \(registers) \(cohorts.map(\.0)) \(options)".utf8)
        var agreement = Agreement(
            study: Study(id: "simulated", title: "Simulated", purpose: "", legalBasis: "", permit: ""),
            validFrom: CalendarDate(year: 2026, month: 1, day: 1)!,
            validUntil: CalendarDate(year: 2027, month: 1, day: 1)!, suite: options.suite,
            roundsAllowed: options.roundsAllowed,
            release: options.release, vaultAccess: options.vaultAccess, verification: options.verification,
            padding: options.padding,
            cellByteCount: options.cellByteCount, smallestCell: options.smallestCell,
            countRounding: options.countRounding, deadlineMinutes: 60, retentionDays: 0,
            matchKeys: options.matchKeys, tolerantMatching: options.tolerantMatching, participants: participants,
            registers: registers.enumerated().map { index, id in
                let released = releasedFor[id] ?? []
                return RegisterDeclaration(
                    id: id, title: id, owner: ids[index], releasedFor: released, maxPeople: options.maxPeople,
                    maxCellsPerPerson: options.maxCellsPerPerson,
                    columns: released.isEmpty
                        ? []
                        : [
                            ColumnDeclaration(name: "year", type: .integer, nullable: false, title: "Year"),
                            ColumnDeclaration(name: "note", type: .text, nullable: true, title: "Note"),
                        ])
            },
            cohorts: cohorts.map {
                CohortDeclaration(id: $0.0, title: $0.0, expression: $0.1, maxPeople: options.maxPeople)
            },
            twoPartiesAcknowledged: registers.count + options.mixers == 2)
        agreement.counts = options.counts
        agreement.parts = options.parts
        agreement.checkers = options.checkers
        if !options.pseudonymHolders.isEmpty {
            agreement.pseudonyms = .study(holders: options.pseudonymHolders.map { ids[$0] })
        }
        self.agreement = agreement
    }

    /// A study whose agreement and keys were made elsewhere. `SimulatedRound` looks for the coordinator's and the
    /// research environment's under "coordinator" and "research".
    init(
        agreement: Agreement, file: [UInt8], signing: [ParticipantID: any MessageSigner],
        hpke: [ParticipantID: XWingMLKEM768X25519.PrivateKey]
    ) {
        self.agreement = agreement
        self.file = file
        self.signing = signing
        self.hpke = hpke
    }

    /// The same study, but for this participant's keys.
    func with(
        _ participant: Participant, signing key: any MessageSigner,
        hpke sealing: XWingMLKEM768X25519.PrivateKey
    ) -> SimulatedStudy {
        var changed = agreement
        changed.participants = agreement.participants.map { $0.id == participant.id ? participant : $0 }
        return SimulatedStudy(
            agreement: changed, file: file, signing: signing.merging([participant.id: key]) { $1 },
            hpke: hpke.merging([participant.id: sealing]) { $1 })
    }

    /// Everybody's signature of the agreement.
    func signatures() throws -> [String: HexBytes] {
        try Dictionary(
            uniqueKeysWithValues: signing.map { id, key in
                (id, HexBytes(try key.sign(AgreementSignature.message(forFile: file))))
            })
    }

    /// A coordinator's opening entry.
    func opening(number: Int = 1, purpose: RoundPurpose? = nil) throws -> SignedEntry {
        try SignedEntry(
            body: RoundOpened(
                agreement: HexBytes(AgreementID(ofFile: file).bytes), number: number,
                nonce: HexBytes(SecretBytes(randomByteCount: 32).withUnsafeBytes { Array($0) }), opened: 1_000,
                deadline: 1_000 + 3_600, signatures: signatures(), purpose: purpose),
            author: "coordinator", round: nil, seen: .empty, key: signing["coordinator"]!)
    }
}

/// A person of a simulated register: what they have under each value of each match key, features for tokens, and rows.
struct SimulatedPerson {
    var keys: [String?]
    var features: [[[UInt8]]] = []
    var rows: [[FieldValue]]
    /// Whether the register's owner never releases the person.
    var isWithheld = false
    /// What a dishonest owner seals in place of the rows.
    var rawRows: [UInt8]?
    /// What a lasting pseudonym follows from; nil for nothing.
    var official: String?

    init(_ keys: String?..., rows: [[FieldValue]] = []) { self.init(keys: keys, rows: rows) }

    init(keys: [String?], rows: [[FieldValue]]) {
        self.keys = keys
        self.rows = rows
    }
}
