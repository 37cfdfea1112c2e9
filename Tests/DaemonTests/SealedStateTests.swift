import Crypto
import Foundation
import Glibc
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Files

@Suite("Sealed state")
struct SealedStateTests {
    let place: TemporaryDirectory
    let directory: PrivateDirectory
    let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    init() throws {
        place = try TemporaryDirectory()
        directory = try PrivateDirectory(place.path)
    }

    private func open() throws -> SealedState { try SealedState(in: directory, key: key) }

    @Test("Values come back, in this process and the next")
    func roundTrip() throws {
        var state: SealedState? = try open()
        try state?.put("round/1/secret", [1, 2, 3])
        try state?.put("round/1/attempt", [])
        try state?.put("round/2/secret", [UInt8](repeating: 9, count: 100_000))
        try state?.put("spent", SecretBytes(randomByteCount: 8))
        try state?.put("round/1/secret", [4, 5])
        #expect(state?.names("") == ["round/1/attempt", "round/1/secret", "round/2/secret", "spent"])
        #expect(state?.names("round/1/") == ["round/1/attempt", "round/1/secret"])
        let generation = state?.generation
        state = nil
        let again = try open()
        #expect(again.generation == generation)
        #expect(try again.get("round/1/secret") == [4, 5])
        #expect(try again.get("round/1/attempt") == [])
        #expect(try again.get("round/2/secret")?.count == 100_000)
        #expect(try again.get("nothing") == nil)
        #expect(try again.withValue("spent") { $0.count } == 8)
        #expect(again.contains("spent") && !again.contains("round"))
        for name in try place.contents() { #expect(try place.mode(name) == 0o600) }
    }

    @Test("Nothing readable is in the files")
    func sealed() throws {
        let state = try open()
        let secret = Array("a secret that would be noticed".utf8)
        try state.put("a", secret)
        for name in try place.contents() {
            #expect(try place.read(name).firstRange(of: secret) == nil)
        }
    }

    @Test("Every writing has its own salt and so its own key")
    func keysDiffer() throws {
        let state = try open()
        var salts: Set<[UInt8]> = []
        var bodies: Set<[UInt8]> = []
        var keys: Set<[UInt8]> = []
        for _ in 0..<50 {
            for name in ["a", "b"] {
                try state.put(StateName(name), [1, 2, 3, 4])
                let bytes = try place.read(name + ".sealed")
                let salt = Array(bytes[StateEnvelope.saltRange])
                salts.insert(salt)
                bodies.insert(Array(bytes[48...]))
                keys.insert(StateEnvelope.valueKey(key, salt: salt, name: name).withUnsafeBytes { Array($0) })
            }
        }
        #expect(salts.count == 100 && bodies.count == 100 && keys.count == 100)
        let salt = [UInt8](repeating: 1, count: 32)
        #expect(
            StateEnvelope.valueKey(key, salt: salt, name: "a") != StateEnvelope.valueKey(key, salt: salt, name: "b"))
    }

