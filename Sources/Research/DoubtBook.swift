internal import Files
internal import PSIProtocol
internal import Synchronization
internal import Values

/// Whose pseudonym could have lasted but is in doubt: pairs of the round's pseudonym and a name, 16 bytes each, sealed
/// in the round's folder. By the names these people are still found when they withdraw. [P-83] [P-96]
final class DoubtBook: Sendable {
    private struct State {
        var writer: SealedFileWriter?
        var withdrawn: Set<[UInt8]> = []
    }

    private static let pairByteCount = 32

    private let folder: RoundFolder
    private let state = Mutex(State())

    init(_ folder: RoundFolder) { self.folder = folder }

    /// The round's pseudonyms of those who have withdrawn already: nothing is kept of them.
    var withdrawn: Set<[UInt8]> { state.withLock { $0.withdrawn } }

    /// - Parameter isWithdrawn: whether the person of this name has withdrawn.
    func note(_ person: [UInt8], name: [UInt8], isWithdrawn: Bool) throws {
        try state.withLock { state in
            if isWithdrawn { state.withdrawn.insert(person) }
            if state.writer == nil {
                state.writer = try SealedFileWriter(
                    folder.doubtsPath, key: folder.itemsKey, label: folder.doubtsLabel)
            }
            try state.writer?.append(person + name)
        }
    }

    /// Once everybody is noted. Doing it twice is doing it once.
    func finish() throws {
        try state.withLock { state in
            _ = try state.writer?.finish()
            state.writer = nil
        }
    }

    /// The round's pseudonyms of people who are in doubt and have one of these names.
    static func people(in folder: RoundFolder, of names: Set<[UInt8]>) throws -> Set<[UInt8]> {
        let reader: SealedFileReader
        do {
            reader = try SealedFileReader(folder.doubtsPath, key: folder.itemsKey, label: folder.doubtsLabel)
        } catch FileError.notFound { return [] }
        var people: Set<[UInt8]> = []
        while true {
            var pair = try reader.read(upTo: pairByteCount)
            while !pair.isEmpty, pair.count < pairByteCount {
                let more = try reader.read(upTo: pairByteCount - pair.count)
                guard !more.isEmpty else { throw FileError.altered(path: folder.doubtsPath) }
                pair += more
            }
            guard !pair.isEmpty else { return people }
            if names.contains(Array(pair[16...])) { people.insert(Array(pair[..<16])) }
        }
    }
}
