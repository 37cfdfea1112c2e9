internal import StrictYAML

/// Participants as far as they could be read, for the checks that need only a part of them.
struct ParticipantList {
    struct Entry {
        var id: Located<String>?
        var role: Located<ParticipantRole>?
        var place: YAMLPlace
        var path: String
    }

    var entries: [Entry] = []
    /// Nil if any could not be read.
    var complete: [Participant]?

    /// Authorities and mixers; nil if a role could not be read.
    var ringCount: Int? {
        guard !entries.isEmpty, entries.allSatisfy({ $0.role != nil }) else { return nil }
        return entries.filter { $0.role?.value == .authority || $0.role?.value == .mixer }.count
    }

    var ids: [String] { entries.compactMap { $0.id?.value } }

    func entry(_ id: String) -> Entry? { entries.first { $0.id?.value == id } }
}

extension Participant {
    static let fields = ["id", "name", "role", "signing_key", "hpke_key", "tls_pin", "rotated", "key_lost"]

    /// Reads one participant's fields; `entry` gets the id and role even if others cannot be read.
    static func read(_ fields: MappingReader, _ entry: inout ParticipantList.Entry) -> Participant? {
        entry.id = fields.identifier("id", .party)
        let name = fields.text("name", "the organisation's name", limit: 200)
        entry.role = fields.choice("role")
        let signingKey = key(fields, "signing_key", .signing)
        let hpkeKey = key(fields, "hpke_key", .hpke)
        let tlsPin = key(fields, "tls_pin", .tlsPin)
        let change = KeyChange.read(fields)
        guard let id = entry.id, let name, let role = entry.role, let signingKey, let hpkeKey, let tlsPin, let change
        else { return nil }
        return Participant(
            id: id.value, name: name.value, role: role.value, signingKey: signingKey, hpkeKey: hpkeKey, tlsPin: tlsPin,
            keyChange: change.value)
    }

    private static func key(_ fields: MappingReader, _ name: String, _ kind: ParticipantKey) -> [UInt8]? {
        let what = "the value from the participant's card, beginning with '\(kind.rawValue):'"
        guard let value = fields.required(name, what), let text = fields.scalar(value, fields.path(of: name), what)
        else {
            return nil
        }
        do throws(ParticipantKeyError) {
            return try ParticipantKey.parse(text.value, as: kind)
        } catch {
            fields.mistakes.add(text.place, text.path, "\(error)")
            return nil
        }
    }
}

extension KeyChange {
    private static let prefix = "ed25519-signature:"

    /// The field that says it, as in a card.
    var line: String { signatureText.map { "rotated: \($0)" } ?? "key_lost: true" }

    /// `ed25519-signature:BASE64`; nil where the key was lost.
    public var signatureText: String? {
        guard case .rotated(let signature) = self else { return nil }
        return Self.prefix + StrictBase64.encode(signature)
    }

    /// Where nothing is said, `value` is nil.
    struct Reading { var value: KeyChange? }

    /// Reads `rotated` and `key_lost`.
    ///
    /// - Returns: nil after a mistake.
    static func read(_ fields: MappingReader) -> Reading? {
        let isLost = fields.flag("key_lost", standard: false)
        guard fields.has("rotated") else { return isLost.map { Reading(value: $0 ? .lost : nil) } }
        let what = "the signature from the participant's card, beginning with '\(prefix)'"
        guard let isLost, let value = fields.required("rotated", what),
            let text = fields.scalar(value, fields.path(of: "rotated"), what)
        else { return nil }
        guard !isLost else {
            fields.fail(
                "key_lost", "With a lost key nothing can be signed. Remove key_lost, or rotated if the key was lost.")
            return nil
        }
        let utf8 = Array(text.value.utf8.prefix(256))
        guard utf8.starts(with: prefix.utf8), let signature = StrictBase64.decode(utf8.dropFirst(prefix.utf8.count)),
            signature.count == 64
        else {
            fields.fail(
                "rotated",
                "This is no '\(prefix)' and 64 bytes in base64. Copy it from the participant's card again, whole.")
            return nil
        }
        return Reading(value: .rotated(signature))
    }
}

extension AgreementReader {
    func readParticipants(release: ReleaseMode?) -> ParticipantList {
        var list = ParticipantList()
        guard
            let items = root.list(
                "participants", limit: AgreementLimits.participants, isRequired: true,
                "the authorities, mixers, coordinator and research environment")
        else { return list }
        var read: [Participant] = []
        var keyOwners: [[UInt8]: String] = [:]
        for item in items {
            var entry = ParticipantList.Entry(place: item.value.place, path: item.path)
            if let fields = MappingReader(item.value, path: item.path, known: Participant.fields, mistakes) {
                let participant = Participant.read(fields, &entry)
                if let participant {
                    read.append(participant)
                    checkKeyChange(participant, fields)
                    checkKeysAreNew(participant, fields, &keyOwners)
                }
                if let id = entry.id, list.ids.contains(id.value) {
                    mistakes.add(
                        id.place, id.path, "Another participant has the id \(id.value). Choose an id for each.")
                }
            }
            list.entries.append(entry)
        }
        list.complete = read.count == items.count ? read : nil
        checkRoles(list, release: release)
        return list
    }

    /// In a study's first agreement nothing can have changed.
    private func checkKeyChange(_ participant: Participant, _ fields: MappingReader) {
        guard let change = participant.keyChange, !root.has("amends") else { return }
        let field = if case .rotated = change { "rotated" } else { "key_lost" }
        fields.fail(field, "There are no former keys without 'amends'. Remove this line, or write 'amends'.")
    }

    private func checkKeysAreNew(_ participant: Participant, _ fields: MappingReader, _ owners: inout [[UInt8]: String])
    {
        let values = [
            ("signing_key", participant.signingKey), ("hpke_key", participant.hpkeKey), ("tls_pin", participant.tlsPin),
        ]
        for (name, value) in values {
            if let owner = owners[value] {
                fields.fail(
                    name,
                    "\(owner) has the same value. Every participant has keys of its own; ask for the card again.")
            } else {
                owners[value] = participant.id
            }
        }
    }

    private func checkRoles(_ list: ParticipantList, release: ReleaseMode?) {
        let place = root.place(of: "participants")
        func having(_ role: ParticipantRole) -> [ParticipantList.Entry] {
            list.entries.filter { $0.role?.value == role }
        }
        let rolesKnown = list.entries.allSatisfy { $0.role != nil }
        for role in [ParticipantRole.coordinator, .research] {
            for second in having(role).dropFirst() {
                mistakes.add(
                    second.role?.place ?? second.place, second.path + ".role",
                    "There is another participant with the role \(role.rawValue). Only one can have it.")
            }
        }
        guard rolesKnown else { return }
        if having(.coordinator).isEmpty {
            mistakes.add(place, "participants", "No participant has the role coordinator. Add the coordinator's card.")
        }
        if release == .rows, having(.research).isEmpty {
            mistakes.add(
                place, "participants",
                "No participant has the role research, and 'release: rows' needs one. "
                    + "Add the research environment's card, or write 'release: none'.")
        }
        let count = having(.authority).count + having(.mixer).count
        if !AgreementLimits.ringNodes.contains(count) {
            mistakes.add(
                place, "participants",
                "There are \(count) authorities and mixers; there must be from \(AgreementLimits.ringNodes.lowerBound) "
                    + "to \(AgreementLimits.ringNodes.upperBound). Add or remove participants.")
        }
    }
}
