internal import Agreement
internal import Files
internal import Foundation
internal import PSIProtocol
internal import StrictYAML
internal import Values

/// `participant.yaml` of a key directory: who the keys are for, and their public halves. Written last, so that its
/// presence says that the directory is complete.
struct ParticipantFile: Equatable {
    static let name = "participant.yaml"

    var id: ParticipantID
    var name: String
    var role: ParticipantRole
    var signingKey: String
    var hpkeKey: String
    var tlsPin: String

    var text: String {
        """
        # The public side of this directory's keys. Nothing here is secret.
        sidos_participant: 1
        id: \(id)
        name: \(YAMLText.quoted(name))
        role: \(role.rawValue)
        signing_key: \(signingKey)
        hpke_key: \(hpkeKey)
        tls_pin: \(tlsPin)

        """
    }

    static func read(in directory: PrivateDirectory) throws(KeyError) -> ParticipantFile {
        let path = directory.file(Self.name)
        do throws(ConfigurationError) {
            return try ConfigurationFile.decode(path: path) { root in
                _ = root.int("sidos_participant", in: 1...1)
                return ParticipantFile(
                    id: root.string("id"), name: root.string("name"),
                    role: root.enumeration("role", ParticipantRole.self), signingKey: root.string("signing_key"),
                    hpkeKey: root.string("hpke_key"), tlsPin: root.string("tls_pin"))
            }
        } catch {
            if let cause = error.cause {
                if case .notFound = cause { throw .missing(path: path) }
                throw .file(cause)
            }
            let sentences = error.mistakes.map(\.description).joined(separator: " ")
            throw .malformed(path: path, reason: sentences.hasSuffix(".") ? String(sentences.dropLast()) : sentences)
        }
    }

    static func check(id: ParticipantID, name: String) throws(KeyError) {
        guard IdentifierForm.party.allows(id) else { throw .badParticipantID(id) }
        guard !name.allSatisfy(\.isWhitespace), name.count <= 200,
            !name.unicodeScalars.contains(where: { $0.properties.generalCategory == .control })
        else { throw .badName }
    }
}
