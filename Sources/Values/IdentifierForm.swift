/// The forms that identifiers have.
public enum IdentifierForm {
    /// 1…32 of a–z, 0–9, `_`, `-`, beginning with a letter: participants and studies.
    case party
    /// 1…64 of a–z, 0–9, `_`, beginning with a letter: registers, cohorts, columns, match keys.
    case name

    public var rule: String {
        switch self {
        case .party: "1 to 32 of a-z, 0-9, _ and -, beginning with a letter"
        case .name: "1 to 64 of a-z, 0-9 and _, beginning with a letter"
        }
    }

    public func allows(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard let first = bytes.first, (97...122).contains(first), bytes.count <= (self == .party ? 32 : 64) else {
            return false
        }
        return bytes.allSatisfy {
            (97...122).contains($0) || (48...57).contains($0) || $0 == UInt8(ascii: "_")
                || (self == .party && $0 == UInt8(ascii: "-"))
        }
    }
}
