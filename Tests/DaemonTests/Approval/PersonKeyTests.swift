import Crypto
import Files
import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

@Suite("Approvers' keys")
struct PersonKeyTests {
    private let place: TemporaryDirectory
    private let path: String

    init() throws {
        place = try TemporaryDirectory()
        path = place.file("liisa.key")
        try place.write("korrekt hevonen\n", to: "pass", mode: 0o600)
        try place.write("something else!\n", to: "other", mode: 0o600)
    }

    private func passphrase(_ name: String = "pass") throws -> Passphrase { try Passphrase(file: place.file(name)) }

    private func create() throws -> [UInt8] {
        try PersonKey.create(at: path, id: "liisa", name: "Liisa Öberg", passphrase: passphrase()).approver.key
    }

    @Test("The key opens with its passphrase alone, and the openssl command reads it too")
    func opens() throws {
        let key = try create()
        #expect(try place.mode("liisa.key") == 0o600)
        let opened = try PersonKey(at: path, passphrase: passphrase())
        #expect(opened.approver == Approver(id: "liisa", key: key))
        let signature = try opened.sign([1, 2, 3])
        #expect(try Curve25519.Signing.PublicKey(rawRepresentation: key).isValidSignature(signature, for: [1, 2, 3]))
        #expect(throws: PersonKeyError.wrongPassphrase(path: path)) {
            _ = try PersonKey(at: path, passphrase: passphrase("other"))
        }
        let pem = try run(
            "/usr/bin/openssl",
            ["pkey", "-in", path, "-passin", "file:\(place.file("pass"))", "-pubout", "-outform", "DER"])
        #expect(pem.status == 0 && Array(pem.output.suffix(32)) == key)
        let refused = try run("/usr/bin/openssl", ["pkey", "-in", path, "-passin", "pass:wrong wrong wrong", "-noout"])
        #expect(refused.status != 0)
    }

    @Test("Nothing of the key or the passphrase stands in the file, and a file that is there is not replaced")
    func sealed() throws {
        _ = try create()
        let text = String(decoding: try place.read("liisa.key"), as: UTF8.self)
        #expect(text.hasPrefix("sidos_approver: 1\nid: liisa\n") && text.contains("BEGIN ENCRYPTED PRIVATE KEY"))
        #expect(!text.contains("hevonen"))
        #expect(throws: FileError.exists(path: path)) { _ = try create() }
    }

    @Test("Another passphrase replaces the first; a wrong one changes nothing")
    func changed() throws {
        let key = try create()
        #expect(throws: PersonKeyError.wrongPassphrase(path: path)) {
            try PersonKey.change(at: path, from: passphrase("other"), to: passphrase("other"))
        }
        try PersonKey.change(at: path, from: passphrase(), to: passphrase("other"))
        #expect(try PersonKey(at: path, passphrase: passphrase("other")).approver.key == key)
        #expect(throws: PersonKeyError.wrongPassphrase(path: path)) {
            _ = try PersonKey(at: path, passphrase: passphrase())
        }
    }

    @Test("A file that was cut or changed, that has another's card, or that others may read gives no key")
    func damaged() throws {
        _ = try create()
        let bytes = try place.read("liisa.key")
        let text = String(decoding: bytes, as: UTF8.self)
        let stranger = TestApprover("liisa").approver.keyText
        let own = try #require(text.split(separator: "\n").first { $0.hasPrefix("key: ") })
        let wrong = [
            "", "x", String(text.dropLast(40)), text.replacing(own, with: "key: " + stranger),
            text.replacing("id: liisa", with: "id: "), text.replacing("sidos_approver: 1\n", with: ""),
            String(text[text.range(of: "-----BEGIN")!.lowerBound...]), text + String(repeating: "x", count: 5_000),
        ]
        for wrong in wrong {
            try place.overwrite("liisa.key", Array(wrong.utf8))
            #expect(throws: (any Error).self) { _ = try PersonKey(at: path, passphrase: passphrase()) }
        }
        try place.overwrite("liisa.key", bytes)
        #expect(chmod(place.file("liisa.key"), 0o644) == 0)
        #expect(throws: FileError.looseMode(path: path, mode: 0o644, wanted: 0o600)) {
            _ = try PersonKey(at: path, passphrase: passphrase())
        }
    }

    @Test("A key of another kind is none")
    func otherKind() throws {
        let made = try run(
            "/usr/bin/openssl",
            ["genpkey", "-algorithm", "X25519", "-aes-256-cbc", "-pass", "file:\(place.file("pass"))", "-out", path])
        #expect(made.status == 0)
        #expect(chmod(place.file("liisa.key"), 0o600) == 0)
        #expect(throws: PersonKeyError.malformed(path: path)) {
            _ = try PersonKey(at: path, passphrase: passphrase())
        }
    }

    @Test("Passphrases that are empty, short or open to others are refused")
    func passphrases() throws {
        try place.write("\n", to: "empty", mode: 0o600)
        try place.write("short\n", to: "short", mode: 0o600)
        try place.write("long enough, open\n", to: "open", mode: 0o644)
        try place.write("korrekt hevonen\r\nmore", to: "lines", mode: 0o600)
        #expect(throws: PassphraseError.empty) { _ = try Passphrase(file: place.file("empty")) }
        #expect(throws: PassphraseError.tooShort) { _ = try Passphrase.choose(file: place.file("short")) }
        #expect(throws: FileError.self) { _ = try Passphrase(file: place.file("open")) }
        #expect(try passphrase("lines").isEqual(passphrase()))
        #expect(try !passphrase("other").isEqual(passphrase()))
    }
}
