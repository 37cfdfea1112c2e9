import Crypto
import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Files

/// Secrets are destroyed on a full disk too.
@Suite("Sealed state on a full disk", .enabled(if: SmallDisk.canMount, "mounting a file system needs root"))
struct FullDiskStateTests {
    private let place: TemporaryDirectory
    private let disk: SmallDisk
    private let path: String
    private let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    init() throws {
        place = try TemporaryDirectory()
        path = place.file("disk")
        disk = try SmallDisk(at: path, kilobytes: 512)
    }

    private func open() throws -> SealedState {
        try Directory.make("state", below: path)
        return try SealedState(in: PrivateDirectory(path + "/state"), key: key)
    }

    /// Until not a byte more fits.
    private func fill() throws {
        for size in [4096, 1] {
            for number in 0... {
                let url = URL(fileURLWithPath: "\(path)/filler-\(size)-\(number)")
                guard (try? Data(repeating: 1, count: size).write(to: url)) != nil else { break }
            }
        }
    }

    @Test("What is not vital is refused, what must be known is written, and secrets go")
    func destroys() throws {
        let state = try open()
        for number in 0..<5 { try state.put(StateName("rounds/1/secret\(number)"), [UInt8](repeating: 9, count: 100)) }
        try state.put("spent", [1])
        try fill()
        let full = #expect(throws: SealedStateError.self) { try state.put("more", [UInt8](repeating: 1, count: 5000)) }
        #expect(full?.isDiskFull == true)
        #expect(!state.contains("more"))
        try state.put("over/1", [2], onFullDisk: true)
        #expect(try state.destroy("rounds/1/") == 5)
        #expect(state.names("") == ["over/1", "spent"])
        #expect(try state.get("spent") == [1] && state.get("over/1") == [2])
    }

    @Test("Also by a process that starts on the full disk, and one by one")
    func startsAgain() throws {
        var state: SealedState? = try open()
        for number in 0..<3 { try state?.put(StateName("rounds/\(number)/secret"), [UInt8](repeating: 9, count: 100)) }
        state = nil
        try fill()
        for number in 0..<3 {
            let again = try open()
            try again.remove(StateName("rounds/\(number)/secret"))
            #expect(again.names("rounds/").count == 2 - number)
        }
        #expect(try open().names("") == [])
    }

    @Test("Without a reserve nothing is lost, and with room it is there again")
    func withoutReserve() throws {
        let state = try open()
        try state.put("secret", [1])
        try FileManager.default.removeItem(atPath: path + "/state/" + DiskReserve.name)
        try fill()
        #expect(throws: SealedStateError.self) { try state.remove("secret") }
        for name in try FileManager.default.contentsOfDirectory(atPath: path) where name.hasPrefix("filler") {
            try FileManager.default.removeItem(atPath: "\(path)/\(name)")
        }
        try state.remove("secret")
        #expect(state.names("") == [])
        #expect(FileManager.default.fileExists(atPath: path + "/state/" + DiskReserve.name))
    }

    @Test("The operations log is read on a full disk, and what is approved is known")
    func approvals() throws {
        let home = try Home.create(
            at: path + "/home", id: "kela", name: "Kela", role: .authority, alternativeNames: [], validityDays: 30)
        let state = try home.state()
        let book = try home.approvals()
        try book.note("daemon started")
        _ = try book.snapshot(growingIn: state)
        try book.note("daemon stopped")
        try fill()
        _ = try book.snapshot(growingIn: state)
        #expect(try book.standing(of: ApprovalSubject(.agreement, [1])) == .notNeeded)
        // The place that was seen is the former one.
        let bytes = try Data(contentsOf: URL(fileURLWithPath: path + "/home/log/operations.log"))
        let lines = bytes.split(separator: 10).map { Data($0) + [10] }
        try lines[0].write(to: URL(fileURLWithPath: path + "/home/log/operations.log"))
        #expect(throws: OperationsLogError.self) { try book.snapshot(growingIn: state) }
    }
}
