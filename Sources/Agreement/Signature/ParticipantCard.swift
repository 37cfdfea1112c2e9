internal import StrictYAML

/// What a participant tells the others about itself: its name, its role and its public keys. Nothing in it is secret.
///
/// A card is a YAML file of the same fields as an entry under an agreement's `participants`.
public struct ParticipantCard: Sendable, Equatable {
    public var participant: Participant

    public init(_ participant: Participant) { self.participant = participant }

    /// Reads a card's file as strictly as an agreement.
    ///
    /// - Throws: every mistake at once.
    public static func parse(_ bytes: [UInt8]) throws(AgreementError) -> ParticipantCard {
        let mistakes = MistakeCollector()
        let participant = YAMLDocument.read(bytes, mistakes).flatMap { value -> Participant? in
            guard let fields = MappingReader(value, path: "", known: Participant.fields, mistakes) else { return nil }
            var entry = ParticipantList.Entry(place: fields.place, path: "")
            return Participant.read(fields, &entry)
        }
        guard let participant, mistakes.mistakes.isEmpty else {
            throw AgreementError(document: .participantCard, mistakes: mistakes.sorted)
        }
        return ParticipantCard(participant)
    }

    /// The card's file, which `parse` reads back.
    public var yaml: String { lines.map { $0 + "\n" }.joined() }

    /// One field a line.
    public var lines: [String] {
        [
            "id: \(participant.id)",
            "name: \(YAMLText.quoted(participant.name))",
            "role: \(participant.role.rawValue)",
            "signing_key: \(ParticipantKey.signing.text(participant.signingKey))",
            "hpke_key: \(ParticipantKey.hpke.text(participant.hpkeKey))",
            "tls_pin: \(ParticipantKey.tlsPin.text(participant.tlsPin))",
        ] + (participant.keyChange.map { [$0.line] } ?? [])
    }
}
