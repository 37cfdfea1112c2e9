import Exchange
import Files
import Foundation
import Synchronization
import TestDirectories
import Testing

@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

/// What becomes of data that is here, being written, or prepared, when people withdraw. [P-96]
@Suite("People withdraw while there is data of them")
struct WithdrawalArrivalTests {
    private let place: ResearchPlace
    private let record: RoundRecord
    private let names: [[UInt8]]
    private let people: WithdrawnPeople

    init() async throws {
        let study = try await ReceivedStudy.lasting.value
        place = try study.place()
        try place.arrange(.settled)
        (record, names) = try #require(study.withdrawal)
        people = try WithdrawnPeople(home: place.home)
    }

    private static let withdrawing = ReceivedStudy.withdrawing
    private var prefix: String { String(place.round.description.prefix(12)) }

    /// What the daemon keeps of the round before it closes.
    private func tell() throws { try people.keep(names, of: record.round) }

    private func writing(_ out: Transcript, _ interruption: (@Sendable () throws -> Void)? = nil) -> DatasetWriting {
        DatasetWriting(
            home: place.home, rounds: .one(nil), withoutDamaged: false, out: out.console, interruption: interruption)
    }

    private func persons(_ directory: String) throws -> Int {
        try ResearchPlace.read(directory + "/persons.csv").split(separator: 0x0A).count - 1
    }

    private func portraits() async throws -> [String] {
        let store = try await RoundOpening(folder: place.folder(), home: place.home).store(withoutDamaged: false)
        defer { try? store.close() }
        return try store.portraits()
    }

    private func prepared() throws -> [String] { try PreparedDatasets(home: place.home).all().map(\.name) }

    private func log() throws -> [String] { try OperationsHistory(home: place.home).lines.map(\.words) }

    // MARK: Removing them

    @Test("When the round has closed they are gone from sealed items and from opened rows, and from nothing before")
    func removed() async throws {
        for isOpened in [false, true] {
            let place = try await ReceivedStudy.lasting.value.place()
            try place.arrange(.settled)
            func portraits() async throws -> [String] {
                let store = try await RoundOpening(folder: place.folder(), home: place.home)
                    .store(withoutDamaged: false)
                defer { try? store.close() }
                return try store.portraits()
            }
            if isOpened { #expect(try await portraits() == ReceivedStudy.join) }
            try WithdrawnPeople(home: place.home).keep(names, of: record.round)
            #expect(try await place.withMember { member, _ in try await member.settle(record) })
            #expect(try await portraits() == ReceivedStudy.join(without: Self.withdrawing))
        }
        #expect(ReceivedStudy.join(without: Self.withdrawing).count == ReceivedStudy.join.count - 1)
    }

    @Test(
        "If nobody withdraws nothing changes; if everybody does nobody is left, and a dataset of nobody can be written")
    func nobodyAndEverybody() async throws {
        try people.keep([], of: record.round)
        #expect(try await place.withMember { member, _ in try await member.settle(record) })
        #expect(try people.studies().isEmpty && !people.has(record.round))
        #expect(try !log().contains { $0.hasPrefix(WithdrawnPeople.note) })
        let output = place.directory.file("dataset")
        _ = try await writing(Transcript()).run(.directory(output, replace: false))
        #expect(try persons(output) == ReceivedStudy.join.count)
        var everybody: [[UInt8]] = []
        let store = try await RoundOpening(folder: place.folder(), home: place.home).store(withoutDamaged: false)
        try store.forEachPerson { everybody.append($0.pseudonym.bytes) }
        try store.close()
        #expect(everybody.count == ReceivedStudy.join.count)
        try people.keep(everybody + [.filled(9, 16)], of: record.round)
        #expect(try await place.withMember { member, _ in try await member.settle(record) })
        #expect(try await portraits().isEmpty)
        _ = try await writing(Transcript()).run(.directory(output, replace: true))
        #expect(try persons(output) == 0)
    }

    @Test("Whoever removes them discards prepared datasets, be it the daemon or a command, and once")
    func discarded() async throws {
        for byDaemon in [true, false] {
            let place = try await ReceivedStudy.lasting.value.place()
            try place.arrange(.settled)
            let people = try WithdrawnPeople(home: place.home)
            let out = Transcript()
            let writing = DatasetWriting(home: place.home, rounds: .one(nil), withoutDamaged: false, out: out.console)
            #expect(try await writing.run(.prepared) == prefix + "-1")
            try people.keep(names, of: record.round)
            func prepared() throws -> [String] { try PreparedDatasets(home: place.home).all().map(\.name) }
            if byDaemon {
                #expect(try await place.withMember { member, _ in try await member.settle(record) })
            } else {
                // The daemon was stopped when it had taken them in, and had removed nobody.
                try people.exclusively { _ = try $0.settle(record.round, study: "visits", at: 1_000) }
                #expect(try prepared() == [prefix + "-1"])
                #expect(try await writing.run(.nothing) == nil)
            }
            #expect(try prepared().isEmpty)
            #expect(
                try OperationsHistory(home: place.home).lines.contains {
                    $0.words.hasPrefix("prepared dataset discarded") && $0.words.contains("dataset=\(prefix)-1")
                })
            // One that was prepared since stays, however often anybody looks.
            #expect(try await writing.run(.prepared) == prefix + "-1")
            try await place.withMember { member, _ in
                for _ in 0..<2 { await member.tidy() }
                let isSettled = try await member.settle(record)
                #expect(isSettled)
            }
            #expect(try await writing.run(.nothing) == nil)
            #expect(try prepared() == [prefix + "-1"])
        }
    }

