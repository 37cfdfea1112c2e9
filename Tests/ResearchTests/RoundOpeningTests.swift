import Crypto
import Files
import PSIProtocol
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Dataset
@testable import Research
@testable import RoundSimulation
@testable import Values

/// When cells may be opened, and what comes of it. [P-44]
@Suite("Opening a received round")
struct RoundOpeningTests {
    private let place: ResearchPlace
    private let folder: RoundFolder

    init() async throws {
        place = try await ReceivedStudy.rows.value.place()
        folder = try place.folder()
    }

    private func opened() throws -> RoundOpening { try RoundOpening(folder: folder, home: place.home) }

    /// Opens the round, and closes the store again.
    private func portraits(withoutDamaged: Bool = false) async throws -> [String] {
        let store = try await opened().store(withoutDamaged: withoutDamaged)
        let portraits = try store.portraits()
        try store.close()
        return portraits
    }

    // MARK: What keeps a round closed

    @Test("It stays closed until it was received, is closed, and everybody has signed that it is")
    func tooEarly() throws {
        #expect(throws: ResearchError.notClosed(place.round)) { try opened() }
        try place.mark(isClosed: false, unsigned: [])
        #expect(throws: ResearchError.notClosed(place.round)) { try opened() }
        try place.mark(isClosed: true, unsigned: ["a", "c"])
        #expect(throws: ResearchError.notSigned(place.round, by: ["a", "c"])) { try opened() }
        try place.mark(isClosed: true, unsigned: [])
        _ = try opened()
        try place.arrange(.incomplete)
        #expect(throws: ResearchError.notReceived(place.round)) { try opened() }
    }

    @Test("Without the agreement that was signed it stays closed")
    func agreement() throws {
        try place.arrange(.settled)
        let directory = try place.home.agreements().directory
        let name = try #require(try directory.names().first { $0.hasSuffix(".yaml") })
        let sound = try ResearchPlace.read(directory.file(name))
        try ResearchPlace.write(sound + Array("# more\n".utf8), to: directory.file(name))
        #expect(throws: FileError.altered(path: directory.file(name))) { try opened() }
        try AtomicFile.remove(directory.file(name))
        let unknown = HomeError.unknownAgreement(path: directory.path, id: String(name.dropLast(5)))
        #expect(throws: unknown) { try opened() }
        #expect(ErrorReport(unknown).exitStatus == .refused)
        #expect(folder.hasRelease(3))
    }

    @Test("A record of fewer registers or more than the agreement has is not believed", arguments: [0, 2, 4])
    func registers(count: Int) throws {
        var received = try #require(try folder.received())
        (received.isClosed, received.unsigned) = (true, [])
        received.copies = (0..<count).map { received.copies[$0 % 3] }
        try folder.write(received)
        #expect(throws: ResearchError.unreadableRecord(path: folder.receivedPath)) { try opened() }
    }

