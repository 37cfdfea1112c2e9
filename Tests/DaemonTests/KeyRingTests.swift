import Crypto
import Files
import Foundation
import TestDirectories
import Testing

@testable import Agreement
@testable import Daemon
@testable import Values

/// New keys of a participant beside its former ones.
@Suite("Keys that are replaced")
struct KeyRingTests {
    private let place: TemporaryDirectory
    private let directory: PrivateDirectory

    init() throws {
        place = try TemporaryDirectory()
        _ = try Home.create(
            at: place.file("home"), id: "kela", name: "Kela", role: .authority, alternativeNames: ["kela.example"],
            validityDays: 30)
        directory = try PrivateDirectory(place.file("home"))
    }

    private func home() throws -> Home { try Home(at: directory.path, roles: [.authority]) }

    @discardableResult
    private func rotate(hosts: [String]? = nil, isLost: Bool = false) throws -> KeyDirectory {
        try KeyRing.rotate(
            in: directory, .init(alternativeNames: hosts, validityDays: 60, token: nil), isLost: isLost)
    }

    @Test("New keys lie beside the former ones, and only the state key is the same")
    func rotated() throws {
        let before = try home()
        try before.state().put(.operationsLog, [1, 2, 3])
        try rotate()
        let after = try home()
        #expect(try directory.names().filter { $0.hasPrefix("keys") } == ["keys", "keys-2"])
        #expect(after.keyRing.all.map(\.path) == [directory.file("keys-2"), directory.file("keys")])
        let (new, old) = (after.keys, before.keys)
        #expect(new.id == old.id && new.role == old.role && new.name == old.name && new.stateKey == old.stateKey)
        #expect(new.participant.signingKey != old.participant.signingKey)
        #expect(new.participant.hpkeKey != old.participant.hpkeKey && new.tlsPin != old.tlsPin)
        #expect(try after.state().get(.operationsLog) == [1, 2, 3])
        for name in try FileManager.default.contentsOfDirectory(atPath: new.path) {
            #expect(try place.mode("home/keys-2/" + name) == 0o600)
        }
        // The certificate is for the same names as the one before.
        #expect(try TLSCertificate.alternativeNames(at: new.path) == ["kela.example"])
        #expect(after.keyRing.certificateNotAfter == old.certificateNotAfter)
    }

    @Test("The card has the former key's signature, and an agreement takes it")
    func card() throws {
        let before = try home()
        #expect(try before.keyRing.card().participant.keyChange == nil)
        try rotate()
        let card = try home().keyRing.card()
        guard case .rotated(let signature)? = card.participant.keyChange else {
            Issue.record("no signature on \(card.yaml)")
            return
        }
        #expect(KeyRotation.isSigned(signature, from: before.keys.participant, to: card.participant))
        let read = try ParticipantCard.parse(Array(card.yaml.utf8))
        #expect(read == card)
    }

