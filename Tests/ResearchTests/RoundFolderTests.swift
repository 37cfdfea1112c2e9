import Dataset
import Foundation
import TestDirectories
import Testing
import Values

@testable import Daemon
@testable import Files
@testable import Research

@Suite("A received round's record")
struct RoundFolderTests {
    private static func encoded(_ received: ReceivedRound?) throws -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        return String(decoding: try encoder.encode(received), as: UTF8.self)
    }

    @Test("There is none until one is written, and it comes back as it was")
    func roundTrip() async throws {
        let fresh = try ResearchPlace.fresh()
        #expect(try fresh.folder().received() == nil)
        let place = try await ReceivedStudy.rows.value.place()
        var received = try #require(try place.folder().received())
        (received.isClosed, received.unsigned) = (true, ["a", "research"])
        try fresh.folder().write(received)
        #expect(try Self.encoded(fresh.folder().received()) == Self.encoded(received))
        received.unsigned = []
        try fresh.folder().write(received)
        #expect(try fresh.folder().received()?.isSettled == true)
        #expect(try FileStatus(of: fresh.folder().receivedPath).mode == 0o600)
    }

    @Test("A byte that changed anywhere, a cut and an addition are damage")
    func altered() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let folder = try place.folder()
        let sound = try ResearchPlace.read(folder.receivedPath)
        func isRefused(_ bytes: [UInt8]) throws -> Bool {
            try ResearchPlace.write(bytes, to: folder.receivedPath)
            do { _ = try folder.received() } catch { return RoundFolder.isDamage(error) }
            return false
        }
        for index in sound.indices {
            var changed = sound
            changed[index] ^= 1 << UInt8(index & 7)
            #expect(try isRefused(changed), "byte \(index)")
            #expect(try isRefused(Array(sound[..<index])), "cut at \(index)")
        }
        #expect(try isRefused(sound + [0]))
        #expect(try isRefused(sound + sound))
        try ResearchPlace.write(sound, to: folder.receivedPath)
        #expect(try folder.received() != nil)
    }

    @Test("The record of another round, and one of another home, is damage")
    func elsewhere() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let sound = try ResearchPlace.read(place.folder().receivedPath)
        let other = try place.folders.folder(of: .digits("aa"))
        try ResearchPlace.write(sound, to: other.receivedPath)
        #expect(throws: FileError.altered(path: other.receivedPath)) { try other.received() }
        let stranger = try ResearchPlace.fresh(round: place.round)
        let path = try stranger.folder().receivedPath
        try ResearchPlace.write(sound, to: path)
        #expect(throws: FileError.altered(path: path)) { try stranger.folder().received() }
    }

    @Test("What another version wrote, and what is no record at all, cannot be read")
    func unreadable() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let folder = try place.folder()
        let sound = try Self.encoded(folder.received())
        let version = "\"version\":\(ReceivedRound.currentVersion)"
        try #require(sound.contains(version))
        let table = [
            sound.replacingOccurrences(of: version, with: "\"version\":\(ReceivedRound.currentVersion - 1)"),
            sound.replacingOccurrences(of: version, with: "\"version\":\(ReceivedRound.currentVersion + 1)"),
            sound.replacingOccurrences(of: version, with: "\"version\":\"2\""), String(sound.dropLast()),
            sound.replacingOccurrences(of: "\"unsigned\"", with: "\"signed\""), "", "{}", "[]", "nonsense\u{0}",
        ]
        for text in table {
            try place.seal(Array(text.utf8))
            let error = #expect(throws: ResearchError.unreadableRecord(path: folder.receivedPath)) {
                try folder.received()
            }
            #expect(error.map(RoundFolder.isDamage) == true)
        }
        try place.seal(Array(sound.utf8))
        #expect(try Self.encoded(folder.received()) == sound)
    }

    @Test("A record is read up to a size, even if all of it would be sound")
    func large() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let folder = try place.folder()
        let sound = Array(try Self.encoded(folder.received()).utf8)
        let spaces = [UInt8](repeating: 0x20, count: SealedState.maxValueByteCount + 1 - sound.count)
        try place.seal(sound + spaces)
        #expect(throws: ResearchError.unreadableRecord(path: folder.receivedPath)) { try folder.received() }
    }

    @Test("A failure that is no fault of the record is not taken for damage")
    func otherFailures() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let folder = try place.folder()
        try AtomicFile.remove(folder.receivedPath)
        try Directory.make(folder.receivedPath)
        let error = #expect(throws: (any Error).self) { try folder.received() }
        #expect(error.map(RoundFolder.isDamage) == false)
    }
}

