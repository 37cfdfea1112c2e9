public import Crypto
internal import StrictYAML
public import Values

/// A participant's Ed25519 signature of an agreement's file, kept beside the file.
///
/// Signed are the label and the file's exact bytes, so the signature says nothing about any other kind of message.
/// [A-20] to [A-24].
public struct AgreementSignature: Sendable, Equatable {
    /// The label and a zero byte, before the file's bytes.
    static let label = Array("SIDOS-V1 agreement signature".utf8) + [0]
    /// Longest signature file that is read.
    public static let byteLimit = 1024

    /// SHA-256 of the file that was signed, as the signer says.
    public let agreement: AgreementID
    public let participant: ParticipantID
    /// 64 bytes.
    public let signature: [UInt8]

    /// A signature that came from elsewhere, to be checked by `verify`.
    public init(agreement: AgreementID, participant: ParticipantID, signature: [UInt8]) {
        self.agreement = agreement
        self.participant = participant
        self.signature = signature
    }

    /// What a participant signs: `"SIDOS-V1 agreement signature" 0x00 ‖ file`.
    public static func message(forFile bytes: [UInt8]) -> [UInt8] { label + bytes }

    /// Signs a file, with the key wherever it is kept.
    ///
    /// - Parameter sign: Ed25519 over the bytes that it gets; returns 64 bytes.
    /// - Throws: what `sign` throws. A result of another length is kept and fails `verify`.
    public init<Failure: Error>(
        file bytes: [UInt8], participant: ParticipantID, signWith sign: ([UInt8]) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let signature = try sign(Self.message(forFile: bytes))
        self.init(agreement: AgreementID(ofFile: bytes), participant: participant, signature: signature)
    }

    /// Signs a file with a key held in memory.
    public init(
        file bytes: [UInt8], participant: ParticipantID, key: Curve25519.Signing.PrivateKey
    ) throws {
        try self.init(file: bytes, participant: participant) { Array(try key.signature(for: $0)) }
    }

    /// Checks that this is the participant's signature of this file, by the key that the agreement pins.
    ///
    /// - Parameters:
    ///   - bytes: the agreement file's exact bytes.
    ///   - agreement: what they mean.
    public func verify(file bytes: [UInt8], agreement parsed: Agreement) throws(AgreementSignatureError) {
        guard let signer = parsed.participant(participant) else {
            throw .unknownParticipant(
                participant, suggestion: NearName.of(participant, among: parsed.participants.map(\.id)))
        }
        guard agreement == AgreementID(ofFile: bytes) else {
            throw .otherAgreement(participant: participant, signed: agreement)
        }
        guard signature.count == 64, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: signer.signingKey),
            key.isValidSignature(signature, for: Self.message(forFile: bytes))
        else { throw .badSignature(participant: participant) }
    }

    // MARK: File

    /// The signature file: one JSON object and a line feed.
    public var json: [UInt8] {
        Array(
            """
            {"sidos_signature":1,"agreement":"\(agreement)","participant":"\(participant)",\
            "signature":"\(StrictBase64.encode(signature))"}

            """.utf8)
    }

    /// Reads a signature file: the four fields, each once, in any order, and nothing else.
    public init(json bytes: [UInt8]) throws(AgreementSignatureError) {
        guard bytes.count <= Self.byteLimit else { throw .malformed("it is longer than \(Self.byteLimit) bytes") }
        guard let fields = FlatJSON.read(bytes) else {
            throw .malformed("it is not a JSON object of plain texts and numbers, each field once")
        }
        let known = ["sidos_signature", "agreement", "participant", "signature"]
        if let unknown = fields.keys.sorted().first(where: { !known.contains($0) }) {
            throw .malformed("the field \(MappingReader.shown(unknown)) is unknown")
        }
        if let missing = known.first(where: { fields[$0] == nil }) {
            throw .malformed("the field '\(missing)' is missing")
        }
        guard fields["sidos_signature"] == .number("1") else { throw .malformed("'sidos_signature' must be 1") }
        guard case .text(let hex)? = fields["agreement"], let agreement = AgreementID(hex: hex) else {
            throw .malformed("'agreement' must be 64 hexadecimal digits in lower case")
        }
        guard case .text(let participant)? = fields["participant"], IdentifierForm.party.allows(participant) else {
            throw .malformed("'participant' must be \(IdentifierForm.party.rule)")
        }
        guard case .text(let base64)? = fields["signature"], let signature = StrictBase64.decode(Array(base64.utf8)),
            signature.count == 64
        else { throw .malformed("'signature' must be 64 bytes in base64") }
        self.init(agreement: agreement, participant: participant, signature: signature)
    }
}