    @Test("Agreements are signed with the keys that they pin, and with no others")
    func pinned() throws {
        let fixture = try AmendmentFixture()
        let first = try fixture.file()
        try fixture.sign(first)
        let directory = fixture.home.directory
        try KeyRing.rotate(in: directory, .init(validityDays: 30), isLost: false)
        let home = try Home(at: directory.path, roles: [.authority])
        let card = try home.keyRing.card()
        let second = try fixture.file(amending: first, cell: 6, cards: ["kela": card])
        let (old, new) = (try Agreement.parse(first), try Agreement.parse(second))
        #expect(home.keys(pinnedBy: old).path == directory.file("keys"))
        #expect(home.keys(pinnedBy: new).path == directory.file("keys-2"))
        // A program that has the former ones only cannot sign for the new ones.
        #expect(throws: HomeError.self) { try fixture.sign(second) }
        for (file, keys) in [(first, home.keyRing.former[0]), (second, home.keys)] {
            let signed = try AgreementSigning.sign(
                file, path: "study.yaml", home: home, output: fixture.place.file("signature.json"), former: nil
            ).0
            try signed.signature.verify(file: file, agreement: signed.agreement)
            #expect(signed.agreement.participant("kela")?.signingKey == keys.participant.signingKey)
        }
        // Without the signature it is not signed at all.
        var bare = card
        bare.participant.keyChange = nil
        let third = try fixture.file(amending: first, cell: 7, cards: ["kela": bare])
        #expect(
            throws: AmendingError.refused(path: "study.yaml", .otherKeys(participant: "kela"))
        ) {
            _ = try AgreementSigning.sign(third, path: "study.yaml", home: home, output: nil, former: nil)
        }
        #expect(try home.agreements().load(AgreementID(ofFile: third)) == nil)
    }

    @Test("A mixture of both keys is told by what does not fit")
    func mixture() throws {
        let fixture = try AmendmentFixture()
        try KeyRing.rotate(in: fixture.home.directory, .init(validityDays: 30), isLost: false)
        let home = try Home(at: fixture.home.directory.path, roles: [.authority])
        var mixed = ParticipantCard(home.keys.participant)
        mixed.participant.tlsPin = home.keyRing.former[0].tlsPin
        let agreement = try Agreement.parse(try fixture.file(cards: ["kela": mixed]))
        #expect(throws: HomeError.otherKeys(path: "x", id: "kela", what: "TLS key")) {
            try AgreementStore.check(agreement, path: "x", keys: home.keyRing)
        }
    }

    @Test("A second change waits for the end of the first")
    func oneAtATime() throws {
        try rotate()
        #expect(throws: KeyError.rotating(path: directory.file("keys"))) { try rotate() }
        try KeyRing.destroy("keys", in: directory)
        #expect(try directory.names().filter { $0.hasPrefix("keys") } == ["keys-2"])
        #expect(try home().keyRing.former.isEmpty)
        #expect(try home().keyRing.card().participant.keyChange == nil)
        try rotate()
        #expect(try home().keys.path == directory.file("keys-3"))
    }

    @Test("A lost key signs nothing, and the participant goes on with its state")
    func lost() throws {
        let before = try home()
        try before.state().put(.operationsLog, [7])
        try FileManager.default.removeItem(atPath: directory.file("keys/signing.key"))
        #expect(throws: KeyError.missing(path: directory.file("keys/signing.key"))) { try home() }
        try rotate(isLost: true)
        let after = try home()
        #expect(after.keyRing.former.isEmpty)
        #expect(try after.keyRing.card().participant.keyChange == .lost)
        #expect(try after.state().get(.operationsLog) == [7])
        // It may be the reason for the next ones, too.
        try rotate(isLost: true)
        #expect(try home().keys.path == directory.file("keys-3"))
        try KeyRing.destroy("keys", in: directory)
        try KeyRing.destroy("keys-2", in: directory)
        #expect(try home().keyRing.card().participant.keyChange == nil)
    }

    @Test("Whatever a killed program left is no key, and goes")
    func killed() throws {
        try FileManager.default.createDirectory(
            atPath: directory.file("keys-2~"), withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        try Data([1]).write(to: URL(fileURLWithPath: directory.file("keys-2~/signing.key")))
        #expect(try home().keyRing.all.count == 1)
        let made = try rotate()
        #expect(try home().keys.participant == made.participant)
        #expect(!FileStatus.exists(directory.file("keys-2~")))
        // Between saying that the key is lost and the new ones' name.
        try AtomicFile.write([], to: directory.file("keys/lost"))
        try AtomicFile.write([], to: directory.file("keys-2/lost"))
        #expect(throws: KeyError.allLost(path: directory.file("keys-2"))) { try home() }
        try rotate(isLost: true)
        #expect(try home().keys.path == directory.file("keys-3"))
        try Directory.move(directory.file("keys"), to: directory.file("keys~"))
        try KeyRing.removeLeft(in: directory)
        #expect(!FileStatus.exists(directory.file("keys~")) && FileStatus.exists(directory.file("keys-3")))
    }

    @Test("Another participant's keys beside one's own are refused")
    func foreign() throws {
        _ = try KeyDirectory.create(
            at: directory.file("keys-2"), id: "vero", name: "Vero", role: .authority, validityDays: 30)
        #expect(throws: KeyError.otherOwner(path: directory.file("keys"), newest: directory.file("keys-2"))) {
            try home()
        }
        // Names that are none are not looked at.
        try Directory.move(directory.file("keys-2"), to: directory.file("keys-02"))
        #expect(try home().keyRing.all.count == 1)
    }

    @Test("A renewed certificate is for the same key, whoever signs it")
    func renewed() throws {
        let before = try home().keys
        let after = try before.renewingCertificate(alternativeNames: nil, validityDays: 400)
        #expect(after.tlsPin == before.tlsPin && after.certificateNotAfter > before.certificateNotAfter)
        #expect(try TLSCertificate.alternativeNames(at: after.path) == ["kela.example"])
        let moved = try before.renewingCertificate(alternativeNames: ["new.example", "192.0.2.9"], validityDays: 10)
        #expect(moved.tlsPin == before.tlsPin)
        #expect(try TLSCertificate.alternativeNames(at: after.path) == ["new.example", "192.0.2.9"])
        try rotate(hosts: ["third.example", "2001:db8::7"])
        #expect(try TLSCertificate.alternativeNames(at: home().keys.path) == ["third.example", "2001:db8::7"])
    }
}