@Suite("Removing what was received")
struct RoundRemovalTests {
    /// What there can be of a round.
    private static let names = [
        "items.0", "items.11", "cells.0", ".cells.1.partial-1a2b3c4d", "received", "lock", "working/store.sqlite",
        "working/store.sqlite-wal",
    ]

    /// Makes these files of a round, as many as `gone` leaves.
    private static func fill(_ place: ResearchPlace, gone: Int = 0) throws {
        _ = try place.folder()
        let root = "home/rounds/\(place.round)/"
        if gone >> 6 & 3 != 3 { try Directory.make(place.directory.file(root + "working")) }
        for (index, name) in names.enumerated() where gone >> index & 1 == 0 {
            try place.directory.write("x", to: root + name)
        }
    }

    @Test("A removal that was stopped anywhere is finished by the next one, and leaves nothing")
    func interrupted() throws {
        let place = try ResearchPlace.fresh()
        let other = try place.folders.folder(of: .digits("aa"))
        for gone in 0..<(1 << Self.names.count) {
            try Self.fill(place, gone: gone)
            try place.folder().remove()
            #expect(try place.folders.all() == [other.round], "\(gone)")
        }
    }

    @Test("The record goes last: it tells what the rest belongs to", arguments: ["items.7", "working/stray"])
    func recordLast(obstacle: String) async throws {
        let place = try await ReceivedStudy.rows.value.place()
        try place.arrange(.settled)
        let folder = try place.folder()
        let root = place.directory.file("home/rounds/\(place.round)")
        try Directory.make(root + "/working")
        let path = "\(root)/\(obstacle)"
        try Directory.make(path)
        #expect(throws: FileError.self) { try folder.remove() }
        #expect(try folder.received()?.isSettled == true)
        try Directory.remove(path)
        try folder.remove()
        #expect(try place.folders.existing(place.round) == nil)
    }

    @Test("After clearing, receiving begins anew; a clearing that was stopped leaves no record of what is gone")
    func clear() async throws {
        let place = try await ReceivedStudy.rows.value.place()
        let folder = try place.folder()
        #expect(folder.hasRelease(3))
        let obstacle = place.directory.file("home/rounds/\(place.round)/items.7")
        try Directory.make(obstacle)
        #expect(throws: FileError.self) { try folder.clear() }
        #expect(try folder.received() == nil)
        try Directory.remove(obstacle)
        try Self.fill(place)
        try folder.clear()
        #expect(try folder.received() == nil && !folder.hasStore && !folder.hasRelease(1))
        #expect(try place.contents() == ["lock", "working"])
        try folder.clear()
        try folder.remove()
        #expect(try place.folders.all().isEmpty)
    }

    @Test("Once opened, items and cells go, and what was begun of them; the record and the rows stay")
    func removeRelease() throws {
        let place = try ResearchPlace.fresh()
        try Self.fill(place)
        try place.folder().removeRelease()
        #expect(try place.contents() == ["lock", "received", "working"])
        #expect(try place.folder().hasStore)
        try place.folder().removeRelease()
    }

    @Test("A release is here when every register's items and cells are")
    func hasRelease() async throws {
        let study = try await ReceivedStudy.rows.value
        for name in ["items.0", "items.2", "cells.1"] {
            let place = try study.place()
            let folder = try place.folder()
            #expect(folder.hasRelease(3) && !folder.hasRelease(4))
            try AtomicFile.remove(place.directory.file("home/rounds/\(place.round)/\(name)"))
            #expect(!folder.hasRelease(3), "without \(name)")
        }
    }

    @Test("Two commands don't work on one round at once; on two they may")
    func lock() throws {
        let place = try ResearchPlace.fresh()
        let lock = try place.folder().lock()
        #expect(throws: FileError.self) { try place.folder().lock() }
        try place.folders.folder(of: .digits("aa")).lock().release()
        lock.release()
        try place.folder().lock().release()
    }
}