/// Why a signature was refused.
public enum AgreementSignatureError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The file is no signature; says how.
    case malformed(String)
    /// The agreement names no such participant.
    case unknownParticipant(ParticipantID, suggestion: ParticipantID?)
    /// The signature is for another file.
    case otherAgreement(participant: ParticipantID, signed: AgreementID)
    /// The signature was not made over this file with the participant's pinned key.
    case badSignature(participant: ParticipantID)

    public var description: String {
        switch self {
        case .malformed(let how): "The signature file cannot be read: \(how). Ask the signer for it again."
        case .unknownParticipant(let id, let suggestion):
            "The signature is by \(id), whom the agreement does not name"
                + (suggestion.map { "; it names \($0)." } ?? ".")
        case .otherAgreement(let id, let signed):
            "The signature by \(id) is for another agreement, \(signed). Both sides must sign the same bytes."
        case .badSignature(let id):
            "The signature by \(id) is not valid for this file and the key that the agreement pins for \(id)."
        }
    }
}

/// An agreement's file and the signatures gathered for it.
public struct SignedAgreement: Sendable, Equatable {
    /// The file's exact bytes.
    public var bytes: [UInt8]
    public var signatures: [AgreementSignature]

    public init(bytes: [UInt8], signatures: [AgreementSignature]) {
        self.bytes = bytes
        self.signatures = signatures
    }

    public var id: AgreementID { AgreementID(ofFile: bytes) }

    /// The agreement, if every participant has signed it and no signature is wrong.
    ///
    /// - Throws: everything that is missing or wrong, at once.
    public func verify() throws(SignedAgreementError) -> Agreement {
        let agreement: Agreement
        do throws(AgreementError) {
            agreement = try Agreement.parse(bytes)
        } catch {
            throw .agreement(error)
        }
        var faults: [AgreementSignatureError] = []
        var signers: Set<ParticipantID> = []
        for signature in signatures {
            do throws(AgreementSignatureError) {
                try signature.verify(file: bytes, agreement: agreement)
                signers.insert(signature.participant)
            } catch {
                faults.append(error)
            }
        }
        let missing = agreement.participants.map(\.id).filter { id in
            !signers.contains(id) && !signatures.contains { $0.participant == id }
        }
        guard missing.isEmpty, faults.isEmpty else { throw .signatures(missing: missing, faults: faults) }
        return agreement
    }
}

/// Why a signed agreement is not in force.
public enum SignedAgreementError: Error, Sendable, Equatable, CustomStringConvertible {
    case agreement(AgreementError)
    /// Participants without any signature, in the agreement's order, and the signatures that are wrong.
    case signatures(missing: [ParticipantID], faults: [AgreementSignatureError])

    public var description: String {
        switch self {
        case .agreement(let error): return error.description
        case .signatures(let missing, let faults):
            let lines = missing.isEmpty ? [] : ["Not signed yet by: \(missing.joined(separator: ", "))."]
            return (["the agreement is not signed by all"] + (lines + faults.map(\.description)).map { "  \($0)" })
                .joined(separator: "\n")
        }
    }
}

/// Whether a round may be opened on a day.
public enum AgreementValidity: Sendable, Equatable {
    case inForce
    case notYet(from: CalendarDate)
    case expired(until: CalendarDate)
}

extension Agreement {
    /// Both the first and the last day are days of validity. The caller decides whose day it is; nodes use UTC.
    public func validity(on day: CalendarDate) -> AgreementValidity {
        if day < validFrom { return .notYet(from: validFrom) }
        if day > validUntil { return .expired(until: validUntil) }
        return .inForce
    }
}
