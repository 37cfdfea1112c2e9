internal import Crypto
internal import Files
internal import Foundation

/// A file that holds one 32-byte secret: a line that names what it is, then the raw bytes.
///
/// Raw and not as text, so that the secret goes from the file into a wiped buffer without copies on the way.
enum SecretKeyFile: String, CaseIterable {
    case signing = "signing.key"
    case hpke = "hpke.key"
    case state = "state.key"

    static let secretByteCount = 32

    private var label: [UInt8] {
        switch self {
        case .signing: Array("SIDOS-V1 Ed25519 private key\n".utf8)
        case .hpke: Array("SIDOS-V1 X-Wing private key seed\n".utf8)
        case .state: Array("SIDOS-V1 state key\n".utf8)
        }
    }

    func write(_ secret: UnsafeRawBufferPointer, in directory: PrivateDirectory) throws(FileError) {
        let label = label
        let whole = WipedBuffer(byteCount: label.count + secret.count)
        whole.withMutableBytes { buffer in
            buffer.copyBytes(from: label)
            UnsafeMutableRawBufferPointer(rebasing: buffer[label.count...]).copyMemory(from: secret)
        }
        try whole.withBytes { bytes throws(FileError) in
            try AtomicFile.write(contentsOf: bytes, to: directory.file(rawValue), replacing: false)
        }
    }

    /// Hands over the 32 secret bytes; they are wiped when `body` returns.
    func read<Result>(
        in files: KeyFiles, _ body: (UnsafeRawBufferPointer) throws -> Result
    ) throws -> Result {
        let label = label
        return try files.read(rawValue) { bytes, path in
            guard bytes.count == label.count + Self.secretByteCount, bytes.prefix(label.count).elementsEqual(label)
            else { throw KeyError.malformed(path: path, reason: "it does not hold one key of the kind its name says") }
            return try body(UnsafeRawBufferPointer(rebasing: bytes[label.count...]))
        }
    }
}

/// Zeros data that a library handed out, where this is its only owner.
func wipe(_ data: inout Data) {
    data.withUnsafeMutableBytes { WipedBuffer.wipe($0) }
}
