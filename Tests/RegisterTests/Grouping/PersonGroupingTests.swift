import Foundation
import PSIProtocol
import Testing

@testable import Register

@Suite struct PersonGroupingTests {
    private let columns = [column("n", .integer), column("word", .text, nullable: true)]

    private func grouping(
        _ text: String, spool: any Spool = MemorySpool(), memoryByteCount: Int = 24 << 20, in folder: TemporaryFolder
    ) throws -> PersonGrouping {
        let path = try folder.write(text)
        let reader = try RegisterReader(
            declaration: register(columns), source: RegisterSource(CSVSource(path: path), identityColumn: "id"))
        return try PersonGrouping(reader: reader, spool: spool, memoryByteCount: memoryByteCount)
    }

    @Test(arguments: [1, 1000, 24 << 20])
    func gathersScatteredRowsAsADictionaryWould(memoryByteCount: Int) async throws {
        var generator = SeededGenerator(seed: 31)
        var text = "word,id,n\n"
        var expected: [PersonIdentity: [Int64: Int]] = [:]
        var rowCount = 0
        for _ in 0..<2000 {
            let person = Int.random(in: 0..<150, using: &generator)
            let number = Int64.random(in: -3...3, using: &generator)
            text += "w,\(temporaryCode(person)),\(number)\n"
            let identity = ExampleCode.temporary(temporaryCode(person))
            expected[identity, default: [:]][number, default: 0] += 1
            rowCount += 1
        }
        text += "w,,1\nw,010594Y9033,1\nw,x,1\n"
        let folder = try TemporaryFolder()
        let spool = CountingSpool()
        let grouping = try grouping(text, spool: spool, memoryByteCount: memoryByteCount, in: folder)
        let survey = try await grouping.run()
        #expect(survey.rowsRead == rowCount + 3 && survey.rowsKept == rowCount)
        #expect(survey.refused == [.missing: 1, .wrongCheckCharacter: 1, .malformed: 1])
        #expect(survey.people == expected.count)
        #expect(survey.mostRowsOfPerson == expected.values.map { $0.values.reduce(0, +) }.max())
        #expect(try await grouping.run() == survey)

        let found = try await people(grouping)
        #expect(found.count == expected.count)
        for person in found {
            var counts: [Int64: Int] = [:]
            for row in person.rows {
                guard case .integer(let number) = row[0] else {
                    Issue.record("not an integer")
                    continue
                }
                counts[number, default: 0] += 1
                #expect(row[1] == .text("w"))
            }
            #expect(counts == person.identity.flatMap { expected[$0] })
        }
        #expect(Set(found.map(\.identity)).count == expected.count)
        #expect(try await grouping.nextPerson()?.rowCount == nil)
        #expect(spool.open == 1, "every run is discarded but the one to begin again with")
        if memoryByteCount == 1000 { #expect(spool.made > 10) }
    }

    @Test func theOrderIsNotTheFilesNorTheCodesAndDiffersFromRunToRun() async throws {
        let folder = try TemporaryFolder()
        let text = "id,n,word\n" + (0..<200).map { "\(temporaryCode($0)),\($0),\n" }.joined()
        let first = try await people(grouping(text, in: folder)).compactMap(\.identity)
        let second = try await people(grouping(text, in: folder)).compactMap(\.identity)
        let inFile = (0..<200).map { ExampleCode.temporary(temporaryCode($0)) }
        #expect(Set(first) == Set(inFile) && Set(second) == Set(inFile))
        #expect(first != second)
        #expect(first != inFile)
        #expect(first != inFile.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) })
    }

    @Test func rowsOfAPersonAreInAnOrderOfTheirOwn() async throws {
        let folder = try TemporaryFolder()
        let lines = (0..<50).map { "010594Y9032,\($0 % 10),\($0 % 7)\n" }
        let forward = try await people(grouping("id,n,word\n" + lines.joined(), in: folder))
        let backward = try await people(grouping("id,n,word\n" + lines.reversed().joined(), in: folder))
        #expect(forward.map(\.rows) == backward.map(\.rows) && forward.map(\.identity) == backward.map(\.identity))
        #expect(forward.count == 1 && forward[0].rows.count == 50)
    }

    @Test func nextPersonRunsTheSortByItself() async throws {
        let folder = try TemporaryFolder()
        let people = try await people(grouping("id,n,word\n010594Y9032,1,\n", in: folder))
        #expect(people.map(\.rows) == [[[.integer(1), .null]]])
        let none = try grouping("id,n,word\n", in: folder)
        #expect(try await none.run() == RegisterSurvey())
        #expect(try await none.nextPerson()?.rowCount == nil)
    }

    @Test func aMistakeInTheLastRowStopsItBeforeTheFirstPerson() async throws {
        let folder = try TemporaryFolder()
        let text = "id,n,word\n" + String(repeating: "010594Y9032,1,\n", count: 500) + "010594Y9032,x,\n"
        let grouping = try grouping(text, memoryByteCount: 1000, in: folder)
        #expect(await registerError { _ = try await grouping.nextPerson() }?.kind == .wrongType(expected: .integer))
    }

    @Test func boundsAPersonsRows() async throws {
        let folder = try TemporaryFolder()
        let most = "id,n,word\n" + String(repeating: "010594Y9032,1,\n", count: PersonGrouping.maxRowsOfPerson)
        let full = try grouping(most, in: folder)
        #expect(try await full.run().mostRowsOfPerson == 100_000)
        #expect(try await full.nextPerson()?.rowCount == 100_000)
        let tooMany = try grouping(most + "010594Y9032,1,\n", in: folder)
        #expect(await registerError { _ = try await tooMany.run() }?.kind == .tooManyRowsOfPerson(limit: 100_000))
        let word = String(repeating: "x", count: 60_000)
        let tooLarge = try grouping(
            "id,n,word\n" + String(repeating: "010594Y9032,1,\(word)\n", count: 280), memoryByteCount: 1 << 20,
            in: folder)
        #expect(await registerError { _ = try await tooLarge.run() }?.kind == .personTooLarge(byteLimit: 16 << 20))
    }

    @Test func saysWhatTheSpoolSaidAndNoticesDamage() async throws {
        let folder = try TemporaryFolder()
        let text = "id,n,word\n" + (0..<100).map { "\(temporaryCode($0)),\($0),\n" }.joined()
        // With little memory the sort itself needs the spool; otherwise only the gathered people do.
        for memoryByteCount in [1000, 1 << 20] {
            func kind(_ fault: CountingSpool.Fault) async throws -> RegisterError.Kind? {
                let grouping = try grouping(
                    text, spool: CountingSpool(fault: fault), memoryByteCount: memoryByteCount, in: folder)
                return await registerError { _ = try await people(grouping) }?.kind
            }
            for fault in [CountingSpool.Fault.make, .append, .finish, .read] {
                #expect(try await kind(fault) == .spoolFailed("full"), "\(fault)")
            }
            for fault in [CountingSpool.Fault.truncate, .flip] {
                #expect(try await kind(fault) == .spoolDamaged, "\(fault)")
            }
        }
    }

    @Test func discardsItsRunWhenItIsDropped() async throws {
        let folder = try TemporaryFolder()
        let spool = CountingSpool()
        do {
            let text = "id,n,word\n" + (0..<100).map { "\(temporaryCode($0)),\($0),\n" }.joined()
            let grouping = try grouping(text, spool: spool, in: folder)
            _ = try await grouping.nextPerson()
            #expect(spool.open == 1)
        }
        #expect(spool.open == 0)
    }

    @Test func stopsWhenItsTaskIsCancelled() async throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("id,n,word\n" + String(repeating: "010594Y9032,1,\n", count: 10_000))
        let declaration = register(columns)
        let task = Task { () -> RegisterError.Kind? in
            withUnsafeCurrentTask { $0?.cancel() }
            return await registerError {
                let reader = try RegisterReader(
                    declaration: declaration, source: RegisterSource(CSVSource(path: path), identityColumn: "id"))
                _ = try await PersonGrouping(reader: reader, spool: MemorySpool()).run()
            }?.kind
        }
        #expect(await task.value == .cancelled)
        withExtendedLifetime(folder) {}
    }

