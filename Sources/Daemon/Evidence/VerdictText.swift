public import PSIProtocol
public import Values

extension Complained {
    /// What it says, for people.
    public func sentence(by accuser: ParticipantID) -> String {
        let place = register.map { " (\($0), stage \(stage ?? 0))" } ?? ""
        return "\(accuser) accuses \(against) of \(code.rawValue)\(place)"
    }
}

extension EvidenceVerdict {
    /// What it says, for people.
    public func sentence(on complaint: Complained, by accuser: ParticipantID) -> String {
        switch self {
        case .atFault(let guilty, let code) where guilty == complaint.against:
            return "\(guilty) is at fault: \(code.sentence)"
        case .atFault(let guilty, let code):
            return "\(guilty) is at fault, not \(complaint.against): \(code.sentence)"
        case .unfounded: return "\(accuser) is at fault: what \(complaint.against) did is right"
        case .undecided(.missingStream(let name)): return "Not decided: there is no \(name)"
        case .undecided(.otherStream(let name)):
            return
                "Not decided: stream \(name) is not the one whose digest stands on the board. Ask another reader for it"
        case .undecided(.notOnBoard): return "Not decided: the board does not have what this is about"
        case .undecided(.missingSecret):
            return "Not decided: secrets.json lacks a secret, or has another than the board has the digest of"
        case .undecided(.readable):
            return "Not decided: the streams can be read here. \(accuser), \(complaint.against) or the coordinator "
                + "is at fault"
        }
    }
}

extension ComplaintCode {
    /// What is wrong, for people.
    public var sentence: String {
        switch self {
        case .proofMalformed: "the proof is not one"
        case .proofWrong: "the proof does not hold"
        case .tagsWrong: "the tags are not those of the proved list"
        case .wrongCount: "the list is of another length than was announced"
        case .wrongDigest: "the list is another than was announced"
        case .notIncreasing: "the list is out of order, or has something twice"
        case .invalidElement: "the list has something that is no element"
        case .invalidCapsule: "the list has something that is no capsule"
        case .partialRecord: "the list ends within an item"
        case .selectionWrong: "the selection or the counts are not those that the lists give"
        case .sharesWrong: "the shares are not those that were asked for"
        case .streamUnreadable: "the stream cannot be read"
        }
    }
}