    // MARK: A dataset that is being written

    @Test("Withdrawals that arrive while a dataset is written are seen before it is in its place, and it begins anew")
    func during() async throws {
        let output = place.directory.file("dataset")
        for target in [DatasetWriting.Target.directory(output, replace: false), .prepared] {
            let place = try await ReceivedStudy.lasting.value.place()
            try place.arrange(.settled)
            let arrived = Counter()
            let out = Transcript()
            let (record, names) = (record, names)
            let writing = DatasetWriting(
                home: place.home, rounds: .one(nil), withoutDamaged: false, out: out.console
            ) {
                // As the daemon does, which finds the round's folder in use.
                let people = try WithdrawnPeople(home: place.home)
                guard arrived.next() == 1 else { return }
                try people.keep(names, of: record.round)
                try people.exclusively { _ = try $0.settle(record.round, study: "visits", at: 1_000) }
            }
            let name = try await writing.run(target)
            #expect(arrived.count == 2)
            let directory = name.map { place.home.directory.file("prepared/\($0)") } ?? output
            #expect(try persons(directory) == ReceivedStudy.join.count - 1)
            #expect(out.text.contains("somebody may have withdrawn from the study"))
            let log = try OperationsHistory(home: place.home).lines.map(\.words)
            #expect(log.count { $0.hasPrefix("dataset ") } == 1)
            // Nothing of the first attempt is left beside it.
            let parent = URL(fileURLWithPath: directory).deletingLastPathComponent().path
            #expect(try !Directory.names(in: parent).contains { $0.contains("partial") })
        }
    }

