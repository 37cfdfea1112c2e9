internal import CZlib

/// CRC-32, as zip has it: it finds accidents, and nobody's intent.
struct ZipChecksum {
    private(set) var value: UInt32 = 0

    mutating func update(_ bytes: [UInt8]) {
        bytes.withUnsafeBufferPointer { buffer in
            // Without bytes the library would begin anew.
            guard let start = buffer.baseAddress, !buffer.isEmpty else { return }
            value = UInt32(truncatingIfNeeded: crc32_z(UInt(value), start, buffer.count))
        }
    }
}
