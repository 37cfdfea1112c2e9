import ArgumentParser
import Foundation
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Files
@testable import PSIProtocol
@testable import Values

/// A program that backs up one more file, which never changes.
enum SampleProgram: BackedUpProgram {
    static let name = "sidos-sample"
    static let version = "9"
    static let roles: Set<ParticipantRole> = [.authority]
    static let furtherKeyDirectories: [String] = []
    static let adviceAfterRestore: [String] = []

    static func add(to backup: BackupWriter, from home: Home, options: NoOptions) async throws -> [String] {
        try backup.copyTree(home.directory.file("more"), as: "more", linking: true)
        return []
    }
}

enum OtherProgram: BackedUpProgram {
    static let name = "sidos-other"
    static let version = "9"
    static let roles: Set<ParticipantRole> = [.research]
    static let furtherKeyDirectories: [String] = []
    static let adviceAfterRestore: [String] = []
    static func add(to backup: BackupWriter, from home: Home, options: NoOptions) async throws -> [String] { [] }
}

/// A home with something of everything, its backups, and what becomes of them.
struct BackupFixture: Sendable {
    let place: TemporaryDirectory
    let home: Home
    let round: RoundID
    let agreement = AgreementID(ofFile: [1])

    init() throws {
        place = try TemporaryDirectory()
        round = try #require(RoundID(bytes: [UInt8](repeating: 3, count: 32)))
        home = try Home.create(
            at: place.file("home"), id: "somebody", name: "Some Body", role: .authority, alternativeNames: [],
            validityDays: 30)
        try place.write("sidos_sample: 1\n", to: "home/config.yaml")
        _ = try home.directory.subdirectory("more")
        try place.write("never changed", to: "home/more/file")
        _ = try home.boards()
        try place.write("0 0 AAAA\n", to: "home/boards/\(round).board")
        try place.write("half", to: "home/more/1.part")
        _ = try home.directory.subdirectory("lists")
        try place.write("sealed", to: "home/lists/\(round).list")
        let state = try home.state()
        try state.put(.secrets(of: round), [1, 2, 3])
        try state.put(.head(of: round), [4])
        try state.put(.attempts(of: round, batch: "a", stage: "0"), [5])
        try state.put(.pseudonymKey(study: "s"), [6])
        try state.put(.lastingPseudonymKey(study: "l"), [9])
        try state.put(.studyKey("l"), [10])
        try state.put(.studyKeysSeen("l"), [11])
        try state.put(.roundsSpent(of: agreement), [7])
        try state.put(.opening(1, of: agreement), round.bytes)
        try state.put(.over(round), [8])
    }

    var keys: [String] { ["signing.key", "hpke.key", "state.key", "tls.key"] }

    func backup(_ more: String...) async throws {
        let arguments = ["-d", home.directory.path, "--to", place.file("copy")] + more
        try await BackupCommand<SampleProgram>.parse(arguments).run()
    }

    func restore(_ more: String..., to name: String = "again") async throws {
        let arguments = ["--from", place.file("copy"), "-d", place.file(name)] + more
        try await RestoreCommand<SampleProgram>.parse(arguments).run()
    }

    func files(_ name: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: place.file(name)).sorted()
    }

    /// Lets it be restored as if the copy were signed with this change.
    func resign(_ change: (inout BackupManifest) -> Void) throws {
        let path = place.file("copy/backup.json")
        var manifest = try BackupManifest(decoding: place.read("copy/backup.json"), path: path)
        change(&manifest)
        let bytes = try manifest.encoded()
        try place.overwrite("copy/backup.json", bytes)
        try place.overwrite(
            "copy/backup.signature", try BackupManifest.signature(over: bytes, key: home.keys.signingKey))
    }
}

@Suite("Backup and restore", .timeLimit(.minutes(10)))
struct BackupTests {
    let fixture: BackupFixture
    var place: TemporaryDirectory { fixture.place }

    init() throws { fixture = try BackupFixture() }

    @Test("A restored home has keys, configuration, agreements and counters, and nothing of a round")
    func roundTrip() async throws {
        try await fixture.backup()
        try await fixture.restore()
        let again = try Home(at: place.file("again"), roles: [.authority])
        #expect(again.keys.participant == fixture.home.keys.participant)
        #expect(try place.read("again/config.yaml") == place.read("home/config.yaml"))
        #expect(try place.read("again/more/file") == Array("never changed".utf8))
        #expect(try place.read("again/boards/\(fixture.round).board") == Array("0 0 AAAA\n".utf8))
        let state = try again.state()
        // Keys of pseudonyms that last for a study, which would end with them.
        let kept: [StateName] = [
            .lastingPseudonymKey(study: "l"), .studyKey("l"), .studyKeysSeen("l"), .opening(1, of: fixture.agreement),
            .over(fixture.round), .restored, .roundsSpent(of: fixture.agreement),
        ]
        #expect(Set(state.names(.all)) == Set(kept))
        #expect(try state.get(.opening(1, of: fixture.agreement)) == fixture.round.bytes)
        let mark = try #require(try RestoredMark(in: state))
        #expect(!mark.wasRunning && mark.restored >= mark.made)
        #expect(mark.mayHaveJoined(roundOpened: Int(mark.restored) + 900))
        #expect(!mark.mayHaveJoined(roundOpened: Int(mark.restored) + 901))
        #expect(try fixture.files("again").allSatisfy { !$0.contains("lists") && !$0.contains(".part") })
    }

