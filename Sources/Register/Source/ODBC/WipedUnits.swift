internal import CODBC
internal import Files

/// A text for a driver, in UTF-16 or UTF-8, that is wiped when it is let go.
struct WipedUnits: ~Copyable {
    private let buffer: WipedBuffer
    private let isNarrow: Bool
    private var count = 0

    /// - Parameter count: units that it has room for, with one for the zero at its end.
    init(count: Int, isNarrow: Bool) {
        self.isNarrow = isNarrow
        buffer = WipedBuffer(byteCount: isNarrow ? count : count * MemoryLayout<SQLWCHAR>.stride)
    }

    /// - Parameter bytes: valid UTF-8; what has no room is left out.
    mutating func append(_ bytes: some Collection<UInt8>) {
        var end = count
        let isNarrow = isNarrow
        buffer.withMutableBytes { buffer in
            let room = (isNarrow ? buffer.count : buffer.count / MemoryLayout<SQLWCHAR>.stride) - 1
            if isNarrow {
                for byte in bytes where end < room {
                    buffer[end] = byte
                    end += 1
                }
            } else {
                let units = buffer.bindMemory(to: SQLWCHAR.self)
                _ = transcode(bytes.makeIterator(), from: UTF8.self, to: UTF16.self, stoppingOnError: false) { unit in
                    guard end < room else { return }
                    units[end] = unit
                    end += 1
                }
            }
        }
        count = end
    }

    func withPointers<Result>(
        wide: (UnsafeMutablePointer<SQLWCHAR>, Int) -> Result, narrow: (UnsafeMutablePointer<SQLCHAR>, Int) -> Result
    ) -> Result? {
        buffer.withMutableBytes { bytes in
            if isNarrow { return bytes.bindMemory(to: SQLCHAR.self).baseAddress.map { narrow($0, count) } }
            return bytes.bindMemory(to: SQLWCHAR.self).baseAddress.map { wide($0, count) }
        }
    }
}
