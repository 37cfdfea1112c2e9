import Foundation
import GRDB
import PSIProtocol
import Testing

@testable import Exchange
@testable import Values

@Suite struct BoardStoreTests {
    private let directory: TemporaryDirectory
    private let round: RoundID
    private var path: String { directory.path + "/board.sqlite" }

    init() throws {
        directory = try TemporaryDirectory()
        round = try testRound()
    }

    private func entry(_ number: Int) -> [UInt8] { Array("{\"entry\":\(number)}".utf8) }

    @Test func appendsInOrderAndFindsRepetitions() async throws {
        let board = try BoardStore(path: path)
        #expect(try await board.createRound(round, attachment: [1, 2], firstEntry: entry(1)))
        for number in 2...5 {
            #expect(try await board.append(entry(number), to: round) == AppendedEntry(number: number, isNew: true))
        }
        for number in 1...5 {
            let appended = try await board.append(entry(number), to: round) { throw ExchangeRefusal(.entryRefused) }
            #expect(appended == AppendedEntry(number: number, isNew: false))
        }
        let page = try await board.entries(of: round, after: 2)
        #expect(page == BoardPage(entries: (3...5).map { NumberedEntry(number: $0, bytes: entry($0)) }, isLast: true))
        #expect(try await board.entryCount(of: round) == 5)
        #expect(try await board.attachment(of: round) == [1, 2])
        #expect(try await board.entries(of: round, after: 5).entries.isEmpty)
        try board.close()
    }

    @Test func pagesAreBoundedByCountAndBytes() async throws {
        let board = try BoardStore(path: path)
        try await board.createRound(round, attachment: [], firstEntry: testBytes(1_000))
        for seed in 2...10 { _ = try await board.append(testBytes(1_000, seed: UInt64(seed)), to: round) }
        let byCount = try await board.entries(of: round, after: 0, countLimit: 4)
        #expect(byCount.entries.map(\.number) == [1, 2, 3, 4])
        #expect(!byCount.isLast)
        let byBytes = try await board.entries(of: round, after: 4, byteCountLimit: 2_500)
        #expect(byBytes.entries.map(\.number) == [5, 6])
        // One that is longer than a page still comes.
        #expect(try await board.entries(of: round, after: 9, byteCountLimit: 10).entries.map(\.number) == [10])
        let exact = try await board.entries(of: round, after: 0, countLimit: 10)
        #expect(exact.entries.count == 10 && exact.isLast)
        try board.close()
    }

