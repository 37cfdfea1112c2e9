import Crypto
import Files
import TestDirectories
import Testing

@testable import Daemon
@testable import Dataset
@testable import PSIProtocol
@testable import Research
@testable import RoundSimulation
@testable import Values

@Suite("What is kept of a release")
struct FolderArchiveTests {
    private let place: ResearchPlace
    private let folder: RoundFolder
    private let pseudonyms: RoundPseudonyms
    private let archive: FolderArchive

    private static let secret = SymmetricKey(data: [UInt8].filled(0xA5, 32))

    init() async throws {
        place = try ResearchPlace.fresh()
        folder = try place.folder()
        let record = try await BoardFixture.rows.value.records[0]
        pseudonyms = try RoundPseudonyms.of(record, state: place.home.state())
        archive = FolderArchive(
            folder: folder, pseudonyms: pseudonyms, agreement: record.agreement, withdrawn: [],
            doubts: DoubtBook(folder), logger: .silent)
    }

    private static func item(_ byte: UInt8, tag: [UInt8]? = nil) -> OpenedItem {
        OpenedItem(
            handle: .filled(byte, 16), secret: .filled(byte &+ 1, 32), person: tag ?? .filled(byte &+ 2, 16),
            cohorts: UInt64(byte), link: byte)
    }

    private func keep(_ items: [OpenedItem], register: Int = 0) async throws {
        var sink = try await archive.items(of: register, secret: Self.secret)
        for item in items { try await sink.write(item) }
        try await sink.finish()
    }

    private func kept(_ register: Int = 0) throws -> [OpenedItem] {
        var file = try ItemFile(folder, register: register, agreement: archive.agreement)
        var items: [OpenedItem] = []
        while let item = try file.next() { items.append(item) }
        return items
    }

    @Test("Items come back in their order, under pseudonyms in place of tags", arguments: [0, 1, 200, 2_000])
    func items(count: Int) async throws {
        let items = (0..<count).map { Self.item(UInt8($0 % 250)) }
        try await keep(items)
        let kept = try kept()
        #expect(kept.count == count)
        for (given, kept) in zip(items, kept) {
            #expect(kept.person != given.person)
            #expect(kept.person == pseudonyms.pseudonym(of: given.person)?.bytes)
            var expected = given
            expected.person = kept.person
            #expect(kept == expected)
        }
        #expect(try ItemFile(folder, register: 0, agreement: archive.agreement).secret == Self.secret)
        #expect(try FileStatus(of: folder.itemsPath(0)).mode == 0o600)
    }

    @Test("Of who has withdrawn nothing is kept, whether their pseudonym lasts or is in doubt")
    func withdrawn() async throws {
        let lasting = [UInt8].filled(0xEE, 16)
        var agreement = archive.agreement
        agreement.pseudonyms = .study(holders: ["a", "b"])
        let book = DoubtBook(folder)
        let archive = FolderArchive(
            folder: folder, pseudonyms: pseudonyms, agreement: agreement, withdrawn: [lasting, .filled(0xEF, 16)],
            doubts: book, logger: .silent)
        // 1 lasts and has withdrawn, 2 lasts, 3 is in doubt and one of its names has withdrawn, 4 is in doubt, 5
        // neither.
        var items = (1...5).map { Self.item(UInt8($0)) }
        for index in [0, 1] { items[index].name = .lasting }
        for index in [2, 3] { items[index].name = .doubtful }
        items[0].person = lasting
        for name in [0xEF, 0x10] as [UInt8] { try archive.noteDoubt(of: items[2].person, name: .filled(name, 16)) }
        for name in [0x11, 0x12] as [UInt8] { try archive.noteDoubt(of: items[3].person, name: .filled(name, 16)) }
        var sink = try await archive.items(of: 0, secret: Self.secret)
        for item in items { try await sink.write(item) }
        try await sink.finish()
        var file = try ItemFile(folder, register: 0, agreement: agreement)
        var kept: [[UInt8]] = []
        while let item = try file.next() { kept.append(item.handle) }
        #expect(kept == [1, 3, 4].map { items[$0].handle })

        // Who is in doubt is found later by any of the names.
        let doubtful = try #require(pseudonyms.pseudonym(of: items[3].person)).bytes
        for (names, found) in [([0x11], [doubtful]), ([0x12, 0x77], [doubtful]), ([0x77], [])] as [([UInt8], [[UInt8]])]
        {
            #expect(try DoubtBook.people(in: folder, of: Set(names.map { .filled($0, 16) })) == Set(found))
        }
        let file2 = try ResearchPlace.read(folder.doubtsPath)
        #expect(file2.firstRange(of: doubtful) == nil && file2.firstRange(of: [UInt8].filled(0x11, 16)) == nil)
        try place.alter(folder.doubtsPath, at: file2.count - 1)
        #expect(throws: FileError.altered(path: folder.doubtsPath)) { try DoubtBook.people(in: folder, of: []) }
    }

