import Crypto
import Foundation
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What crosses to another machine: the work of a step, and its pieces.
@Suite("Work for other machines")
struct StepWorkTests {
    static let round = RoundID(bytes: [UInt8](repeating: 3, count: 32))!
    static func key(_ byte: UInt8, _ count: Int = 32) -> SymmetricKey {
        SymmetricKey(data: [UInt8](repeating: byte, count: count))
    }
    static func scalar<S: PSIProtocol.Suite>(_: S.Type) -> SymmetricKey { S.randomScalar().bytes.key }

    static func layout<S: PSIProtocol.Suite>(_: S.Type, _ study: SimulatedStudy) -> ItemLayout {
        ItemLayout(S.self, agreement: study.agreement)
    }

    static func capsuleKey() throws -> CapsuleKey { try CapsuleKey(sumOf: CapsuleTests.keys(2).publics) }

    static func batch(rows: Bool, lasting: Bool = false) throws -> BatchWork<Ristretto255> {
        let study = try ListTests.agreement(.ristretto255, keyCount: 3, release: rows ? .rows : .none)
        var layout = Self.layout(Ristretto255.self, study)
        if lasting {
            let wide = try CanonicalJSON.encode(layout)
            let text = String(decoding: wide, as: UTF8.self)
                .replacingOccurrences(of: "\"hasStudyCapsule\":false", with: "\"hasStudyCapsule\":true")
            layout = try JSONDecoder().decode(ItemLayout.self, from: Data(text.utf8))
        }
        return BatchWork(
            layout: layout, heads: (0..<layout.elementCount).map { round.bytes + ExitSalt.framed("key \($0)") },
            firstValue: 0, tokens: nil, capsuleKey: rows ? try capsuleKey() : nil,
            studyHead: lasting ? StudyCapsule.head(of: "study") : nil,
            studyKey: lasting ? scalar(Ristretto255.self) : nil,
            cellSealer: rows
                ? CellSealer(round: round, register: "kela", cellByteCount: 256, registerSecret: key(9)) : nil,
            keyElementCount: layout.elementCount, maxCells: 4, blindingScalar: scalar(Ristretto255.self))
    }

    static func mix(exit: Bool) throws -> MixWork<PSIProtocol.P256> {
        let study = try ListTests.agreement(.p256, keyCount: 2, release: .rows)
        return MixWork<PSIProtocol.P256>(
            layout: layout(PSIProtocol.P256.self, study), capsuleKey: try capsuleKey(), studyKey: nil,
            blindingScalar: scalar(PSIProtocol.P256.self), exit: exit ? ExitSalt(key: key(5), round: round) : nil,
            kinds: (0..<layout(PSIProtocol.P256.self, study).elementCount).map { "kind \($0)" }, sender: "city")
    }

    static func shuffle() throws -> ShuffleWork {
        let study = try ListTests.agreement(.ristretto255, keyCount: 1, release: .rows)
        return ShuffleWork(
            layout: layout(Ristretto255.self, study), capsuleKey: try capsuleKey(), key: scalar(Ristretto255.self),
            studyKey: nil, seed: key(8), sender: "kela")
    }

    static func open() throws -> OpenWork {
        let agreement = try ListTests.agreement(.ristretto255, keyCount: 1, release: .rows).agreement
        return OpenWork(
            agreement, round: round, ring: ["a", "b"], coordinator: "coordinator", key: scalar(Ristretto255.self),
            registerSecrets: agreement.registers.map { _ in key(6) })
    }

    static func works() throws -> [any StepWork] {
        [
            try batch(rows: true), try batch(rows: false), try batch(rows: true, lasting: true), try mix(exit: false),
            try mix(exit: true), try shuffle(),
            ShareWork(key: scalar(Ristretto255.self), pointCount: 2, coordinator: "coordinator"),
            SelectWork(key: try capsuleKey(), capsuleCount: 2, seed: key(4), choose: nil), try open(),
        ]
    }

    @Test("A task makes the same work again, which tells the same task")
    func same() throws {
        for work in try Self.works() {
            let task = try work.task()
            let again = try task.work().task()
            #expect(again.step == task.step)
            #expect(again.parameters == task.parameters)
            #expect(again.secrets == task.secrets)
        }
        #expect(Set(try Self.works().map { try $0.task().step }) == Set(StepName.allCases))
    }

    @Test("A task has no secret among its parameters")
    func parameters() throws {
        for work in try Self.works() {
            let task = try work.task()
            let text = String(decoding: task.parameters, as: UTF8.self)
            let secrets = task.secrets.withUnsafeBytes { Array($0) }
            #expect(secrets.count >= 32)
            for start in stride(from: 0, to: secrets.count - 15, by: 16) {
                #expect(!text.contains(Hex.encode(Array(secrets[start..<(start + 16)]))))
            }
        }
    }

