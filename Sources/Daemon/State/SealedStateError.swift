public import Files

/// What is wrong with sealed state, spools or sealed files. Names files, never what is in them.
public enum SealedStateError: Error, Equatable, Sendable {
    case file(FileError)
    /// Altered, cut short, swapped with another file, an older version put back, or sealed under another key.
    case altered(path: String)
    /// The index names this file, but it is gone.
    case vanished(path: String)
    /// In the directory, but not in the index.
    case stray(path: String)
    /// A name that state can't be kept under. Names are fixed by the program, so this is not the operator's mistake.
    case badName(String)
    case tooLarge(name: String, maxByteCount: Int)
    /// The state holds as many values as it can be opened with again.
    case full(maxCount: Int)
    /// A spool's run was read after it had been discarded.
    case discarded
    /// Something was added to a run or file that had been finished.
    case finished
}

extension SealedStateError: CustomStringConvertible {
    public var description: String {
        let advice =
            "someone or something changed this program's state; don't restore it from a backup, "
            + "but find out what happened and give up the rounds that were under way"
        switch self {
        case .file(let error): return error.description
        case .altered(let path):
            return "\(path) was altered, cut short, replaced by an older version or sealed under another key: \(advice)"
        case .vanished(let path): return "\(path) is missing: \(advice)"
        case .stray(let path): return "\(path) does not belong to this program's state: \(advice)"
        case .badName(let name): return "state can't be kept under the name `\(name.prefix(80))`"
        case .tooLarge(let name, let maxByteCount):
            return "the state `\(name)` is larger than the \(maxByteCount) bytes that one value may have"
        case .full(let maxCount):
            return "the state holds \(maxCount) values and takes no more; report it, and say how many rounds there were"
        case .discarded: return "a spooled run was read after it had been discarded"
        case .finished: return "a spooled run or sealed file was appended to after it had been finished"
        }
    }
}