    @Test("Where the cells are gone, and rows were never opened whole, it says so", arguments: ["cells.1", "items.2"])
    func missing(name: String) async throws {
        try place.arrange(.settled)
        try AtomicFile.remove(place.directory.file("home/rounds/\(place.round)/\(name)"))
        await #expect(throws: ResearchError.storeMissing(place.round, path: folder.storePath)) {
            try await opened().store(withoutDamaged: false)
        }
        let opening = try opened()
        try folder.store(agreement: opening.agreement, id: try installed()).close()
        await #expect(throws: ResearchError.storeMissing(place.round, path: folder.cellsPath(0))) {
            try await opening.store(withoutDamaged: false)
        }
    }

    private func installed() throws -> AgreementID { try #require(try place.home.agreements().all().first).id }

    // MARK: What is in it

    @Test("It holds the rows that a join in the clear gives, and nobody who is never to be released")
    func rows() async throws {
        try place.arrange(.settled)
        let store = try await opened().store(withoutDamaged: false)
        #expect(try store.portraits() == ReceivedStudy.join)
        let dummies = Padding.size(of: 9, mode: .padme) - 9
        #expect(try store.opened()["residents"] == .init(people: 8, dummies: dummies))
        #expect(try store.opened()["clinic"]?.people == 2)
        try store.close()
    }

    @Test("Once opened, nothing is left that could be opened again, and the rows are there whenever asked for")
    func once() async throws {
        try place.arrange(.settled)
        #expect(try await portraits() == ReceivedStudy.join)
        #expect(try place.contents() == ["received", "working"])
        #expect(try await portraits() == ReceivedStudy.join)
        #expect(try await portraits(withoutDamaged: true) == ReceivedStudy.join)
    }

    @Test("Opening that was stopped goes on; rubbish in the store's place is opened anew, while there are cells")
    func again() async throws {
        try place.arrange(.settled)
        let opening = try opened()
        let begun = try folder.store(agreement: opening.agreement, id: try installed())
        var sink = StoreSink(store: begun, registers: opening.agreement.registers)
        // Somebody who is nobody: what a killed process has opened is recognised by its pseudonym.
        try await sink.dummy(register: 0, tag: [UInt8](repeating: 7, count: 16))
        try begun.close()
        #expect(try await portraits() == ReceivedStudy.join)

        let other = try await ReceivedStudy.rows.value.place()
        try other.arrange(.settled)
        let path = try other.folder().storePath
        try Directory.make(String(path.dropLast("/store.sqlite".count)))
        let rubbish = [UInt8](repeating: 0x41, count: 5_000)
        try ResearchPlace.write(rubbish, to: path)
        let store = try await RoundOpening(folder: other.folder(), home: other.home).store(withoutDamaged: false)
        #expect(try store.portraits() == ReceivedStudy.join)
        try store.close()
        try ResearchPlace.write(rubbish, to: path)
        await #expect(throws: DatasetError.storeUnusable(path: path)) {
            try await RoundOpening(folder: other.folder(), home: other.home).store(withoutDamaged: false)
        }
        #expect(try ResearchPlace.read(path) == rubbish, "there is nothing to fill another with")
    }

    // MARK: Damage

    @Test(
        "A changed byte of the cells, a cut or an addition is told, and leaves no rows; mended, all are there",
        arguments: 0..<3)
    func copy(register: Int) async throws {
        try place.arrange(.settled)
        let path = folder.cellsPath(register)
        let sound = try ResearchPlace.read(path)
        var versions = [[], Array(sound.dropLast()), Array(sound.dropLast(256)), sound + [0], sound + sound]
        for index in [0, 15, 16, 255, 256, sound.count / 2, sound.count - 1] {
            versions.append(sound)
            versions[versions.count - 1][index] ^= 1
        }
        for damaged in versions {
            try ResearchPlace.write(damaged, to: path)
            await #expect(throws: ResearchError.copyDamaged(place.round, path: path)) {
                try await opened().store(withoutDamaged: true)
            }
            #expect(!folder.hasStore && folder.hasRelease(3))
        }
        try ResearchPlace.write(sound, to: path)
        #expect(try await portraits(withoutDamaged: true) == ReceivedStudy.join)
    }

    @Test("Items that changed, or another register's, are not opened")
    func items() async throws {
        try place.arrange(.settled)
        let path = folder.itemsPath(1)
        let sound = try ResearchPlace.read(path)
        for index in [0, 20, 60, sound.count - 1] {
            try place.alter(path, at: index)
            await #expect(throws: FileError.altered(path: path)) { try await opened().store(withoutDamaged: true) }
            try ResearchPlace.write(sound, to: path)
        }
        try ResearchPlace.write(ResearchPlace.read(folder.itemsPath(2)), to: path)
        await #expect(throws: FileError.altered(path: path)) { try await opened().store(withoutDamaged: true) }
        try ResearchPlace.write(sound, to: path)
        #expect(try await portraits() == ReceivedStudy.join)
    }

    @Test("A cell that came wrong stops everything; without its person the others are there, from every register")
    func wrongCell() async throws {
        try place.arrange(.settled)
        let person = try await alterCellAsReceived(ofClinic: 0)
        let damage = ResearchError.Damage(register: "clinic", owner: "b", items: 1)
        await #expect(throws: ResearchError.damaged(place.round, [damage])) {
            try await opened().store(withoutDamaged: false)
        }
        #expect(!folder.hasStore, "rows of people who may be withheld are in it")
        #expect(folder.hasRelease(3))
        let store = try await opened().store(withoutDamaged: true)
        let portraits = try store.portraits()
        try store.forEachPerson { #expect($0.pseudonym != person) }
        try store.close()
        // The cell may be that of the client who is never released, who is gone in any case.
        #expect(Set(portraits).isSubset(of: ReceivedStudy.join))
        #expect(portraits.count >= ReceivedStudy.join.count - 1)
        #expect(try place.contents() == ["received", "working"])
    }

    /// Has one cell of the clinic wrong, as if it had come so.
    ///
    /// - Returns: whose it is.
    private func alterCellAsReceived(ofClinic index: Int) async throws -> Pseudonym {
        let agreement = try await ReceivedStudy.rows.value.fixture.study.agreement
        var items = try ItemFile(folder, register: 1, agreement: agreement)
        var item = try #require(try items.next())
        for _ in 0..<index { item = try #require(try items.next()) }
        let path = folder.cellsPath(1)
        var cells = try ResearchPlace.read(path)
        let start = try #require(
            stride(from: 0, to: cells.count, by: 256).first { cells[$0..<($0 + 16)].elementsEqual(item.handle) })
        cells[start + 255] ^= 1
        try ResearchPlace.write(cells, to: path)
        var received = try #require(try folder.received())
        var digest = StreamDigest(partCount: 1)
        digest.update(cells)
        digest.endPart()
        received.copies[1].digest = HexBytes(digest.finalized())
        try folder.write(received)
        return try #require(Pseudonym(bytes: item.person))
    }
}
