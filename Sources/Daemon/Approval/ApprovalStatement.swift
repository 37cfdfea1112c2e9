internal import Agreement
internal import Crypto
internal import Foundation
internal import Values

/// What is approved: one document, by its kind and its digest.
public struct ApprovalSubject: Sendable, Hashable {
    public enum Kind: String, Sendable, CaseIterable, Codable {
        /// The study's agreement, or one that amends it.
        case agreement
        /// `config.yaml` and the policy that it names.
        case configuration
        /// Who approves from now on.
        case approvers
        /// Taking part in a round.
        case round
        /// Handing a prepared dataset over.
        case dataset
    }

    public let kind: Kind
    /// SHA-256 of the document, 32 bytes.
    public let digest: [UInt8]

    public init(_ kind: Kind, _ document: [UInt8]) {
        self.kind = kind
        digest = Array(SHA256.hash(data: document))
    }

    /// - Parameter digest: 32 bytes.
    public init(_ kind: Kind, digest: [UInt8]) {
        self.kind = kind
        self.digest = digest
    }
}

/// What an approver says of a subject, before it is signed.
struct ApprovalStatement: Sendable, Equatable, Codable {
    enum Action: String, Sendable, CaseIterable, Codable { case propose, approve, refuse }

    static let byteCountLimit = 4_096
    static let noteLimit = 500

    var version = 1
    /// For whom it is said.
    var participant: ParticipantID
    /// The log's id, in hexadecimal: a statement stands in one log only.
    var log: String
    /// 32 hexadecimal digits that the proposer drew.
    var proposal: String
    var action: Action
    var kind: ApprovalSubject.Kind
    /// The subject's digest, in hexadecimal.
    var subject: String
    /// The approver's id and key, as their card has it.
    var by: String
    var key: String
    /// When the approver's machine says that it was signed.
    var at: String
    /// In the approver's own words; may be empty.
    var note: String

    enum CodingKeys: String, CodingKey {
        case version = "sidos_statement"
        case participant, log, proposal, action, kind, subject, by, key, at, note
    }
}

/// A statement with its signature, as it stands in the log and in a file.
///
/// Signed are a label and the statement's bytes.
struct SignedStatement: Sendable, Equatable {
    private static let label = Array("SIDOS-V1 approval".utf8) + [0]

    let statement: ApprovalStatement
    /// JSON with sorted keys and no line breaks.
    let json: String
    /// 64 bytes.
    let signature: [UInt8]
    let approver: Approver

    /// Signs a statement.
    ///
    /// - Parameter sign: Ed25519 by the key that the statement names; returns 64 bytes.
    init(_ statement: ApprovalStatement, signWith sign: ([UInt8]) throws -> [UInt8]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        let json = Array(try encoder.encode(statement))
        let signature = try sign(Self.label + json)
        try self.init(line: Data(signature).base64EncodedString() + " " + String(decoding: json, as: UTF8.self))
    }

    /// Reads `SIGNATURE STATEMENT` and checks the signature by the key that the statement names.
    ///
    /// - Throws: `ApprovalError.malformedStatement`.
    init(line: String) throws(ApprovalError) {
        let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
        guard line.utf8.count <= ApprovalStatement.byteCountLimit, parts.count == 2,
            let signature = Data(base64Encoded: String(parts[0])), signature.count == 64
        else { throw .malformedStatement("it is not one signature and one statement") }
        let json = Array(parts[1].utf8)
        guard let statement = try? JSONDecoder().decode(ApprovalStatement.self, from: Data(json)),
            statement.version == 1, Hex.decode(statement.log)?.count == 32,
            Hex.decode(statement.proposal)?.count == 16, Hex.decode(statement.subject)?.count == 32,
            IdentifierForm.party.allows(statement.by), IdentifierForm.party.allows(statement.participant),
            statement.note.count <= ApprovalStatement.noteLimit,
            let key = try? ParticipantKey.parse(statement.key, as: .signing)
        else { throw .malformedStatement("its fields are not those of a statement") }
        guard let verifying = try? Curve25519.Signing.PublicKey(rawRepresentation: key),
            verifying.isValidSignature(signature, for: Self.label + json)
        else { throw .malformedStatement("its signature is not by the key that it names") }
        self.statement = statement
        self.json = String(parts[1])
        self.signature = Array(signature)
        approver = Approver(id: statement.by, key: key)
    }

    var line: String { Data(signature).base64EncodedString() + " " + json }

    var subject: ApprovalSubject {
        ApprovalSubject(statement.kind, digest: Hex.decode(statement.subject) ?? [])
    }
}
