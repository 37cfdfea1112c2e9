internal import Agreement
internal import Files
internal import StrictYAML
internal import Values

/// A person who approves for a participant.
struct Approver: Sendable, Hashable {
    /// Among the participant's approvers.
    var id: String
    /// Ed25519, 32 bytes.
    var key: [UInt8]
}

/// Who approves for a participant, and how many of them it takes: what `approvers.yaml` says.
struct ApproverSet: Sendable, Equatable {
    static let peopleLimit = 32
    static let byteCountLimit = 1 << 16
    private static let nameLimit = 200

    struct Person: Sendable, Equatable {
        var approver: Approver
        /// As people know them.
        var name: String
    }

    var participant: ParticipantID
    /// How many must approve, besides whoever proposes.
    var needed: Int
    /// Whether each round needs approval besides its agreement.
    var eachRound: Bool
    var people: [Person]

    var approvers: Set<Approver> { Set(people.map(\.approver)) }

    func name(of approver: Approver) -> String? { people.first { $0.approver == approver }?.name }

    // MARK: File

    var text: String {
        var lines = [
            "sidos_approvers: 1", "participant: \(participant)", "needed: \(needed)", "each_round: \(eachRound)",
            "people:",
        ]
        for person in people {
            lines.append("  - id: \(person.approver.id)")
            lines.append("    name: \(YAMLText.quoted(person.name))")
            lines.append("    key: \(ParticipantKey.signing.text(person.approver.key))")
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// - Parameter path: for errors.
    /// - Throws: every mistake at once.
    static func parse(_ bytes: [UInt8], path: String) throws(ConfigurationError) -> ApproverSet {
        try ConfigurationFile.decode(bytes, path: path) { root in
            _ = root.int("sidos_approvers", in: 1...1)
            let set = ApproverSet(
                participant: root.string("participant"), needed: root.int("needed", in: 1...Self.peopleLimit - 1),
                eachRound: root.bool("each_round", default: false),
                people: root.list("people", count: 2...Self.peopleLimit) { Self.person($0) })
            if set.needed >= set.people.count {
                root.reject(
                    "needed",
                    "\(set.needed) people must approve what another one proposes, but only \(set.people.count) are "
                        + "named. Name at least \(set.needed + 1), or need fewer.")
            }
            if Set(set.people.map(\.approver.id)).count < set.people.count {
                root.reject("people", "Two people have one id. Give each their own.")
            }
            if Set(set.people.map(\.approver.key)).count < set.people.count {
                root.reject("people", "Two people have one key. Each needs a key of their own.")
            }
            return set
        }
    }

    /// Also of a card, which is one person alone.
    fileprivate static func person(_ mapping: StrictMapping) -> Person {
        let id = mapping.value("id", expected: IdentifierForm.party.rule, standIn: "") {
            IdentifierForm.party.allows($0) ? $0 : nil
        }
        let name = mapping.value("name", expected: "a name of 1 to \(Self.nameLimit) characters", standIn: "") {
            Self.isName($0) ? $0 : nil
        }
        let key = mapping.value("key", expected: "ed25519: and a public key in base64", standIn: []) {
            try? ParticipantKey.parse($0, as: .signing)
        }
        return Person(approver: Approver(id: id, key: key), name: name)
    }

    static func isName(_ text: String) -> Bool {
        text.count <= nameLimit && !text.allSatisfy(\.isWhitespace)
            && text.unicodeScalars.allSatisfy(YAMLText.isAllowed)
    }
}

/// What an approver tells about themselves: a file beside their key, nothing in it secret.
struct ApproverCard {
    var person: ApproverSet.Person

    var text: String {
        """
        sidos_approver: 1
        id: \(person.approver.id)
        name: \(YAMLText.quoted(person.name))
        key: \(ParticipantKey.signing.text(person.approver.key))

        """
    }

    init(person: ApproverSet.Person) { self.person = person }

    init(_ bytes: [UInt8], path: String) throws(ConfigurationError) {
        person = try ConfigurationFile.decode(bytes, path: path) { root in
            _ = root.int("sidos_approver", in: 1...1)
            return ApproverSet.person(root)
        }
    }
}