    @Test("All is for its owner alone, files that never change are shared, and others are not")
    func modes() async throws {
        try await fixture.backup()
        func inode(_ name: String) throws -> UInt64 {
            try #require(FileManager.default.attributesOfItem(atPath: place.file(name))[.systemFileNumber] as? UInt64)
        }
        #expect(try inode("copy/more/file") == inode("home/more/file"))
        #expect(try inode("copy/config.yaml") != inode("home/config.yaml"))
        // It still grows.
        let board = "boards/\(fixture.round).board"
        #expect(try inode("copy/\(board)") != inode("home/\(board)"))
        try await fixture.restore()
        #expect(try inode("again/more/file") != inode("copy/more/file"))
        for root in ["copy", "again"] {
            #expect(try place.mode(root) == 0o700)
            for file in try fixture.files(root) where file != "state/lock" {
                var isDirectory: ObjCBool = false
                _ = FileManager.default.fileExists(atPath: place.file("\(root)/\(file)"), isDirectory: &isDirectory)
                #expect(try place.mode("\(root)/\(file)") == (isDirectory.boolValue ? 0o700 : 0o600), "\(file)")
            }
        }
    }

    @Test("A copy is made while a daemon has the state, and says so; it is of one moment")
    func running() async throws {
        let (first, second) = (StateName.roundsSpent(of: fixture.agreement), StateName.countsSpent(study: "s"))
        var state: SealedState? = try fixture.home.state()
        try state?.put(second, [7])
        if let state {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    // The second always follows the first.
                    for value in UInt8(8)..<248 {
                        try state.put(first, [value])
                        try state.put(second, [value])
                    }
                }
                try await fixture.backup()
                try await group.waitForAll()
            }
        }
        state = nil
        try await fixture.restore()
        let again = try Home(at: place.file("again"), roles: [.authority]).state()
        #expect(try RestoredMark(in: again)?.wasRunning == true)
        let found = (try again.get(first)?.first ?? 0, try again.get(second)?.first ?? 0)
        #expect(found.0 >= 7 && (found.0 == found.1 || found.0 == found.1 + 1), "\(found)")
    }

    @Test("Without keys it has no secret, and is restored only with the keys from elsewhere")
    func withoutKeys() async throws {
        try await fixture.backup("--without-keys")
        #expect(try fixture.files("copy").allSatisfy { !$0.hasSuffix(".key") })
        let error = await #expect(throws: BackupError.self) { try await fixture.restore() }
        guard case .noKeys = error else { throw BackupError.notABackup(path: "\(String(describing: error))") }
        #expect(try place.contents() == ["copy", "home"])
        try await fixture.restore("--keys", place.file("home/keys"))
        #expect(try Home(at: place.file("again"), roles: [.authority]).keys.id == "somebody")
    }

    enum Damage: CaseIterable {
        case byte, cut, removed, added, secretAdded, manifest, version, notJSON, upward, signature, resignedByOthers

        func apply(_ fixture: BackupFixture) throws {
            let place = fixture.place
            switch self {
            case .byte: try place.overwrite("copy/config.yaml", Array("sidos_sample: 2\n".utf8))
            case .cut: try place.overwrite("copy/more/file", [])
            case .removed: try FileManager.default.removeItem(atPath: place.file("copy/state/index"))
            case .added: try place.write("more", to: "copy/more/second")
            case .secretAdded:
                // As it lies in the home of the daemon.
                let name = StateName.fileName(StateName.secrets(of: fixture.round).text)
                try place.overwrite("copy/state/\(name)", try place.read("home/state/\(name)"))
            case .manifest:
                // Digests that fit, but not signed.
                try place.overwrite("copy/config.yaml", Array("sidos_sample: 2\n".utf8))
                let contents = try FileCopy.contents(of: place.file("copy/config.yaml"))
                var manifest = try BackupManifest(
                    decoding: place.read("copy/backup.json"), path: place.file("copy/backup.json"))
                let index = try #require(manifest.files.firstIndex { $0.path == "config.yaml" })
                manifest.files[index].digest = HexBytes(contents.digest)
                try place.overwrite("copy/backup.json", try manifest.encoded())
            case .version: try fixture.resign { $0.version = 2 }
            case .notJSON: try place.overwrite("copy/backup.json", Array("{".utf8))
            case .upward: try fixture.resign { $0.files[0].path = "../config.yaml" }
            case .signature: try place.overwrite("copy/backup.signature", [UInt8](repeating: 0, count: 64))
            case .resignedByOthers: try fixture.resign { $0.participant = "others" }
            }
        }
    }

    @Test("Whatever is changed in a backup, nothing of it is restored", arguments: Damage.allCases)
    func damaged(_ damage: Damage) async throws {
        try await fixture.backup()
        try damage.apply(fixture)
        await #expect(throws: BackupError.self) { try await fixture.restore() }
        #expect(try place.contents() == ["copy", "home"])
    }

    @Test("What is there is never overwritten: neither a backup nor a home; an empty directory is filled")
    func taken() async throws {
        try await fixture.backup()
        let before = try fixture.files("copy")
        await #expect(throws: BackupError.exists(path: place.file("copy"))) { try await fixture.backup() }
        #expect(try fixture.files("copy") == before)
        await #expect(throws: BackupError.homeExists(path: place.file("home"))) {
            try await fixture.restore(to: "home")
        }
        let state = try fixture.home.state()
        await #expect(throws: BackupError.homeInUse(path: place.file("home"))) {
            try await fixture.restore(to: "home")
        }
        withExtendedLifetime(state) {}
        _ = try PrivateDirectory(creating: place.file("again"))
        try place.overwrite("copy/config.yaml", [1])
        await #expect(throws: BackupError.self) { try await fixture.restore() }
        #expect(try fixture.files("again").isEmpty)
        try place.overwrite("copy/config.yaml", try place.read("home/config.yaml"))
        try await fixture.restore()
        #expect(try Home(at: place.file("again"), roles: [.authority]).keys.id == "somebody")
        await #expect(throws: BackupError.homeExists(path: place.file("again"))) { try await fixture.restore() }
        #expect(try place.contents() == ["again", "copy", "home"])
    }

    @Test("Another role's program, and a clock that is behind, are refused")
    func refused() async throws {
        try await fixture.backup()
        let other = try RestoreCommand<OtherProgram>.parse(["--from", place.file("copy"), "-d", place.file("again")])
        let error = await #expect(throws: BackupError.self) { try await other.run() }
        #expect(error?.description.contains("whose role is authority") == true)
        try fixture.resign { $0.made += 10_000 }
        let behind = await #expect(throws: BackupError.self) { try await fixture.restore() }
        guard case .clockBehind = behind else { throw BackupError.notABackup(path: "\(String(describing: behind))") }
    }

    @Test("A move needs the daemon stopped and no round under way, and nothing starts afterwards")
    func move() async throws {
        await #expect(throws: BackupError.roundUnderWay(count: 1)) { try await fixture.backup("--move") }
        var state: SealedState? = try fixture.home.state()
        try state?.destroy(.round(fixture.round))
        await #expect(throws: BackupError.stillRunning(path: fixture.home.directory.path)) {
            try await fixture.backup("--move")
        }
        state = nil
        #expect(try place.contents() == ["home"])
        try await fixture.backup("--move")
        let moved = HomeError.moved(path: place.file("home/moved.json"))
        #expect(throws: moved) { try fixture.home.stateToServe() }
        try await fixture.restore()
        _ = try Home(at: place.file("again"), roles: [.authority]).stateToServe()
    }

    @Test("Every message says what is wrong, where, and what to do")
    func messages() {
        let all: [BackupError] = [
            .exists(path: "/p"), .notABackup(path: "/p"), .otherVersion(path: "/p", version: 7),
            .otherRole(path: "/p", role: "mixer", expected: ["research"]), .altered(path: "/p"), .missing(path: "/p"),
            .unnamed(path: "/p"), .otherSignature(path: "/p"),
            .otherParticipant(path: "/p", found: "a", expected: "b"), .noKeys(path: "/p", missing: "keys/x"),
            .homeExists(path: "/p"), .homeInUse(path: "/p"), .interrupted(path: "/p", partial: ".q"),
            .stateBusy(path: "/p"), .stillRunning(path: "/p"),
        ]
        for error in all {
            #expect(error.description.contains("/p") && !error.description.hasSuffix("."))
            #expect(error.exitStatus != .success && error.exitStatus != .software)
        }
        #expect(Set(all.map(\.description)).count == all.count)
        #expect(throws: FileError.notFound(path: "/nowhere")) { try BackupWriter("/nowhere/copy") }
        #expect(ByteText.words(1_023) == "1023 bytes")
        #expect(ByteText.words(1_536) == "1.5 KiB")
        #expect(ByteText.words(20 << 30) == "20.0 GiB")
        #expect(ByteText.words(.max).hasSuffix("TiB"))
    }
}