    @Test func rowsSurviveTheSort() throws {
        let official = CodeIdentity(PersonIdentity(bytes: [1, 2, 3]), .official)
        let codes: [Result<CodeIdentity, RefusalReason>?] =
            [nil, .success(official), .success(CodeIdentity(official.person, .temporary))]
            + RefusalReason.allCases.map { .failure($0) }
        let tally = RowTally(.failure(.missing), QualityValues(year: 2020, group: "ä"))
        var generator = SeededGenerator(seed: 5)
        for (index, code) in codes.enumerated() {
            let row = GatheredRow(
                code: code, fate: [.kept, .presence, .withheld][index % 3], fields: [0, 1, UInt8(index)],
                tally: index.isMultiple(of: 2) ? tally : nil, values: index == 1 ? [] : [7, 8, 9])
            for key in [PersonKey.code(official.person), .name([1, 2, 3]), .fields([])] {
                var bytes: [UInt8] = []
                key.append(to: &bytes)
                let keyByteCount = bytes.count
                row.append(to: &bytes)
                func read(_ bytes: [UInt8]) -> (key: PersonKey?, row: GatheredRow)? {
                    bytes.withUnsafeBytes { bytes in
                        RowView(bytes).map { (PersonKey($0.key), GatheredRow($0)) }
                    }
                }
                let whole = try #require(read(bytes))
                #expect(whole.key == key && whole.row == row)
                for count in 0..<(bytes.count - row.values.count) {
                    #expect(
                        read(Array(bytes[..<count])) == nil,
                        "\(count) of \(bytes.count), of which \(keyByteCount) are the key's")
                }
                for _ in 0..<1_000 {
                    var altered = bytes
                    altered[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(
                        in: 0...255, using: &generator)
                    if let read = read(altered) { #expect(read.row.values.count <= altered.count) }
                }
            }
        }
    }
}
