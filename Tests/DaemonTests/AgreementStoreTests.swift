import Files
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Values

@Suite("Signed agreements")
struct AgreementStoreTests {
    @Test("One that is not the one that was signed is refused by name; one that is not there is none")
    func altered() throws {
        let place = try TemporaryDirectory()
        let store = AgreementStore(directory: try PrivateDirectory(place.path))
        let signed = Array("as it was signed".utf8)
        let id = AgreementID(ofFile: signed)
        #expect(try store.load(id) == nil)
        try place.write("as it was altered", to: "\(id).yaml")
        #expect(throws: FileError.altered(path: place.file("\(id).yaml"))) { try store.load(id) }
        #expect(throws: FileError.altered(path: place.file("\(id).yaml"))) { try store.all() }
        try place.overwrite("\(id).yaml", signed)
        #expect(throws: FileError.notFound(path: place.file("\(id).signature.json"))) { try store.load(id) }
    }
}
