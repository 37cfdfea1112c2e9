public import Values

/// What is wrong with a carried disk, or with carrying. Each case says what to do.
public enum CourierError: Error, Sendable, Equatable {
    /// There is no manifest, or none that this version can read.
    case notADisk(path: String)
    /// The manifest is not signed by the key that it names.
    case badSignature(path: String)
    /// The disk is for somebody else than who takes it.
    case forAnother(path: String, to: ParticipantID, expected: ParticipantID)
    /// The disk is by somebody from whom nothing is taken.
    case fromAnother(path: String, from: ParticipantID, expected: String)
    /// Files are missing, altered or too many, a sentence each.
    case damaged(path: String, faults: [String])
    /// A later disk has been taken. Times are seconds since 1970.
    case older(path: String, made: Int64, last: Int64)
    /// It was made so many seconds from now.
    case early(path: String, seconds: Int64)
    /// A board on the disk does not go on from the one that was brought before.
    case forked(round: RoundID)
    case exists(path: String)
    /// Something under `courier/` is not what was written there.
    case damagedMailbox(path: String)
    /// Single cells can be asked for over a connection only.
    case cellsNotCarried
}

extension CourierError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notADisk(let path):
            return "\(path) is no list of what `courier out` writes: give the directory that holds "
                + "\(CourierManifest.name), made by a program of this version"
        case .badSignature(let path):
            return "\(path) does not have its sender's signature: somebody changed it. Nothing was taken; have it "
                + "carried again"
        case .forAnother(let path, let to, let expected):
            return "\(path) is for \(to), not for \(expected): the disk was mixed up, or \(expected) has other keys "
                + "now. Nothing was taken"
        case .fromAnother(let path, let from, let expected):
            return "\(path) is from \(from), and only what \(expected) sends is taken here. Nothing was taken"
        case .damaged(let path, let faults):
            return "what is in \(path) is not what was sent. Nothing was taken; have it carried again\n"
                + faults.joined(separator: "\n")
        case .older(let path, let made, let last):
            return "\(path) was made \(last - made) seconds before one that was taken already: it has nothing new. "
                + "Nothing was taken; carry the latest"
        case .early(let path, let seconds):
            return "\(path) was made \(seconds) seconds from now: compare the clocks of both machines. Nothing was "
                + "taken; have it made again when they are right"
        case .forked(let round):
            return "the board of round \(round) on the disk does not go on from the one that was brought before: the "
                + "coordinator shows another one. Nothing was taken; ask its operator, and tell the others"
        case .exists(let path): return "\(path) exists already: name a new directory"
        case .damagedMailbox(let path):
            return "\(path) is not what this program wrote there: have everything carried again, after removing it"
        case .cellsNotCarried:
            return "single cells cannot be fetched by courier: the agreement needs `vault_access: whole`"
        }
    }
}
