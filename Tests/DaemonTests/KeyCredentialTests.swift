import Foundation
import TestDirectories
import Testing

@testable import Daemon
@testable import Files

/// Secret keys that systemd hands to the service instead of files beside the others.
@Suite("Keys as credentials")
struct KeyCredentialTests {
    private static let names = ["signing.key", "hpke.key", "state.key", "tls.key"]
    private let place: TemporaryDirectory
    private let keys: KeyDirectory

    init() throws {
        place = try TemporaryDirectory()
        keys = try KeyDirectory.create(at: place.file("keys"), id: "kela", name: "Kela", role: .authority)
        try FileManager.default.createDirectory(atPath: place.file("credentials"), withIntermediateDirectories: true)
    }

    private func move(_ names: [String], prefix: String = "keys.") throws {
        for name in names {
            try FileManager.default.moveItem(
                atPath: place.file("keys/" + name), toPath: place.file("credentials/" + prefix + name))
        }
    }

    private func mode(_ mode: Int, _ name: String) throws {
        try FileManager.default.setAttributes(
            [.posixPermissions: mode], ofItemAtPath: place.file("credentials/" + name))
    }

    private func open() throws -> KeyDirectory {
        try KeyDirectory.open(at: place.file("keys"), credentials: place.file("credentials"))
    }

    @Test("Each secret file may be a credential, one or all, readable by the service alone as systemd makes it")
    func each() throws {
        for count in 0...Self.names.count {
            if count > 0 {
                let name = Self.names[count - 1]
                try move([name])
                try mode(0o400, "keys." + name)
            }
            let read = try open()
            #expect(read.participant == keys.participant)
            #expect(read.stateKey == keys.stateKey && read.tlsPrivateKeyPEM == keys.tlsPrivateKeyPEM)
        }
        // Without the credentials the directory lacks them.
        #expect(throws: KeyError.self) { try KeyDirectory.open(at: place.file("keys"), credentials: nil) }
    }

    @Test("A key that is in both places is refused: one of them would be forgotten", arguments: names)
    func twice(_ name: String) throws {
        try FileManager.default.copyItem(
            atPath: place.file("keys/" + name), toPath: place.file("credentials/keys." + name))
        let error = try #require(throws: KeyError.self) { try open() }
        #expect(error == .twice(path: place.file("keys/" + name), credential: place.file("credentials/keys." + name)))
        #expect("\(error)".contains("remove"))
    }

    @Test("Another directory's credentials, other keys and damaged ones are refused")
    func wrong() throws {
        try move(["signing.key"], prefix: "operator.")
        #expect(throws: KeyError.missing(path: place.file("keys/signing.key"))) { try open() }
        let other = try KeyDirectory.create(at: place.file("other"), id: "vero", name: "Vero", role: .authority)
        try FileManager.default.copyItem(
            atPath: other.path + "/signing.key", toPath: place.file("credentials/keys.signing.key"))
        #expect(
            throws: KeyError.otherKey(
                path: place.file("keys/signing.key"), participant: place.file("keys/participant.yaml"))
        ) { try open() }
        for damaged in [Data(), Data(repeating: 7, count: 32), Data(repeating: 7, count: 5_000)] {
            try damaged.write(to: URL(filePath: place.file("credentials/keys.signing.key")))
            try mode(0o400, "keys.signing.key")
            let error = try #require(throws: KeyError.self) { try open() }
            #expect("\(error)".contains("credentials/keys.signing.key"), "\(error)")
        }
    }

    @Test("A credential that others can read or write is refused", arguments: [0o444, 0o404, 0o620, 0o602, 0o500])
    func loose(_ mode: Int) throws {
        try move(["state.key"])
        try self.mode(mode, "keys.state.key")
        let error = try #require(throws: KeyError.self) { try open() }
        guard case .file(.looseMode) = error else {
            Issue.record("\(error)")
            return
        }
    }

    @Test("A link in place of a credential is refused")
    func link() throws {
        try move(["state.key"])
        let path = place.file("credentials/keys.state.key")
        try FileManager.default.moveItem(atPath: path, toPath: path + ".real")
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + ".real")
        #expect(throws: KeyError.self) { try open() }
    }
}
