import Files
import Foundation
import Testing

@testable import Coordinator
@testable import Daemon
@testable import Exchange
@testable import Values

/// Whose connections are taken: participants of agreements that lie signed in the coordinator's directory. [P-53]
@Suite("Installed pins")
struct InstalledPinsTests {
    private let study: TestStudy
    private let store: AgreementStore
    private let log = Transcript()
    private let mixer: Caller

    init() throws {
        study = try TestStudy()
        mixer = try study.caller("mixer0")
        store = try study.home.home.agreements()
    }

    private var names: (agreement: String, signature: String) {
        let id = AgreementID(ofFile: study.file)
        return (store.directory.file("\(id).yaml"), store.directory.file("\(id).signature.json"))
    }

    /// What a running coordinator knows.
    private final class Door {
        private var pins = InstalledPins()
        private let store: AgreementStore
        private let budget: LogBudget

        init(_ tests: InstalledPinsTests) {
            store = tests.store
            budget = LogBudget(tests.log.logger)
        }

        func admits(_ caller: Caller) -> Bool { pins.contains(caller.pin, in: store, log: budget) }
    }

    @Test("Everybody whom a signed agreement names is known, and nobody else")
    func named() throws {
        let door = Door(self)
        #expect(!door.admits(mixer))
        // It counts as soon as it is signed, without a restart.
        try study.install()
        for participant in study.participants { #expect(try door.admits(study.caller(participant.id))) }
        #expect(try !door.admits(TestStudy.stranger()))
        #expect(try !door.admits(study.operatorCaller()))
        #expect(log.text.isEmpty)
    }

    @Test("An agreement that is taken away shuts its participants out at once, and lets them in when it is back")
    func takenAway() throws {
        try study.install()
        let door = Door(self)
        #expect(door.admits(mixer))
        let aside = study.place.file("aside.yaml")
        try Directory.move(names.agreement, to: aside)
        #expect(!door.admits(mixer))
        try Directory.move(aside, to: names.agreement)
        #expect(door.admits(mixer))
        #expect(log.text.isEmpty)
    }

    @Test("Without the coordinator's signature an agreement is not installed; with it, it is")
    func unsigned() throws {
        try study.install()
        let aside = study.place.file("aside.json")
        try Directory.move(names.signature, to: aside)
        let door = Door(self)
        #expect(!door.admits(mixer))
        try Directory.move(aside, to: names.signature)
        #expect(door.admits(mixer))
        #expect(log.text.isEmpty)
    }

    @Test("What only looks like an agreement counts for nothing and hides no other")
    func otherFiles() throws {
        try study.install()
        let bytes = try PublicFile.read(names.agreement, maxByteCount: 1 << 20)
        for name in ["notes.yaml", "\(String(repeating: "A", count: 64)).yaml", ".yaml", "x.yaml.yaml"] {
            try AtomicFile.write(bytes, to: store.directory.file(name))
        }
        try Directory.make(store.directory.file("folder.yaml"))
        let door = Door(self)
        #expect(door.admits(mixer))
        try AtomicFile.remove(names.agreement)
        #expect(!door.admits(mixer))
    }

    @Test("An altered agreement counts for nothing, is told once, and counts again when it is mended")
    func altered() throws {
        try study.install()
        let good = try PublicFile.read(names.agreement, maxByteCount: 1 << 20)
        try AtomicFile.write(good.dropLast(), to: names.agreement)
        let door = Door(self)
        for _ in 0..<3 { #expect(!door.admits(mixer)) }
        #expect(log.lines.count == 1)
        #expect(log.text.contains("An agreement can't be read") && log.text.contains("was altered"), "\(log.text)")
        try AtomicFile.write(good, to: names.agreement)
        #expect(door.admits(mixer))
        #expect(log.lines.count == 1)
    }

    @Test("A signature that is none is told once, and the agreement counts when it is signed anew")
    func malformedSignature() throws {
        try study.install()
        try AtomicFile.write(Array("{}".utf8), to: names.signature)
        let door = Door(self)
        for _ in 0..<3 { #expect(!door.admits(mixer)) }
        #expect(log.lines.count == 1)
        try study.install()
        #expect(door.admits(mixer))
    }

    @Test("An agreement that could not be read for a moment counts afterwards")
    func passing() throws {
        try study.install()
        let aside = study.place.file("aside.yaml")
        try Directory.move(names.agreement, to: aside)
        // Reading fails, though not for what is in the file, as where no file can be opened for a while.
        try FileManager.default.createSymbolicLink(
            atPath: names.agreement, withDestinationPath: names.agreement)
        let door = Door(self)
        #expect(!door.admits(mixer))
        #expect(log.text.contains("An agreement can't be read"), "\(log.text)")
        try FileManager.default.removeItem(atPath: names.agreement)
        try Directory.move(aside, to: names.agreement)
        #expect(door.admits(mixer))
    }

    @Test("While agreements can't be listed, who was known stays known, and nobody else becomes so")
    func unlistable() throws {
        try study.install()
        let door = Door(self)
        #expect(door.admits(mixer))
        let (path, aside) = (store.directory.path, study.place.file("aside"))
        try Directory.move(path, to: aside)
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path)
        #expect(try door.admits(mixer) && !door.admits(TestStudy.stranger()))
        #expect(log.text.contains("The agreements can't be listed"), "\(log.text)")
        try FileManager.default.removeItem(atPath: path)
        #expect(!door.admits(mixer), "they are gone")
        try Directory.move(aside, to: path)
        #expect(door.admits(mixer))
    }

    @Test("However often strangers call, the log does not grow with them")
    func quiet() throws {
        try study.install()
        try FileManager.default.removeItem(atPath: names.agreement)
        try FileManager.default.createSymbolicLink(
            atPath: names.agreement, withDestinationPath: names.agreement)
        let door = Door(self)
        let stranger = try TestStudy.stranger()
        for _ in 0..<100 { #expect(!door.admits(stranger)) }
        #expect((1...30).contains(log.lines.count))
    }
}
