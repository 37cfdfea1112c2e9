internal import Files

/// Room that a state keeps on its disk, so that secrets can be destroyed when the disk is full: a removal is announced
/// in a new index, which is written beside the old one.
struct DiskReserve: Sendable {
    /// A hidden file, which is no value.
    static let name = ".reserve"
    static let leastByteCount = 64 << 10

    private let path: String

    init(in directory: PrivateDirectory) { path = directory.file(Self.name) }

    /// Keeps room for a few indexes of this size. Where there is none, the reserve is as it was.
    func fill(indexByteCount: Int) {
        let wanted = max(Self.leastByteCount, 4 * indexByteCount)
        let present = try? FileStatus.at(path)?.byteCount
        guard (present ?? 0) < wanted else { return }
        // Not zeros, which some file systems store without room.
        try? WipedBuffer.random(byteCount: wanted).withBytes { bytes throws(FileError) in
            try AtomicFile.write(contentsOf: bytes, to: path)
        }
    }

    /// Gives the room back to the disk; false if there was none.
    func release() -> Bool {
        guard FileStatus.exists(path) else { return false }
        return (try? AtomicFile.remove(path)) != nil
    }
}

extension SealedStateError {
    /// Whether it is for lack of room.
    public var isDiskFull: Bool {
        if case .file(.diskFull) = self { true } else { false }
    }
}
