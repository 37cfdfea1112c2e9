import Crypto
import PSIProtocol
import TestDirectories
import Testing

@testable import Daemon
@testable import Files
@testable import Values

/// What commands see of a state that a daemon has open.
@Suite("A sealed state looked at from outside")
struct StateViewTests {
    private let place: TemporaryDirectory
    private let directory: PrivateDirectory
    private let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))
    private let name = StateName("studies/one/study-keys-seen")

    init() throws {
        place = try TemporaryDirectory()
        directory = try PrivateDirectory(place.path)
    }

    private var view: SealedStateView { SealedStateView(directory: directory, key: key) }

    @Test("It has what is there now, while the state is open and afterwards, and makes nothing")
    func present() throws {
        #expect(try view.get(name) == nil)
        #expect(try directory.names() == [])
        do {
            let state = try SealedState(in: directory, key: key)
            #expect(try view.get(name) == nil)
            try state.put(name, [1, 2])
            #expect(try view.get(name) == [1, 2])
            try state.put(name, [3])
            #expect(try view.get(name) == [3])
            let secret = try view.secret(name)?.key
            #expect(secret == SymmetricKey(data: [3]))
            try state.remove(name)
            #expect(try view.get(name) == nil)
            try state.put(name, [4])
        }
        #expect(try view.get(name) == [4])
    }

    @Test(
        "While a value changes all the time it is one of those that it had, never half of one", .timeLimit(.minutes(5)))
    func changing() async throws {
        let state = try SealedState(in: directory, key: key)
        try state.put(name, [UInt8](repeating: 0, count: 10_000))
        let (view, name) = (view, name)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for value in UInt8(1)...100 { try state.put(name, [UInt8](repeating: value, count: 10_000)) }
            }
            group.addTask {
                var last: UInt8 = 0
                for _ in 0..<100 {
                    let bytes = try #require(try view.get(name))
                    let first = try #require(bytes.first)
                    #expect(bytes == [UInt8](repeating: first, count: 10_000) && first >= last)
                    last = first
                }
            }
            try await group.waitForAll()
        }
        #expect(try view.get(name) == [UInt8](repeating: 100, count: 10_000))
    }

    @Test("A value that was altered, or put back, or is gone, is refused")
    func altered() throws {
        let state = try SealedState(in: directory, key: key)
        try state.put(name, [1])
        let path = directory.file(StateName.fileName(name.text))
        let old = try PublicFile.read(path, maxByteCount: 1_000)
        try state.put(name, [2])
        try AtomicFile.write(old, to: path)
        #expect(throws: SealedStateError.altered(path: path)) { try view.get(name) }
        try AtomicFile.remove(path)
        #expect(throws: SealedStateError.vanished(path: path)) { try view.get(name) }
    }
}