    @Test("Any changed byte, a cut, a swap, another key are refused by name")
    func altered() throws {
        var state: SealedState? = try open()
        try state?.put("a", [1, 2, 3])
        try state?.put("b", [1, 2, 3])
        let sound = try place.read("a.sealed")
        let refusal = SealedStateError.altered(path: place.file("a.sealed"))
        for index in sound.indices {
            var changed = sound
            changed[index] ^= 1
            try place.overwrite("a.sealed", changed)
            #expect(throws: refusal) { try state?.get("a") }
        }
        for damaged in [[], Array(sound.dropLast()), sound + [0], try place.read("b.sealed")] {
            try place.overwrite("a.sealed", damaged)
            #expect(throws: refusal) { try state?.get("a") }
        }
        #expect(refusal.description.contains(place.file("a.sealed")))
        state = nil
        #expect(throws: refusal) { try open() }
        try place.overwrite("a.sealed", sound)
        _ = try open()
        #expect(throws: SealedStateError.altered(path: place.file("index"))) {
            try SealedState(in: directory, key: SymmetricKey(size: .bits256))
        }
        var index = try place.read("index")
        index[60] ^= 1
        try place.overwrite("index", index)
        #expect(throws: SealedStateError.altered(path: place.file("index"))) { try open() }
    }

    @Test("A file put back from an older copy is refused; so is an older index, and a removed file put back")
    func rolledBack() throws {
        var state: SealedState? = try open()
        try state?.put("spent", [1])
        let (older, olderIndex) = (try place.read("spent.sealed"), try place.read("index"))
        try state?.put("spent", [2])
        let newer = try place.read("spent.sealed")
        try place.overwrite("spent.sealed", older)
        #expect(throws: SealedStateError.altered(path: place.file("spent.sealed"))) { try state?.get("spent") }
        #expect(throws: SealedStateError.altered(path: place.file("spent.sealed"))) { try state?.put("spent", [3]) }
        state = nil
        #expect(throws: SealedStateError.altered(path: place.file("spent.sealed"))) { try open() }
        try place.overwrite("spent.sealed", newer)
        let index = try place.read("index")
        try place.overwrite("index", olderIndex)
        #expect(throws: SealedStateError.altered(path: place.file("spent.sealed"))) { try open() }
        try place.overwrite("index", index)
        try open().remove("spent")
        try place.overwrite("spent.sealed", newer)
        #expect(throws: SealedStateError.stray(path: place.file("spent.sealed"))) { try open() }
    }

    @Test("A vanished value or index is refused")
    func vanished() throws {
        try open().put("a", [1])
        let sound = try place.read("a.sealed")
        try #require(unlink(place.file("a.sealed")) == 0)
        #expect(throws: SealedStateError.vanished(path: place.file("a.sealed"))) { try open() }
        try place.overwrite("a.sealed", sound)
        try #require(unlink(place.file("index")) == 0)
        #expect(throws: SealedStateError.vanished(path: place.file("index"))) { try open() }
    }

    @Test("Removing and destroying overwrite the file's blocks before the name goes")
    func removes() throws {
        let state = try open()
        try state.put("round/1/a", [UInt8](repeating: 1, count: 300))
        try state.put("round/1/b", [2])
        try state.put("round/2/a", [3])
        // A second name for the same blocks shows what became of them.
        let watched = ["round~1~a.sealed", "round~1~b.sealed", "round~2~a.sealed"]
        let other = try TemporaryDirectory()
        for name in watched { try #require(link(place.file(name), other.file(name)) == 0) }
        try state.remove("round/2/a")
        try state.remove("round/2/a")
        #expect(try state.get("round/2/a") == nil)
        #expect(try state.destroy("round/1/") == 2)
        #expect(try state.destroy("round/1/") == 0)
        for name in watched { #expect(try other.read(name).allSatisfy { $0 == 0 } && !other.read(name).isEmpty) }
        #expect(state.names("") == [])
        #expect(try place.contents() == [DiskReserve.name, "index", "lock"])
    }

    @Test("Putting a value in the place of another overwrites the old blocks")
    func overwritesOld() throws {
        let state = try open()
        try state.put("a", [1, 2, 3])
        let other = try TemporaryDirectory()
        try #require(link(place.file("a.sealed"), other.file("old")) == 0)
        try state.put("a", [4])
        #expect(try other.read("old").allSatisfy { $0 == 0 })
        #expect(try state.get("a") == [4])
    }

    @Test("A second process, here a second value, is refused")
    func locked() throws {
        let state = try open()
        #expect(throws: SealedStateError.file(.inUse(path: place.file("lock"), process: getpid()))) { try open() }
        withExtendedLifetime(state) {}
    }

    @Test("Names that would leave the directory or hide are refused")
    func names() throws {
        let state = try open()
        for name in [
            "", "/a", "a/", "a//b", "../a", ".a", "a/.b", "a b", "a~b", "å", String(repeating: "a", count: 181),
        ] {
            #expect(throws: SealedStateError.badName(name)) { try state.put(StateName(name), [1]) }
        }
        #expect(try place.contents() == [DiskReserve.name, "index", "lock"])
        let longest = StateName(String(repeating: "a", count: 180))
        try state.put(longest, [1])
        #expect(try state.get(longest) == [1])
    }

    @Test("A full disk while writing leaves the old value, and writing works again afterwards")
    func diskFull() async throws {
        try open().put("a", [1])
        let path = place.path
        await #expect(processExitsWith: .success) { [path = path as String] in
            let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
            let state = try SealedState(in: PrivateDirectory(path), key: key)
            limitFileSize(to: 100_000)
            for name in ["a", "new"] {
                let error = #expect(throws: SealedStateError.self) {
                    try state.put(StateName(name), [UInt8](repeating: 2, count: 500_000))
                }
                guard case .file(.diskFull) = error else { fatalError("another error") }
            }
            #expect(try state.get("a") == [1])
            #expect(try state.get("new") == nil)
            #expect(state.names("") == ["a"])
            try state.put("a", [2])
            try state.put("new", [3])
            #expect(try state.get("new") == [3])
        }
        let state = try open()
        #expect(try state.get("a") == [2] && state.get("new") == [3])
    }

    /// The value of a writing: its number, then filler that follows from it.
    static func value(_ number: UInt64) -> [UInt8] {
        let head = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * UInt64($0))) }
        return head + [UInt8](repeating: UInt8(truncatingIfNeeded: number), count: Int(number * 7919 % 60_000))
    }

    @Test("After kill -9 at any moment every value is the old or the new one", .timeLimit(.minutes(10)))
    func killed() async throws {
        let path = place.path
        var last: UInt64 = 0
        for attempt in 0..<15 {
            let microseconds = UInt32(3_000 + attempt * 29_989)
            await #expect(processExitsWith: .signal(SIGKILL)) {
                [path = path as String, microseconds = microseconds as UInt32] in
                let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
                let state = try SealedState(in: PrivateDirectory(path), key: key)
                var number: UInt64 = 0
                if let bytes = try state.get("count") {
                    for index in 0..<8 { number |= UInt64(bytes[index]) << (8 * UInt64(index)) }
                }
                let acknowledged = Glibc.open(path + "/acknowledged", O_WRONLY | O_CREAT, 0o600)
                // What an earlier process wrote and didn't live to acknowledge is acknowledged by being read.
                _ = withUnsafeBytes(of: number) { pwrite(acknowledged, $0.baseAddress, 8, 0) }
                Thread.detachNewThread {
                    usleep(microseconds)
                    kill(getpid(), SIGKILL)
                }
                while true {
                    number += 1
                    try state.put("count", SealedStateTests.value(number))
                    _ = withUnsafeBytes(of: number) { pwrite(acknowledged, $0.baseAddress, 8, 0) }
                    try state.put(StateName("round/\(number % 3)"), [1])
                    try state.destroy("round/")
                }
            }
            let state = try open()
            let bytes = try state.get("count") ?? []
            var number: UInt64 = 0
            for (index, byte) in bytes.prefix(8).enumerated() { number |= UInt64(byte) << (8 * UInt64(index)) }
            if !bytes.isEmpty { #expect(bytes == Self.value(number)) }
            var acknowledged: UInt64 = 0
            for (index, byte) in ((try? place.read("acknowledged")) ?? []).enumerated() {
                acknowledged |= UInt64(byte) << (8 * UInt64(index))
            }
            #expect(number == acknowledged || number == acknowledged + 1)
            #expect(number >= last)
            last = number
            for name in state.names("round/") { #expect(try state.get(name) == [1]) }
            #expect(try place.contents().filter { $0.contains(AtomicFile.partialMark) } == [])
        }
        #expect(last > 0)
    }
}

@Suite("State index")
struct StateIndexTests {
    @Test("Text form comes back; anything else is refused")
    func encoding() throws {
        var index = StateIndex()
        index.generation = 12
        let digest = [UInt8](repeating: 0xAB, count: 32)
        index.entries = [
            "a": .init(settled: digest, change: nil), "b/c": .init(settled: nil, change: .put(digest)),
            "d": .init(settled: digest, change: .removal),
        ]
        let bytes = index.encoded
        #expect(bytes.withUnsafeBytes { StateIndex($0) } == index)
        let text = String(decoding: bytes, as: UTF8.self)
        for bad in [
            "", "generation", "generation x\n", "generation 1", text + "\n", text + "a - -\n", text + "z - -\n",
            text.replacingOccurrences(of: "ab", with: "AB"), text.replacingOccurrences(of: "removal", with: "gone"),
            text.replacingOccurrences(of: "b/c", with: "../c"), text.replacingOccurrences(of: "12", with: "012"),
        ] {
            #expect(Array(bad.utf8).withUnsafeBytes { StateIndex($0) } == nil, "\(bad)")
        }
    }
}