    @Test("Neither tags nor secrets nor pseudonyms can be read in the file")
    func sealed() async throws {
        let item = Self.item(0x5A)
        try await keep([item, item])
        let file = try ResearchPlace.read(folder.itemsPath(0))
        let pseudonym = try #require(pseudonyms.pseudonym(of: item.person)).bytes
        let secret = Self.secret.withUnsafeBytes { Array($0) }
        for bytes in [item.person, item.secret, item.handle, pseudonym, secret] {
            #expect(file.firstRange(of: bytes) == nil)
        }
    }

    @Test("A tag of another length is refused, and no file appears", arguments: [0, 15, 17, 32])
    func wrongTag(length: Int) async throws {
        await #expect(throws: ProtocolViolation(.selectionWrong)) {
            try await keep([Self.item(1), Self.item(2, tag: .filled(1, length))])
        }
        #expect(try place.contents().isEmpty)
    }

    @Test("A register that the agreement has not is refused", arguments: [-1, 2, Int.max, Int.min])
    func wrongRegister(index: Int) async throws {
        await #expect(throws: ProtocolViolation(.selectionWrong)) {
            _ = try await archive.items(of: index, secret: Self.secret)
        }
        await #expect(throws: ProtocolViolation(.selectionWrong)) { _ = try await archive.cells(of: index) }
        #expect(try place.contents().isEmpty)
    }

    @Test("A file appears when it is whole, and takes the place of an earlier one")
    func whole() async throws {
        for register in 0..<2 {
            try await keep([Self.item(1)], register: register)
            var cells = try await archive.cells(of: register)
            try await cells.write([1, 2, 3])
            #expect(!folder.hasRelease(register + 1))
            try await cells.write([4])
            try await cells.finish()
            #expect(folder.hasRelease(register + 1))
        }
        #expect(try ResearchPlace.read(folder.cellsPath(1)) == [1, 2, 3, 4])
        var sink = try await archive.items(of: 0, secret: Self.secret)
        try await sink.write(Self.item(9))
        #expect(try kept().map(\.handle) == [Self.item(1).handle])
        try await sink.finish()
        #expect(try kept().map(\.handle) == [Self.item(9).handle])
        var cells = try await archive.cells(of: 1)
        try await cells.finish()
        #expect(try ResearchPlace.read(folder.cellsPath(1)).isEmpty)
        #expect(try place.contents() == ["cells.0", "cells.1", "items.0", "items.1"])
    }

    @Test("Items of another register, round or home, and changed ones, don't open")
    func elsewhere() async throws {
        try await keep([Self.item(1)])
        let sound = try ResearchPlace.read(folder.itemsPath(0))
        let stranger = try ResearchPlace.fresh(round: place.round)
        let others = [(folder, 1), (try place.folders.folder(of: .digits("aa")), 0), (try stranger.folder(), 0)]
        for (other, register) in others {
            let path = other.itemsPath(register)
            try ResearchPlace.write(sound, to: path)
            #expect(throws: FileError.altered(path: path)) {
                try ItemFile(other, register: register, agreement: archive.agreement)
            }
        }
        for index in sound.indices {
            try place.alter(folder.itemsPath(0), at: index)
            #expect(throws: FileError.altered(path: folder.itemsPath(0))) { try kept() }
            try ResearchPlace.write(sound, to: folder.itemsPath(0))
        }
        #expect(try kept().count == 1)
    }

    @Test("A file that holds no whole items is not read as one", arguments: [0, 1, 31, 33, 104, 106, 32 + 73 + 72])
    func cut(byteCount: Int) throws {
        let path = folder.itemsPath(0)
        let writer = try SealedFileWriter(path, key: folder.itemsKey, label: folder.itemsLabel(0))
        try writer.append([UInt8].filled(1, byteCount))
        _ = try writer.finish()
        #expect(throws: ResearchError.unreadableRecord(path: path)) { try kept() }
    }
}
