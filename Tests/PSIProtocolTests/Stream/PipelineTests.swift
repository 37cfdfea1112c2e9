import Foundation
import Synchronization
import TestDirectories
import Testing

@testable import PSIProtocol

/// Reading, computing and taking at the same time.
@Suite("Pipelines")
struct PipelineTests {
    private struct Broken: Error, Equatable {
        let what: String
        let piece: Int
    }

    /// What a pipeline does, noted while it does it.
    private final class Notes: Sendable {
        struct State {
            var read = 0
            var taken: [Int] = []
            var computing = 0
            var mostComputing = 0
            var mostUnderWay = 0
        }

        private let state = Mutex(State())
        var now: State { state.withLock { $0 } }

        func note(_ change: (inout State) -> Void) {
            state.withLock {
                change(&$0)
                $0.mostComputing = max($0.mostComputing, $0.computing)
                $0.mostUnderWay = max($0.mostUnderWay, $0.read - $0.taken.count)
            }
        }
    }

    /// Runs pieces 0..<count through a pipeline; `break` throws wherever it likes.
    private func run(
        _ count: Int, cores: Int, notes: Notes, slow: String? = nil,
        breaking: @escaping @Sendable (String, Int) throws -> Void = { _, _ in }
    ) async throws {
        var next = 0
        try await Pipeline(workers: Workers(count: cores)).run { () async throws -> Int? in
            guard next < count else { return nil }
            try breaking("read", next)
            if slow == "read" { try await Task.sleep(for: .milliseconds(1)) }
            defer { next += 1 }
            notes.note { $0.read += 1 }
            return next
        } compute: { piece in
            notes.note { $0.computing += 1 }
            defer { notes.note { $0.computing -= 1 } }
            // So that pieces end in another order than they begin.
            usleep(UInt32(truncatingIfNeeded: piece &* 2_654_435_761) % 500)
            try breaking("compute", piece)
            return piece
        } take: { piece in
            try breaking("take", piece)
            if slow == "take" { try await Task.sleep(for: .milliseconds(1)) }
            notes.note { $0.taken.append(piece) }
        }
    }

    @Test("Results come in the order of reading, all of them, with any number of cores", arguments: [1, 2, 3, 8])
    func order(cores: Int) async throws {
        for count in [0, 1, 2, cores, 2 * cores, 2 * cores + 1, 300] {
            let notes = Notes()
            try await run(count, cores: cores, notes: notes)
            #expect(notes.now.taken == Array(0..<count))
            #expect(notes.now.mostComputing <= cores)
        }
    }

    private static let variable = "PIPELINE_AT_THE_SAME_TIME"

    /// In a process of its own: where other tests wait for the few threads that there are, it would wait for all of
    /// them.
    @Test("Cores compute while pieces are read and taken", .timeLimit(.minutes(10)))
    func together() async throws {
        try await LoneTest.run("PipelineTests/atTheSameTime", environment: [Self.variable: "1"])
    }

    @Test("What the test above runs alone", .enabled(if: ProcessInfo.processInfo.environment[variable] != nil))
    func atTheSameTime() async throws {
        // In steps one after the other, whoever waits here would wait for ever.
        let notes = Notes()
        @Sendable func wait(until isSo: (Notes.State) -> Bool) throws {
            let begin = ContinuousClock.now
            while !isSo(notes.now) {
                guard ContinuousClock.now - begin < .seconds(120) else { throw Broken(what: "waited", piece: 0) }
                usleep(50)
            }
        }
        try await run(100, cores: 2, notes: notes) { place, piece in
            guard place == "compute" else { return }
            if piece == 1 { try wait { $0.read > 2 } }
            if !piece.isMultiple(of: 2) { try wait { $0.taken.count == piece } }
        }
        #expect(notes.now.taken.count == 100)
    }

    @Test("However slow an end is, no more than two pieces a core are under way", arguments: [1, 2, 4])
    func backPressure(cores: Int) async throws {
        for slow in ["read", "take"] {
            let notes = Notes()
            try await run(60, cores: cores, notes: notes, slow: slow)
            #expect(notes.now.taken.count == 60)
            #expect(notes.now.mostUnderWay <= 2 * cores, "\(slow)")
        }
    }

    @Test(
        "Where memory has no room, pieces wait until others have been taken, and one always goes", arguments: [0, 1, 3])
    func room(most: Int) async throws {
        var (next, underWay, mostUnderWay, taken) = (0, 0, 0, 0)
        try await Pipeline(workers: Workers(count: 4)).run {
            underWay < most
        } read: { () async throws -> Int? in
            guard next < 100 else { return nil }
            next += 1
            underWay += 1
            mostUnderWay = max(mostUnderWay, underWay)
            return next
        } compute: {
            $0
        } take: { piece in
            taken += 1
            underWay -= 1
            #expect(piece == taken)
        }
        #expect(taken == 100 && mostUnderWay == max(1, most))
    }

    @Test("The earliest failure is thrown, after all before it were taken and none after it", arguments: [1, 2, 5])
    func failures(cores: Int) async throws {
        for failing in [0, 1, 7, 40] {
            for what in ["read", "compute", "take"] {
                let notes = Notes()
                let error = try await #require(throws: Broken.self) {
                    try await run(60, cores: cores, notes: notes) { place, piece in
                        // A later piece fails sooner, and in another place.
                        if place == what, piece == failing { throw Broken(what: place, piece: piece) }
                        if place == "compute", piece > failing { throw Broken(what: place, piece: piece) }
                    }
                }
                #expect(error == Broken(what: what, piece: failing))
                #expect(notes.now.taken == Array(0..<failing), "\(what) \(failing)")
                #expect(notes.now.computing == 0)
                #expect(notes.now.read <= failing + 2 * cores + 1)
            }
        }
    }

    @Test("Cancelled, it ends soon, with nothing left computing", arguments: ["read", "compute", "take"])
    func cancellation(place: String) async throws {
        let notes = Notes()
        let reached = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            try await run(1_000_000, cores: 2, notes: notes) { step, piece in
                if step == place, piece == 20 { reached.continuation.yield() }
            }
        }
        for await _ in reached.stream { break }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(notes.now.computing == 0 && notes.now.taken.count < 10_000)
    }
}
