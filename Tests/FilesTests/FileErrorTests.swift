import Glibc
import Testing

@testable import Files

@Suite("File errors")
struct FileErrorTests {
    static let coded: [(Int32, FileError)] = [
        (ENOENT, .notFound(path: "p")), (EEXIST, .exists(path: "p")), (ENOSPC, .diskFull(path: "p")),
        (EACCES, .noPermission(path: "p", code: EACCES)), (EPERM, .noPermission(path: "p", code: EPERM)),
        (EROFS, .noPermission(path: "p", code: EROFS)), (ELOOP, .symbolicLink(path: "p")),
        (ENOTDIR, .notDirectory(path: "p")), (EIO, .failed(operation: "reading", path: "p", code: EIO)),
    ]

    @Test("Each errno has one error, which gives it back", arguments: coded)
    func codes(code: Int32, error: FileError) {
        #expect(FileError(code: code, operation: "reading", path: "p") == error)
        #expect(error.code == code)
    }

    @Test("A quota and a limit of a file's size are a full disk too", arguments: [EDQUOT, EFBIG])
    func full(code: Int32) {
        #expect(FileError(code: code, operation: "writing", path: "p") == .diskFull(path: "p"))
    }

    @Test("Where the system refused nothing there is no errno")
    func uncoded() {
        let errors: [FileError] = [
            .looseMode(path: "p", mode: 0, wanted: 0), .foreignOwner(path: "p", owner: 0, expected: 0),
            .notRegularFile(path: "p"), .tooLarge(path: "p", maxByteCount: 0), .inUse(path: "p", process: nil),
            .altered(path: "p"), .finished, .discarded,
        ]
        for error in errors { #expect(error.code == nil, "\(error)") }
    }

    static let described: [(FileError, String)] = [
        (.notFound(path: "/p"), "/p does not exist"), (.exists(path: "/p"), "/p already exists and is not overwritten"),
        (.looseMode(path: "/p", mode: 0o44, wanted: 0o600), "/p has mode 044"),
        (.looseMode(path: "/p", mode: 0o644, wanted: 0o600), "`chmod 600 /p`"),
        (.foreignOwner(path: "/p", owner: 5, expected: 7), "`chown 7 /p`"),
        (.symbolicLink(path: "/p"), "give the path of the real file"),
        (.notDirectory(path: "/p"), "/p is not a directory"), (.notRegularFile(path: "/p"), "is not a regular file"),
        (.tooLarge(path: "/p", maxByteCount: 9), "/p is larger than the 9 bytes"),
        (.diskFull(path: "/p"), "no space is left for /p: free some space"),
        (.noPermission(path: "/p", code: EACCES), "permission denied for /p: check its owner and mode"),
        (.inUse(path: "/p", process: 12), "/p is held by process 12"),
        (.inUse(path: "/p", process: nil), "/p is held by another process"), (.altered(path: "/p"), "/p was altered"),
        (.finished, "after it had been finished"), (.discarded, "after it had been discarded"),
        (.failed(operation: "reading", path: "/p", code: EIO), "reading failed for /p: Input/output error"),
    ]

    @Test("Says what is wrong and what to do", arguments: described)
    func sentences(error: FileError, part: String) {
        #expect(error.description.contains(part), "\(error)")
        #expect(error.path == ([.finished, .discarded].contains(error) ? nil : "/p"))
        #expect(!error.description.hasSuffix("."))
    }
}
