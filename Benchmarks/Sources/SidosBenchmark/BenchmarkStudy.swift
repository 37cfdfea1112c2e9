internal import Agreement
internal import Crypto
internal import PSIProtocol
internal import Values

/// An agreement to measure under, and a round that was opened under it.
enum BenchmarkStudy {
    static let columns = [
        ColumnDeclaration(name: "start_date", type: .date, nullable: false, title: "Start"),
        ColumnDeclaration(name: "service", type: .code, nullable: false, title: "Service"),
    ]
    static let register = RegisterDeclaration(
        id: "register", title: "Register", owner: "node", releasedFor: ["all"], maxPeople: 100_000_000,
        maxCellsPerPerson: 64, columns: columns)

    /// - Parameter participants: none are needed where no round is opened.
    static func agreement(
        suite: SuiteID, release: ReleaseMode, participants: [Participant] = []
    ) throws -> Agreement {
        guard let day = CalendarDate(year: 2026, month: 1, day: 1) else {
            throw BenchmarkError.failed(operation: "agreement")
        }
        return Agreement(
            study: Study(id: "benchmark", title: "Benchmark", purpose: "", legalBasis: "", permit: ""),
            validFrom: day, validUntil: day, suite: suite, roundsAllowed: 1, release: release, vaultAccess: .whole,
            verification: .off, padding: .padme,
            cellByteCount: 1_024, smallestCell: 1, countRounding: 1, deadlineMinutes: 60, retentionDays: 0,
            matchKeys: [.identityCode], participants: participants, registers: [register], cohorts: [],
            twoPartiesAcknowledged: false)
    }

    /// A round that its coordinator has opened, and nothing more.
    static func openedRound(suite: SuiteID, release: ReleaseMode) throws -> RoundRecord {
        let key = Curve25519.Signing.PrivateKey()
        let coordinator = Participant(
            id: "hub", name: "hub", role: .coordinator, signingKey: Array(key.publicKey.rawRepresentation),
            hpkeKey: [], tlsPin: [])
        let agreement = try agreement(suite: suite, release: release, participants: [coordinator])
        let file = Array("benchmark".utf8)
        let opening = try SignedEntry(
            body: RoundOpened(
                agreement: HexBytes(AgreementID(ofFile: file).bytes), number: 1, nonce: HexBytes(randomBytes(32)),
                opened: 1_000, deadline: 2_000, signatures: [:]),
            author: coordinator.id, round: nil, seen: .empty, key: key)
        return try RoundRecord(opening: opening.bytes, agreement: agreement, file: file)
    }

    static func capsuleKey() throws -> CapsuleKey {
        try CapsuleKey(sumOf: [Ristretto255.multiplyGenerator(by: Ristretto255.randomScalar())])
    }

    /// Made-up people, each with so many rows of these columns.
    static func people(count: Int, rowsEach: Int) throws -> [PersonRecord] {
        let codec = RowCodec(columns: columns)
        let services = ["counselling", "language course", "work trial", "skills test"]
        var people: [PersonRecord] = []
        people.reserveCapacity(count)
        for person in 0..<count {
            var rows: [UInt8] = []
            for row in 0..<rowsEach {
                // Different enough that packing them costs what it does in a register.
                let number = (person &* 31 &+ row) &* 40_503 & 0xffff
                guard let date = CalendarDate(year: 2010 + number % 15, month: 1 + number % 12, day: 1 + number % 28)
                else { throw BenchmarkError.failed(operation: "people") }
                try codec.encode([.date(date), .code(services[number % services.count])], into: &rows)
            }
            let identity = PersonIdentity(bytes: Array("person \(person)".utf8))
            people.append(PersonRecord(identities: [identity], rows: rows, rowCount: rowsEach))
        }
        return people
    }
}
