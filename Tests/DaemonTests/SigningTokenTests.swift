import Crypto
import Files
import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Daemon

/// A token of SoftHSM's, with an Ed25519 key pair: the module keeps one state for the whole process.
struct SoftToken {
    static let module = "/usr/lib/softhsm/libsofthsm2.so"
    static let pin = "7f3k-9021"

    static let shared: TemporaryDirectory = {
        guard let place = try? make() else { preconditionFailure("SoftHSM 2 and OpenSC are needed: run `make setup`") }
        return place
    }()

    private static func make() throws -> TemporaryDirectory {
        let place = try TemporaryDirectory()
        try FileManager.default.createDirectory(atPath: place.file("tokens"), withIntermediateDirectories: false)
        try place.write("directories.tokendir = \(place.file("tokens"))\nlog.level = ERROR\n", to: "softhsm2.conf")
        try place.write(pin + "\n", to: "pin")
        try place.write("0000-0000\n", to: "wrong")
        setenv("SOFTHSM2_CONF", place.file("softhsm2.conf"), 1)
        let initialised = try run(
            "/usr/bin/softhsm2-util",
            ["--init-token", "--free", "--label", "sidos", "--pin", pin, "--so-pin", "12345678"])
        try #require(initialised.status == 0, "\(String(decoding: initialised.output, as: UTF8.self))")
        for (label, id) in [("signing", "01"), ("other", "02"), ("twice", "03"), ("twice", "04")] {
            let made = try run(
                "/usr/bin/pkcs11-tool",
                [
                    "--module", module, "--token-label", "sidos", "--login", "--pin", pin, "--keypairgen", "--key-type",
                    "EC:edwards25519", "--label", label, "--id", id, "--usage-sign",
                ])
            try #require(made.status == 0, "\(String(decoding: made.output, as: UTF8.self))")
        }
        return place
    }
}

@Suite("A signing key in a security module", .serialized, .timeLimit(.minutes(10)))
struct SigningTokenTests {
    private let place: TemporaryDirectory
    private var path: String { place.file("keys") }

    init() throws { place = try TemporaryDirectory() }

    private func token(
        module: String = SoftToken.module, _ label: String = "sidos", key: String = "signing", pin: String = "pin"
    ) -> SigningToken {
        SigningToken(module: module, token: label, key: key, pinFile: SoftToken.shared.file(pin))
    }

    private func create(_ token: SigningToken) throws -> KeyDirectory {
        try KeyDirectory.create(at: path, id: "kela", name: "Kela", role: .authority, token: token)
    }

    @Test("The participant signs with it, and no file has the key")
    func signs() async throws {
        let keys = try create(token())
        #expect(try place.contents() == ["keys"])
        let names = try FileManager.default.contentsOfDirectory(atPath: path)
        #expect(names.contains("signing.token") && names.contains("signing.pin") && !names.contains("signing.key"))
        #expect(try place.mode("keys/signing.pin") == 0o600)
        let verifying = try Curve25519.Signing.PublicKey(rawRepresentation: keys.participant.signingKey)
        let opened = try KeyDirectory.open(at: path)
        #expect(opened.participant == keys.participant)
        try opened.checkSigning()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<20 {
                group.addTask {
                    let message = [UInt8](repeating: UInt8(number), count: number * 1_000)
                    let signature = try opened.signingKey.sign(message)
                    #expect(verifying.isValidSignature(signature, for: message))
                }
            }
            try await group.waitForAll()
        }
    }

    @Test("What is wrong with module, token, key or PIN is named before anything is written, and never the PIN")
    func wrong() throws {
        for (token, words) in [
            (token(module: "/nowhere/module.so"), "no library of PKCS #11"),
            (token(module: "/usr/lib/x86_64-linux-gnu/libz.so.1"), "no library of PKCS #11"),
            (token("another"), "it has no token `another`"),
            (token("sido"), "it has no token `sido`"),
            (token(key: "missing"), "no Ed25519 key `missing`"),
            (token(key: "twice"), "several keys `twice`"),
            (token(pin: "wrong"), "the PIN is wrong"),
        ] {
            let error = try #require(throws: KeyError.self) { _ = try create(token) }
            #expect("\(error)".contains(words), "\(error)")
            #expect(!"\(error)".contains("0000-0000") && !"\(error)".contains(SoftToken.pin))
            #expect(try place.contents() == [])
        }
        #expect(chmod(SoftToken.shared.file("wrong"), 0o644) == 0)
        #expect(throws: KeyError.self) { _ = try create(token(pin: "wrong")) }
        #expect(chmod(SoftToken.shared.file("wrong"), 0o600) == 0)
    }

    @Test("Another key of the token than the participant's signs nothing, and the right one does again")
    func otherKey() throws {
        _ = try create(token())
        let text = String(decoding: try place.read("keys/signing.token"), as: UTF8.self)
        let opened = try KeyDirectory.open(at: path)
        try opened.checkSigning()
        try place.overwrite("keys/signing.token", Array(text.replacing("\"signing\"", with: "\"other\"").utf8))
        let wrong = try KeyDirectory.open(at: path)
        let error = try #require(throws: KeyError.self) { _ = try wrong.signingKey.sign([1]) }
        #expect("\(error)".contains("is another one than the participant's"))
        #expect(throws: KeyError.self) { try wrong.checkSigning() }
        _ = try opened.signingKey.sign([1])
    }

    @Test("It opens when it is needed, so that a token that was away is used once it is back")
    func away() throws {
        _ = try create(token())
        try place.overwrite("keys/signing.pin", Array("0000-0000".utf8))
        let opened = try KeyDirectory.open(at: path)
        #expect(throws: KeyError.self) { _ = try opened.signingKey.sign([1]) }
        try place.overwrite("keys/signing.pin", Array(SoftToken.pin.utf8))
        _ = try opened.signingKey.sign([1])
    }

    @Test("The PIN may be a credential; a key in a file and on a token is refused")
    func credential() throws {
        _ = try create(token())
        try FileManager.default.createDirectory(
            atPath: place.file("credentials"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try FileManager.default.moveItem(
            atPath: place.file("keys/signing.pin"), toPath: place.file("credentials/keys.signing.pin"))
        try KeyDirectory.open(at: path, credentials: place.file("credentials")).checkSigning()
        let without = try KeyDirectory.open(at: path, credentials: nil)
        #expect(throws: (any Error).self) { try without.checkSigning() }
        try place.write("a key", to: "keys/signing.key")
        #expect(throws: KeyError.self) { _ = try KeyDirectory.open(at: path, credentials: nil) }
    }

    @Test("A file that is not what Sidos wrote is refused")
    func malformed() throws {
        _ = try create(token())
        let text = String(decoding: try place.read("keys/signing.token"), as: UTF8.self)
        for wrong in ["", "x", text + "pin: 1\n", text.replacing("sidos_signing_token: 1", with: "")] {
            try place.overwrite("keys/signing.token", Array(wrong.utf8))
            #expect(throws: (any Error).self) { _ = try KeyDirectory.open(at: path) }
        }
    }
}