    @Test func survivesReopeningAndRefusesChange() async throws {
        do {
            let board = try BoardStore(path: path)
            try await board.createRound(round, attachment: [9], firstEntry: entry(1))
            _ = try await board.append(entry(2), to: round)
            try board.close()
        }
        let board = try BoardStore(path: path)
        #expect(try await board.rounds() == [round])
        #expect(try await board.append(entry(2), to: round).isNew == false)
        #expect(try await board.createRound(round, attachment: [9], firstEntry: entry(1)) == false)
        await #expect(throws: StoreError.roundDiffers) {
            try await board.createRound(round, attachment: [8], firstEntry: entry(1))
        }
        await #expect(throws: StoreError.roundDiffers) {
            try await board.createRound(round, attachment: [9], firstEntry: entry(2))
        }
        try board.close()
        // Not even another program with the file open changes or removes an entry by mistake.
        for statement in ["UPDATE entry SET bytes = x'00'", "DELETE FROM entry", "UPDATE round SET attachment = x'00'"]
        {
            let queue = try DatabaseQueue(path: path)
            #expect(throws: DatabaseError.self) { try queue.write { try $0.execute(sql: statement) } }
            try queue.close()
        }
    }

    @Test func roundsAreApart() async throws {
        let board = try BoardStore(path: path)
        let other = try testRound(2)
        try await board.createRound(round, attachment: [], firstEntry: entry(1))
        try await board.createRound(other, attachment: [], firstEntry: entry(1))
        _ = try await board.append(entry(2), to: other)
        #expect(try await board.entryCount(of: round) == 1)
        try await board.deleteRound(other)
        #expect(try await board.rounds() == [round])
        #expect(try await board.holds(other) == false)
        await #expect(throws: StoreError.unknownRound) { _ = try await board.append(entry(3), to: other) }
        await #expect(throws: StoreError.unknownRound) { _ = try await board.entries(of: other, after: 0) }
        await #expect(throws: StoreError.unknownRound) { _ = try await board.attachment(of: other) }
        #expect(try await board.entryCount(of: round) == 1)
        try board.close()
    }

    @Test func refusesEmptyAndOverlongEntries() async throws {
        let board = try BoardStore(path: path)
        try await board.createRound(round, attachment: [], firstEntry: entry(1))
        let limit = BoardStore.entryByteCountLimit
        for count in [0, limit + 1] {
            await #expect(throws: StoreError.invalidByteCount(limit: limit)) {
                _ = try await board.append(testBytes(count), to: round)
            }
        }
        #expect(try await board.append(testBytes(limit), to: round).number == 2)
        try board.close()
    }

    /// The check and the append are one step: of entries that each want to be the next, one is.
    @Test func checksAndAppendsAtOnce() async throws {
        let board = try BoardStore(path: path)
        try await board.createRound(round, attachment: [], firstEntry: entry(1))
        let accepted = await withTaskGroup(of: Bool.self) { group in
            for number in 100..<130 {
                group.addTask {
                    let appended = try? await board.append(entry(number), to: round) {
                        let count = try await board.entryCount(of: round)
                        await Task.yield()
                        guard count == 1 else { throw ExchangeRefusal(.entryConflict) }
                    }
                    return appended != nil
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(accepted == 1)
        #expect(try await board.entryCount(of: round) == 2)
        try board.close()
    }

    @Test func concurrentAppendsGetEveryNumberOnce() async throws {
        let board = try BoardStore(path: path)
        try await board.createRound(round, attachment: [], firstEntry: entry(1))
        let numbers = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 2...40 {
                group.addTask { try await board.append(entry(number), to: round).number }
                group.addTask { try await board.append(entry(number), to: round).number }
            }
            return try await group.reduce(into: Set<Int>()) { $0.insert($1) }
        }
        #expect(numbers == Set(2...40))
        try board.close()
    }

    @Test("A copy is of one moment and one file, though entries go on being appended")
    func copies() async throws {
        let board = try BoardStore(path: path)
        try await board.createRound(round, attachment: [3], firstEntry: entry(1))
        for number in 2...20 { _ = try await board.append(entry(number), to: round) }
        let copy = directory.path + "/copy.sqlite"
        let (round, path) = (round, path)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { for number in 21...60 { _ = try await board.append(entry(number), to: round) } }
            group.addTask { try BoardStore.copy(from: path, to: copy) }
            try await group.waitForAll()
        }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        #expect(names.filter { $0.hasPrefix("copy") } == ["copy.sqlite"])
        let copied = try BoardStore(path: copy)
        let entries = try await copied.entries(of: round, after: 0).entries
        #expect(entries.count >= 20 && entries.map(\.bytes) == (1...entries.count).map(entry))
        #expect(try await copied.attachment(of: round) == [3])
        try copied.close()
        try BoardStore.foldIntoOneFile(copy)
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).count { $0.hasPrefix("copy") } == 1)
        try board.close()
        // And without anybody who has it open.
        try BoardStore.copy(from: path, to: copy + "2")
        let last = try BoardStore(path: copy + "2")
        #expect(try await last.entryCount(of: round) == 60)
        try last.close()
    }

    @Test func foreignFilesAreRefused() throws {
        try Data(repeating: 7, count: 8_192).write(to: URL(fileURLWithPath: path))
        #expect(throws: StoreError.damaged("the board's file is not the database it was")) {
            try BoardStore(path: path)
        }
        #expect(throws: StoreError.self) { try BoardStore(path: directory.path + "/missing/board.sqlite") }
    }
}
