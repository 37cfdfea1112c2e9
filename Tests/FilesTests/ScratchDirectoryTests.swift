import Files
import Foundation
import Testing

@Suite("A command's own directory")
struct ScratchDirectoryTests {
    @Test("It is for its account alone, another each time, and goes with all that is in it")
    func scratch() throws {
        let (first, second) = (try ScratchDirectory("sidos-test"), try ScratchDirectory("sidos-test"))
        #expect(first.directory.path != second.directory.path)
        let mode = try FileManager.default.attributesOfItem(atPath: first.directory.path)[.posixPermissions] as? Int
        #expect(mode == 0o700)
        try AtomicFile.write([1, 2, 3], to: first.directory.file("run"))
        try first.remove()
        try second.remove()
        #expect(!FileStatus.exists(first.directory.path) && !FileStatus.exists(second.directory.path))
    }
}
