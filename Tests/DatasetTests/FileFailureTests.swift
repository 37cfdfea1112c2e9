import Files
import Foundation
import Testing

@testable import Dataset
@testable import PSIProtocol

@Suite struct FileFailureTests {
    static let table: [(Int32, DatasetError)] = [
        (ENOSPC, .diskFull(path: "p")), (EDQUOT, .diskFull(path: "p")), (EFBIG, .diskFull(path: "p")),
        (EACCES, .noPermission(path: "p")), (EPERM, .noPermission(path: "p")), (EROFS, .noPermission(path: "p")),
        (ENOENT, .noDirectory(path: "p")), (ENOTDIR, .noDirectory(path: "p")), (EEXIST, .datasetExists(path: "p")),
        (EIO, .inputOutput(path: "p", code: EIO)), (ELOOP, .inputOutput(path: "p", code: ELOOP)),
    ]

    @Test(arguments: table) func everyRefusalOfTheSystemIsNamed(code: Int32, error: DatasetError) {
        #expect(DatasetError(FileError(code: code, operation: "writing", path: "p")) == error)
        #expect(throws: error) {
            try DatasetError.onFile { () throws(FileError) in
                throw FileError(code: code, operation: "writing", path: "p")
            }
        }
    }

    @Test func pathsThatNameNothingNewAreRefused() throws {
        for path in ["", "/", "//", ".", "..", "a/.", "a/../", "a\0b", "a/" + String(repeating: "x", count: 201)] {
            #expect(throws: DatasetError.badPath(path: path)) { try SplitPath(naming: path) }
        }
        let longest = String(repeating: "x", count: 200)
        #expect(try SplitPath(naming: "a/\(longest)//").name == longest)
        #expect(try SplitPath(naming: "/b/").path == "/b")
    }
}
