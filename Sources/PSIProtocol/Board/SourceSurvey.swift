internal import Crypto
internal import Foundation
public import Values

/// What an owner read of a register and what it refused, in counts only: for the research environment's report. [P-48]
public struct SourceSurvey: Sendable, Equatable, Codable {
    public var people: Int
    public var rowsRead: Int
    public var rowsKept: Int
    /// Refused rows by reason; in a survey that is sent, as the agreement lets counts be published.
    public var refused: [String: Int]
    /// Rows by what their identity code is.
    public var codes = CodeCounts()
    /// By match key in the agreement's order; empty where there is only the identity code.
    public var keys: [KeyCounts] = []
    public var history = HistoryCounts()
    /// Rows by year, ascending, if the agreement names a column for it; rows without a year come last.
    public var years: [Breakdown] = []
    /// Rows by group, those of most rows first, if the agreement names a column for it.
    public var groups: [Breakdown] = []

    /// Rows whose code is official, temporary, missing or invalid; in a survey that is sent, as the agreement lets
    /// counts be published, −1 standing for one that is withheld.
    public struct CodeCounts: Sendable, Equatable, Codable {
        public var official = 0
        public var temporary = 0
        public var missing = 0
        public var invalid = 0
        /// Codes among the first two that were read after a look-alike character was understood.
        public var repaired = 0

        public init() {}

        public var rows: Int { official + temporary + missing + invalid }

        public mutating func add(_ other: CodeCounts) {
            official += other.official
            temporary += other.temporary
            missing += other.missing
            invalid += other.invalid
            repaired += other.repaired
        }
    }

    /// How many people have a value under a match key, and how many of them share it with somebody of the same
    /// register.
    public struct KeyCounts: Sendable, Equatable, Codable {
        public var present = 0
        public var shared = 0

        public init() {}
    }

    /// What the register's identity history says.
    public struct HistoryCounts: Sendable, Equatable, Codable {
        /// Former codes known.
        public var codes = 0
        /// People found under a former code or with one.
        public var people = 0
        /// Former codes with several successors; they are left as they are.
        public var conflicts = 0
        /// Codes that are each other's successors in a circle.
        public var cycles = 0

        public init() {}
    }

    public struct Breakdown: Sendable, Equatable, Codable {
        /// A year in decimal, a group's value, `other` for all that found no place, or empty for rows without a value.
        public var value: String
        public var codes: CodeCounts

        public init(value: String, codes: CodeCounts) {
            self.value = value
            self.codes = codes
        }
    }

    public static let withheld = PublishedLinkage.withheld
    /// The value that stands for all those that are not told apart.
    public static let other = "other"
    /// Years and groups that are told apart; the rest are `other`.
    public static let mostYears = 40
    public static let mostGroups = 24

    public init(people: Int, rowsRead: Int, rowsKept: Int, refused: [String: Int]) {
        self.people = people
        self.rowsRead = rowsRead
        self.rowsKept = rowsKept
        self.refused = refused
    }

    /// JSON is padded with spaces to this length, so that its size says nothing.
    private static let paddedByteCount = 16_384
    static let sealedByteCount = paddedByteCount + 16

    /// AES-256-GCM under a key of this purpose only, derived from s_iR, so the nonce is zero.
    func sealed(under secret: SymmetricKey, register: RegisterID, round: RoundID) throws -> [UInt8] {
        let json = try CanonicalJSON.encodePadded(self, byteCount: Self.paddedByteCount)
        let box = try AES.GCM.seal(
            json, using: Self.key(secret, register, round), nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12))
        )
        return Array(box.ciphertext) + Array(box.tag)
    }

    /// Opens a survey that the owner sealed.
    ///
    /// - Throws: `SealedSecretError.doesNotOpen`, or `.malformed` for anything but the one form of a survey.
    // Not inlined: the optimiser of Swift 6.3 aborts on a temporary secret lent to an inlined initialiser.
    @inline(never)
    public init(
        sealed bytes: [UInt8], secret: borrowing SecretBytes, register: RegisterID, round: RoundID
    ) throws(SealedSecretError) {
        guard bytes.count == Self.sealedByteCount,
            let box = try? AES.GCM.SealedBox(
                nonce: AES.GCM.Nonce(data: [UInt8](repeating: 0, count: 12)), ciphertext: bytes.dropLast(16),
                tag: bytes.suffix(16)),
            let json = try? AES.GCM.open(box, using: Self.key(secret.key, register, round))
        else { throw .doesNotOpen }
        guard let survey = CanonicalJSON.decodePadded(SourceSurvey.self, from: json) else { throw .malformed }
        self = survey
    }

    private static func key(_ secret: SymmetricKey, _ register: RegisterID, _ round: RoundID) -> SymmetricKey {
        HKDF<SHA256>.deriveKey(
            inputKeyMaterial: secret, salt: round.bytes, info: Label.survey.bytes + Array(register.utf8),
            outputByteCount: 32)
    }
}