    @Test("Where somebody withdraws during every attempt nothing is written, and it says what to do")
    func always() async throws {
        let output = place.directory.file("dataset")
        let (people, number) = (people, Counter())
        let writing = writing(Transcript()) {
            let next = number.next()
            let round = RoundID.digits("e\(next)")
            try people.keep([.filled(UInt8(next), 16)], of: round)
            try people.exclusively { _ = try $0.settle(round, study: "visits", at: next) }
        }
        await #expect(throws: ResearchError.withdrawnMeanwhile) {
            try await writing.run(.directory(output, replace: true))
        }
        #expect(number.count == DatasetWriting.mostAttempts)
        #expect(try FileStatus.at(output) == nil)
        #expect(try !log().contains { $0.hasPrefix("dataset written") })
        #expect(ErrorReport(ResearchError.withdrawnMeanwhile).exitStatus == .temporary)
        #expect(ErrorReport(ResearchError.withdrawnMeanwhile).sentence.contains("Run the command again"))
    }

    @Test("A failure between lets no dataset appear, and the lock go")
    func failure() async throws {
        struct Fault: Error {}
        let output = place.directory.file("dataset")
        await #expect(throws: Fault.self) {
            try await writing(Transcript()) { throw Fault() }.run(.directory(output, replace: false))
        }
        #expect(try FileStatus.at(output) == nil)
        #expect(try !place.directory.contents(of: "").contains { $0.contains("partial") })
        _ = try await writing(Transcript()).run(.directory(output, replace: false))
        #expect(try persons(output) == ReceivedStudy.join.count)
    }

    @Test("While a dataset is being put in its place the daemon takes nothing in, and tries again")
    func later() async throws {
        try tell()
        try await place.withMember { member, _ in
            let lock = try ProcessLock(in: place.home.directory.subdirectory("withdrawn"), name: ".lock")
            #expect(try await !member.settle(record))
            #expect(people.has(record.round))
            #expect(try people.list(of: "visits").names.isEmpty)
            lock.release()
            #expect(try await member.settle(record))
        }
        #expect(try people.list(of: "visits").names == names)
        #expect(try await portraits() == ReceivedStudy.join(without: Self.withdrawing))
    }

    @Test("While a command holds the round they are taken in, and removed afterwards")
    func busy() async throws {
        try tell()
        try await place.withMember { member, _ in
            let lock = try place.folder().lock()
            #expect(try await member.settle(record))
            #expect(try people.list(of: "visits").names == names && !people.has(record.round))
            #expect(try place.folder().withdrawnMark().isEmpty)
            lock.release()
            await member.tidy()
            #expect(try place.folder().withdrawnMark() == people.list(of: "visits").mark)
        }
        #expect(try await portraits() == ReceivedStudy.join(without: Self.withdrawing))
    }

    @Test("A prepared dataset of before is not handed over while the daemon has yet to discard it")
    func handedOver() async throws {
        let name = try #require(try await writing(Transcript()).run(.prepared))
        let output = place.directory.file("dataset")
        let release = ["--directory", place.home.directory.path, name, "--output"]
        try ReleaseCommand.parse(release + [output]).run()
        try tell()
        try people.exclusively { _ = try $0.settle(record.round, study: "visits", at: 1_000) }
        let second = place.directory.file("second")
        #expect(throws: ResearchError.withdrawnSince(name)) { try ReleaseCommand.parse(release + [second]).run() }
        #expect(try FileStatus.at(second) == nil)
        #expect(try log().count { $0.hasPrefix("dataset handed over") } == 1)
        // Prepared anew it is.
        _ = try await writing(Transcript()).run(.nothing)
        #expect(try await writing(Transcript()).run(.prepared) == name)
        try ReleaseCommand.parse(release + [second]).run()
        #expect(try persons(second) == ReceivedStudy.join.count - 1)
    }

    @Test("Datasets of before are told by their place in the log and by the clock, those of the same second too")
    func told() throws {
        func line(_ number: Int, _ time: String, _ words: String) -> OperationsHistory.Line {
            OperationsHistory.Line(number: number, time: "2026-03-01T\(time)Z", words: words)
        }
        let changed = 1_772_337_600  // 2026-03-01T04:00:00Z
        let log = [
            line(1, "03:00:00.000", "dataset written account=x round=a"),
            // A clock that was ahead.
            line(2, "05:00:00.000", "dataset handed over account=x dataset=b"),
            line(3, "04:00:00.500", "withdrawals taken in account=x study=visits round=c"),
            line(4, "04:00:00.700", "dataset written account=x round=d"),
            line(5, "04:00:01.000", "dataset written account=x round=e"),
            line(6, "04:00:02.000", "withdrawals taken in account=x study=visits2 round=f"),
            line(7, "03:00:00.000", "dataset prepared account=x round=g"),
        ]
        #expect(WithdrawalsCommand.written(before: changed, study: "visits", in: log).map(\.number) == [1, 2, 4])
        // Where the log does not tell of it the clock does.
        #expect(WithdrawalsCommand.written(before: changed, study: "other", in: log).map(\.number) == [1, 4])
        #expect(WithdrawalsCommand.written(before: changed, study: "visits", in: []).isEmpty)
    }

    // MARK: Rounds that do not close

    @Test("What a round told is removed when it is aborted, or was given up after its deadline, and else kept")
    func ended() async throws {
        let now = Int(Date().timeIntervalSince1970)
        let aborted = RoundRecord.Ending.aborted(RoundAborted(code: .deadline, participants: []))
        for (ending, deadline, isKept) in [
            (aborted, now + 600, false), (.closed, now + 600, true), (nil, now + 600, true), (nil, now - 600, false),
            (.closed, now - 600, true),
        ] as [(RoundRecord.Ending?, Int, Bool)] {
            try tell()
            try await place.withMember { member, state in
                try state.put(.over(record.round), BigEndian.u64(UInt64(deadline)))
                for _ in 0..<2 {
                    try await member.erase(record.round, ending: ending)
                    #expect(people.has(record.round) == isKept, "\(String(describing: ending)) \(deadline - now)")
                }
            }
        }
        #expect(try place.folder().received() != nil)
    }

    @Test("It is removed once nothing is known of the round any more; of one under way it stays")
    func silent() async throws {
        try tell()
        let other = RoundID.digits("ab")
        try people.keep([.filled(1, 16)], of: other)
        try await place.withMember { member, state in
            try state.put(.secrets(of: record.round), [1])
            try state.put(.over(other), BigEndian.u64(1))
            await member.tidy()
            #expect(people.has(record.round) && people.has(other))
            try state.remove(.over(other))
            await member.tidy()
            #expect(people.has(record.round) && !people.has(other))
            // Over, and its end may still come.
            try state.put(.over(record.round), BigEndian.u64(UInt64(Date().timeIntervalSince1970)))
            try state.destroy(.round(record.round))
            await member.tidy()
            #expect(people.has(record.round))
            try state.remove(.over(record.round))
            await member.tidy()
            #expect(!people.has(record.round))
            // It takes nothing in, and the next round tells the same.
            #expect(try await member.settle(record))
            #expect(try people.list(of: "visits").names.isEmpty)
        }
    }
}

/// What a command would have written.
private final class Transcript: Sendable {
    private let bytes = Mutex<[UInt8]>([])
    var text: String { bytes.withLock { String(decoding: $0, as: UTF8.self) } }
    var console: Console {
        Console(terminal: Terminal(isInteractive: false, width: 80)) { [self] new in bytes.withLock { $0 += new } }
    }
}

/// How often something was asked for.
private final class Counter: Sendable {
    private let value = Mutex(0)
    var count: Int { value.withLock { $0 } }

    func next() -> Int {
        value.withLock { value in
            value += 1
            return value
        }
    }
}
