public import Agreement
internal import Crypto
public import Files
public import Foundation

/// A participant's keys: those that it has made last and, until everybody has agreed on them, those before.
///
/// ```
/// keys/    the first ones
/// keys-2/  those that `keys rotate` has made, and so on; each a whole key directory
/// ```
///
/// Each agreement pins one of them. All have the same state key, since it is the machine's.
public struct KeyRing: Sendable {
    /// The newest.
    public let current: KeyDirectory
    /// Those before that can be used, the newest first.
    public let former: [KeyDirectory]
    /// Whether the signing key before the current one was lost.
    let isAfterLoss: Bool

    public var all: [KeyDirectory] { [current] + former }

    static let firstName = "keys"
    /// In a key directory whose signing key was lost.
    static let lostName = "lost"

    /// Opens every key directory in a participant's directory.
    ///
    /// - Throws: as `KeyDirectory.open`; `KeyError.allLost`, `.otherOwner`.
    public init(in home: PrivateDirectory) throws(KeyError) {
        let names: [String]
        do throws(FileError) { names = try Self.names(in: home) } catch { throw .file(error) }
        let usable = names.filter { !FileStatus.exists(home.file("\($0)/\(Self.lostName)")) }
        if usable.isEmpty, let lost = names.first { throw .allLost(path: home.file(lost)) }
        let newest = try KeyDirectory.open(at: home.file(usable.first ?? Self.firstName))
        var former: [KeyDirectory] = []
        for name in usable.dropFirst() {
            let keys = try KeyDirectory.open(at: home.file(name))
            guard keys.id == newest.id, keys.role == newest.role, keys.stateKey == newest.stateKey else {
                throw .otherOwner(path: keys.path, newest: newest.path)
            }
            former.append(keys)
        }
        self.init(current: newest, former: former, isAfterLoss: usable.count < names.count)
    }

    init(current: KeyDirectory, former: [KeyDirectory] = [], isAfterLoss: Bool = false) {
        self.current = current
        self.former = former
        self.isAfterLoss = isAfterLoss
    }

    /// The names of key directories in a participant's directory, the newest first.
    static func names(in home: PrivateDirectory) throws(FileError) -> [String] {
        try home.names().compactMap { name in number(name).map { ($0, name) } }.sorted { $0.0 > $1.0 }.map(\.1)
    }

    /// Whether it is the name of a participant's key directory.
    static func isName(_ name: String) -> Bool { number(name) != nil }

    /// 1 for `keys`, 2 for `keys-2`; nil for any other name.
    private static func number(_ name: String) -> Int? {
        if name == firstName { return 1 }
        guard name.hasPrefix("\(firstName)-"), let number = Int(name.dropFirst(firstName.count + 1)),
            (2...999).contains(number), name == self.name(number)
        else { return nil }
        return number
    }

    private static func name(_ number: Int) -> String { number == 1 ? firstName : "\(firstName)-\(number)" }

    // MARK: Which ones

    /// The keys that an agreement pins for this participant; nil if it pins others, or names it not at all.
    public func pinned(by agreement: Agreement) -> KeyDirectory? {
        guard let mine = agreement.participant(current.id) else { return nil }
        return all.first { $0.isPinned(as: mine) }
    }

    /// Those with this TLS pin, 32 bytes.
    public func presenting(_ tlsPin: [UInt8]) -> KeyDirectory? { all.first { $0.tlsPin == tlsPin } }

    /// Those whose public signing key this is.
    public func signing(by key: [UInt8]) -> KeyDirectory? { all.first { $0.participant.signingKey == key } }

    /// The participant as an agreement names it from now on, with the former key's signature of its keys, or that the
    /// former key was lost.
    ///
    /// - Throws: whatever a security module throws that has the former key.
    public func card() throws -> ParticipantCard {
        var participant = current.participant
        if let before = former.first {
            participant.keyChange = .rotated(
                try before.signingKey.sign(KeyRotation.message(from: before.participant, to: participant)))
        } else if isAfterLoss {
            participant.keyChange = .lost
        }
        return ParticipantCard(participant)
    }

    /// Until when all its certificates are valid.
    public var certificateNotAfter: Date { all.map(\.certificateNotAfter).min() ?? current.certificateNotAfter }

    /// - Throws: as `KeyDirectory.checkCertificate`, for the first certificate that is not valid.
    public func checkCertificates(at now: Date = Date()) throws(KeyError) {
        for keys in all { try keys.checkCertificate(at: now) }
    }

    // MARK: New ones

    /// What new keys are made of besides what the participant is.
    struct NewKeys {
        /// Host names and addresses for the TLS certificate; nil for those of the present one.
        var alternativeNames: [String]?
        var validityDays: Int
        var token: SigningToken?

        init(alternativeNames: [String]? = nil, validityDays: Int, token: SigningToken? = nil) {
            self.alternativeNames = alternativeNames
            self.validityDays = validityDays
            self.token = token
        }
    }

    /// Makes new keys beside the present ones.
    ///
    /// - Parameter isLost: whether the present signing key was lost. It is never used again, even if it is found.
    /// - Returns: the new ones' directory.
    /// - Throws: `KeyError`, of which `.rotating` while there are former keys; `FileError`.
    @discardableResult
    static func rotate(in home: PrivateDirectory, _ new: NewKeys, isLost: Bool) throws -> KeyDirectory {
        let names = try names(in: home)
        let newest = names.first ?? firstName
        let (participant, stateKey) = try KeyDirectory.identity(at: home.file(newest))
        let others = names.dropFirst().filter { !FileStatus.exists(home.file("\($0)/\(lostName)")) }
        if let former = others.first { throw KeyError.rotating(path: home.file(former)) }
        let name = name((number(newest) ?? 1) + 1)
        let unfinished = home.file("\(name)~")
        try Directory.removeTree(unfinished)
        let hosts = try new.alternativeNames ?? TLSCertificate.alternativeNames(at: home.file(newest))
        try KeyDirectory.create(
            at: unfinished, id: participant.id, name: participant.name, role: participant.role, alternativeNames: hosts,
            validityDays: new.validityDays, token: new.token, stateKey: stateKey)
        if isLost { try AtomicFile.write([], to: home.file("\(newest)/\(lostName)")) }
        try Directory.move(unfinished, to: home.file(name))
        try Directory.sync(home.path)
        return try KeyDirectory.open(at: home.file(name))
    }

    // MARK: Old ones

    /// Destroys keys for good. What the disk may keep of removed files is not in this program's hands.
    static func destroy(_ name: String, in home: PrivateDirectory) throws(FileError) {
        // Nobody finds half of them under their name.
        let removed = home.file("\(name)~")
        try Directory.removeTree(removed)
        try Directory.move(home.file(name), to: removed)
        try Directory.sync(home.path)
        try Directory.removeTree(removed)
        try Directory.sync(home.path)
    }

    /// Destroys what a killed `destroy` or `rotate` has left.
    static func removeLeft(in home: PrivateDirectory) throws(FileError) {
        for name in try home.names() where name.hasSuffix("~") && isName(String(name.dropLast())) {
            try Directory.removeTree(home.file(name))
        }
    }

    /// Whether the signing key in this directory was lost.
    static func isLost(_ name: String, in home: PrivateDirectory) -> Bool {
        FileStatus.exists(home.file("\(name)/\(lostName)"))
    }
}
