internal import Foundation
internal import Glibc

/// Secret bytes in one allocation with one owner, wiped when it lets go.
public struct SecretBytes: ~Copyable {
    private let buffer: UnsafeMutableRawBufferPointer

    /// All zero.
    public init(byteCount: Int) {
        buffer = .allocate(byteCount: byteCount, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Copies; wiping the original is left to the caller.
    public init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count)
        buffer.copyMemory(from: bytes)
    }

    init(copying data: Data) {
        self.init(byteCount: data.count)
        data.withUnsafeBytes { buffer.copyMemory(from: $0) }
    }

    /// From the operating system's generator.
    public static func random(byteCount: Int) -> SecretBytes {
        let bytes = SecretBytes(byteCount: byteCount)
        var generator = SystemRandomNumberGenerator()
        for index in 0..<byteCount { bytes.buffer[index] = UInt8.random(in: .min ... .max, using: &generator) }
        return bytes
    }

    deinit {
        wipe(buffer)
        buffer.deallocate()
    }

    public var byteCount: Int { buffer.count }

    public func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(buffer))
    }

    public func withMutableBytes<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(buffer)
    }
}

/// Zeros the bytes in a way that the compiler may not leave out.
func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
    guard let start = bytes.baseAddress else { return }
    explicit_bzero(start, bytes.count)
}