    @Test("A task with any field missing, more, or of another kind is refused")
    func malformedTasks() throws {
        for work in try Self.works() {
            let task = try work.task()
            let object = try #require(
                JSONSerialization.jsonObject(with: Data(task.parameters)) as? [String: Any])
            func refuses(_ changed: [String: Any], _ what: String) throws {
                let bytes = try JSONSerialization.data(
                    withJSONObject: changed, options: [.sortedKeys, .withoutEscapingSlashes])
                #expect(throws: (any Error).self, "\(task.step) \(what)") {
                    try StepTask(step: task.step, parameters: Array(bytes), secrets: task.secrets).work()
                }
            }
            for field in object.keys {
                var changed = object
                changed[field] = nil
                try refuses(changed, "without \(field)")
                changed[field] = ["x": 1]
                try refuses(changed, "with another \(field)")
                if object[field] is Int || object[field] is NSNumber {
                    changed[field] = 1_000_000
                    try refuses(changed, "with a huge \(field)")
                }
            }
            var more = object
            more["more"] = 1
            try refuses(more, "with a field more")
            let secrets = task.secrets.withUnsafeBytes { Array($0) }
            for wrong in [Array(secrets.dropLast()), secrets + [0], []] {
                #expect(throws: StepTaskError.malformed) {
                    try StepTask(
                        step: task.step, parameters: task.parameters, secrets: SymmetricKey(data: wrong)
                    ).work()
                }
            }
            for step in StepName.allCases where step != task.step {
                #expect(throws: (any Error).self) {
                    try StepTask(step: step, parameters: task.parameters, secrets: task.secrets).work()
                }
            }
        }
    }

    static func refusesCuts<Work: StepWork>(_ work: Work, _ piece: Work.Piece) throws {
        let bytes = try work.encoded(piece)
        _ = try work.decoded(bytes)
        for count in 0..<bytes.count
        where !((try? work.encoded(work.decoded(Array(bytes[..<count])))) == Array(bytes[..<count])) {
            // What is cut is another piece of whole records, or none.
            #expect(throws: (any Error).self, "\(Work.self) cut to \(count)") {
                try work.decoded(Array(bytes[..<count]))
            }
        }
        #expect(throws: (any Error).self) { try work.decoded(bytes + [1]) }
    }

    static func people() -> [PersonRecord] {
        (0..<5).map { number in
            PersonRecord(
                identities: [PersonIdentity(bytes: Array("person \(number)".utf8)), nil, PersonIdentity(bytes: [])],
                lastingIdentity: number == 1 ? nil : PersonIdentity(bytes: [1, 2, 3]),
                rows: [UInt8](repeating: 7, count: number * 20), rowCount: number, isWithheld: number == 3)
        }
    }

    @Test("A piece that is cut short, or longer, is refused") func cutPieces() throws {
        let batch = try Self.batch(rows: true)
        try Self.refusesCuts(batch, .people(PeoplePiece(Self.people())))
        try Self.refusesCuts(batch, .dummies(3))
        try Self.refusesCuts(batch, .cells(3))
        let mix = try Self.mix(exit: true)
        let width = SelectedItem.byteCount
        try Self.refusesCuts(
            Self.open(),
            OpenWork.Piece(
                items: [UInt8](repeating: 1, count: 2 * width),
                shares: [[UInt8]](repeating: [UInt8](repeating: 2, count: 64), count: 2),
                first: 5))
        try Self.refusesCuts(mix, ListPiece(records: [UInt8](repeating: 1, count: 2 * (2 * 33 + 64)), first: 70))
    }

    @Test("People arrive as they were sent, and who is withheld has neither rows nor what lasts") func people() throws {
        let batch = try Self.batch(rows: true)
        guard case .declared(let people) = try batch.decoded(batch.encoded(.people(PeoplePiece(Self.people())))) else {
            Issue.record("people became something else")
            return
        }
        #expect(people.count == 5)
        for (number, person) in people.enumerated() {
            #expect(person.values == [Array("person \(number)".utf8), nil, []])
            #expect(person.lastingIdentity?.bytes == (number == 1 || number == 3 ? nil : [1, 2, 3]))
            #expect(person.cells.rows == (number == 3 ? nil : [UInt8](repeating: 7, count: number * 20)))
            #expect(person.cells.rowCount == (number == 3 ? 0 : number))
        }
    }

    @Test("A fault says the same error again, and nothing else is a fault") func faults() {
        for kind in ProtocolViolation.Kind.allCases {
            let violation = ProtocolViolation(kind, by: "kela", index: 12)
            #expect(StepFault(violation)?.error as? ProtocolViolation == violation)
        }
        for error in [DeclarationError.personTooLarge, .wrongKeyCount, .noVault] {
            #expect(StepFault(error)?.error as? DeclarationError == error)
        }
        #expect(StepFault(GroupError.invalidElement(index: 3))?.error as? GroupError == .invalidElement(index: 3))
        #expect(StepFault(CancellationError()) == nil)
        #expect(StepFault(StepTaskError.malformed) == nil)
        var unknown = StepFault(DeclarationError.noVault)
        unknown?.kind = "of another version"
        #expect(unknown?.error == nil)
    }

    @Test("Records sorted range by range are what sorting them all gives", arguments: [1, 2, 64, 1_024])
    func ranges(count: Int) async throws {
        var random = SeededRandom(seed: 5)
        let width = 20
        let records = (0..<5_000).map { _ in (0..<width).map { _ in UInt8.random(in: .min ... .max, using: &random) } }
        var sorter = RangeSorter(StepOutput(width: width), rangeCount: count, spool: MemorySpool())
        for record in records { try sorter.add(record) }
        var sorted: [UInt8] = []
        var last = 0
        try await sorter.sorted(workers: Workers(count: 2)) { range, bytes in
            #expect(range >= last && range < count)
            last = range
            for start in stride(from: bytes.startIndex, to: bytes.endIndex, by: width) {
                let word = Int(bytes[start]) << 8 | Int(bytes[start + 1])
                #expect((word * count) >> 16 == range)
            }
            sorted += bytes
        }
        #expect(sorted == records.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 })
    }
}
