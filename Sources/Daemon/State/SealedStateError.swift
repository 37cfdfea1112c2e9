public import Files

/// What is wrong with sealed state. Names files, never what is in them.
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
}

extension SealedStateError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .altered(let path): FileError.altered(path: path).description
        case .vanished(let path): "\(path) is missing: \(FileError.adviceOnTampering)"
        case .stray(let path): "\(path) does not belong to this program's state: \(FileError.adviceOnTampering)"
        case .badName(let name): "state can't be kept under the name `\(name.prefix(80))`"
        case .tooLarge(let name, let maxByteCount):
            "the state `\(name)` is larger than the \(maxByteCount) bytes that one value may have"
        case .full(let maxCount):
            "the state holds \(maxCount) values and takes no more; report it, and say how many rounds there were"
        }
    }
}
