import Foundation
import PSIProtocol
import TestDirectories
import Testing

@testable import Exchange

/// What was acknowledged survives `kill -9`; what was not leaves a store that opens.
///
/// The victim is this test program itself, started again to run `CrashVictim` only.
@Suite(.serialized, .timeLimit(.minutes(10))) struct CrashTests {
    static let variable = "EXCHANGE_CRASH_DIRECTORY"
    static let stream = StreamID(batch: "kela", stage: .ring(1), attempt: 0)

    @Test(arguments: [40, 150, 400]) func nothingAcknowledgedIsLost(milliseconds: Int) async throws {
        let directory = try TemporaryDirectory()
        let acknowledged = directory.path + "/acknowledged"
        try #require(FileManager.default.createFile(atPath: acknowledged, contents: nil))
        let process = LoneTest.process("CrashVictim", environment: [Self.variable: directory.path])
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        func lines() throws -> [Substring] {
            try String(contentsOfFile: acknowledged, encoding: .utf8).split(separator: "\n")
        }
        let deadline = ContinuousClock.now + .seconds(60)
        while try lines().count < 6, ContinuousClock.now < deadline { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(milliseconds))
        #expect(kill(process.processIdentifier, SIGKILL) == 0)
        process.waitUntilExit()
        #expect(process.terminationReason == .uncaughtSignal)

        let promised = try lines()
        #expect(promised.count >= 6)
        let entries = promised.filter { $0.hasPrefix("entry ") }.compactMap { Int($0.dropFirst(6)) }
        let chunks = promised.filter { $0.hasPrefix("chunk ") }.compactMap { Int($0.dropFirst(6)) }
        let round = try testRound()
        let board = try BoardStore(path: directory.path + "/board.sqlite")
        let count = try await board.entryCount(of: round)
        #expect(count >= (entries.max() ?? 0))
        var number = 0
        while number < count {
            for entry in try await board.entries(of: round, after: number).entries {
                number += 1
                #expect(entry == NumberedEntry(number: number, bytes: CrashVictim.entry(number)))
            }
        }
        try board.close()
        let streams = try StreamStore(root: directory.path + "/streams", reserve: 0)
        let status = try await streams.status(of: Self.stream, round: round)
        #expect(status.chunkCount > (chunks.max() ?? 0))
        for seq in 0..<status.chunkCount {
            let chunk = try await streams.chunk(seq: seq, stream: Self.stream, round: round)
            #expect(chunk.bytes == CrashVictim.chunk(seq))
        }
        // And it goes on where it was.
        #expect(
            try await streams.put(
                CrashVictim.chunk(status.chunkCount), seq: status.chunkCount, last: true, stream: Self.stream,
                round: round))
    }
}

@Suite struct CrashVictim {
    static func entry(_ number: Int) -> [UInt8] { testBytes(2_000, seed: UInt64(number)) }
    static func chunk(_ seq: Int) -> [UInt8] { testBytes(300_000, seed: UInt64(seq + 1)) }

    /// Writes entries and chunks, each noted as soon as it is acknowledged: a few in a directory of its own, or, as a
    /// victim, until it is killed.
    @Test func writes() async throws {
        let own = try TemporaryDirectory()
        let given = ProcessInfo.processInfo.environment[CrashTests.variable]
        let directory = given ?? own.path
        let round = try testRound()
        let board = try BoardStore(path: directory + "/board.sqlite")
        let streams = try StreamStore(root: directory + "/streams", reserve: 0)
        try await board.createRound(round, attachment: [], firstEntry: Self.entry(1))
        let note = FileHandle(forWritingAtPath: directory + "/acknowledged")
        var number = 1
        while given != nil || number < 5 {
            let appended = try await board.append(Self.entry(number + 1), to: round)
            try note?.write(contentsOf: Data("entry \(appended.number)\n".utf8))
            #expect(
                try await streams.put(
                    Self.chunk(number - 1), seq: number - 1, last: false, stream: CrashTests.stream, round: round))
            try note?.write(contentsOf: Data("chunk \(number - 1)\n".utf8))
            number += 1
        }
        #expect(try await board.entryCount(of: round) == 5)
        #expect(try await streams.status(of: CrashTests.stream, round: round).chunkCount == 4)
        try board.close()
    }
}
