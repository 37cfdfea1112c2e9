internal import Glibc

/// What went wrong with a file or directory of this machine. A case names the path and says what to do about it, unless
/// it is a mistake of the program.
public enum FileError: Error, Equatable, Sendable {
    case notFound(path: String)
    case exists(path: String)
    /// A secret file or directory that others than its owner may read or write; `mode` holds the permission bits found.
    case looseMode(path: String, mode: UInt32, wanted: UInt32)
    /// Owned by another user than the one this process runs as.
    case foreignOwner(path: String, owner: UInt32, expected: UInt32)
    case symbolicLink(path: String)
    case notDirectory(path: String)
    case notRegularFile(path: String)
    case tooLarge(path: String, maxByteCount: Int)
    /// No space, no quota or a file size limit reached.
    case diskFull(path: String)
    /// `code` is `errno`: no right to it (13), not allowed to anybody (1), or a file system that is read-only (30).
    case noPermission(path: String, code: Int32)
    /// Another process holds the lock file; `process` is its id where it could be read.
    case inUse(path: String, process: Int32?)
    /// Not what was written under this name: altered, cut short, swapped with another file, an older version put back,
    /// or sealed under another key. Found by a digest or a seal.
    case altered(path: String)
    /// Something was added to a file or run that had been finished.
    case finished
    /// A run was read after it had been discarded.
    case discarded
    /// Any other refusal of the operating system; `code` is `errno`.
    case failed(operation: String, path: String, code: Int32)

    /// The error for `errno` as the operating system has just set it.
    static func current(_ operation: String, _ path: String) -> FileError {
        FileError(code: errno, operation: operation, path: path)
    }

    /// What an `errno` means.
    public init(code: Int32, operation: String, path: String) {
        self =
            switch code {
            case ENOENT: .notFound(path: path)
            case EEXIST: .exists(path: path)
            case ENOSPC, EDQUOT, EFBIG: .diskFull(path: path)
            case EACCES, EPERM, EROFS: .noPermission(path: path, code: code)
            case ELOOP: .symbolicLink(path: path)
            case ENOTDIR: .notDirectory(path: path)
            default: .failed(operation: operation, path: path, code: code)
            }
    }

    /// What it is about; nil for a mistake of the program.
    public var path: String? {
        switch self {
        case .notFound(let path), .exists(let path), .looseMode(let path, _, _), .foreignOwner(let path, _, _),
            .symbolicLink(let path), .notDirectory(let path), .notRegularFile(let path), .tooLarge(let path, _),
            .diskFull(let path), .noPermission(let path, _), .inUse(let path, _), .altered(let path),
            .failed(_, let path, _):
            path
        case .finished, .discarded: nil
        }
    }

    /// The `errno` that stands for it, for errors above that show numbers; nil where the system refused nothing.
    public var code: Int32? {
        switch self {
        case .notFound: ENOENT
        case .exists: EEXIST
        case .diskFull: ENOSPC
        case .noPermission(_, let code), .failed(_, _, let code): code
        case .symbolicLink: ELOOP
        case .notDirectory: ENOTDIR
        case .looseMode, .foreignOwner, .notRegularFile, .tooLarge, .inUse, .altered, .finished, .discarded: nil
        }
    }
}

extension FileError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .notFound(let path):
            return "\(path) does not exist"
        case .exists(let path):
            return "\(path) already exists and is not overwritten"
        case .looseMode(let path, let mode, let wanted):
            return "\(path) has mode \(octal(mode)), so other users can reach what only this program may: "
                + "run `chmod \(octal(wanted)) \(path)`"
        case .foreignOwner(let path, let owner, let expected):
            return "\(path) belongs to user \(owner), but this program runs as user \(expected): "
                + "run `chown \(expected) \(path)` or start the program as its owner"
        case .symbolicLink(let path):
            return "\(path) is, or is reached through, a symbolic link: give the path of the real file or directory"
        case .notDirectory(let path):
            return "\(path) is not a directory, or a part of the path is not"
        case .notRegularFile(let path):
            return "\(path) is not a regular file"
        case .tooLarge(let path, let maxByteCount):
            return "\(path) is larger than the \(maxByteCount) bytes that such a file may have"
        case .diskFull(let path):
            return "no space is left for \(path): free some space on its file system or raise the quota"
        case .noPermission(let path, _):
            return "permission denied for \(path): check its owner and mode, and those of the directories above it"
        case .inUse(let path, let process):
            let holder = process.map { "process \($0)" } ?? "another process"
            return "\(path) is held by \(holder): only one may use this directory at a time, so stop that one first"
        case .altered(let path):
            return "\(path) was altered, cut short, replaced by an older version or sealed under another key: "
                + Self.adviceOnTampering
        case .finished:
            return "a spooled run or sealed file was appended to after it had been finished"
        case .discarded:
            return "a spooled run was read after it had been discarded"
        case .failed(let operation, let path, let code):
            return "\(operation) failed for \(path): \(String(cString: strerror(code)))"
        }
    }

    /// What to do where something that only this program writes isn't as it left it.
    public static let adviceOnTampering =
        "someone or something changed this program's state; don't restore it from a backup, "
        + "but find out what happened and give up the rounds that were under way"

    private func octal(_ mode: UInt32) -> String {
        let digits = String(mode, radix: 8)
        return String(repeating: "0", count: max(0, 3 - digits.count)) + digits
    }
}
