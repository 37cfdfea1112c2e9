internal import Foundation
internal import Glibc

/// Secret bytes that can be written in place, in one allocation with one owner, wiped when it lets go.
struct WipedBuffer: ~Copyable {
    private let buffer: UnsafeMutableRawBufferPointer

    /// All zero.
    init(byteCount: Int) {
        buffer = .allocate(byteCount: byteCount, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Copies; wiping the original is left to the caller.
    init(copying bytes: UnsafeRawBufferPointer) {
        self.init(byteCount: bytes.count)
        buffer.copyMemory(from: bytes)
    }

    init(copying data: Data) {
        self.init(byteCount: data.count)
        data.withUnsafeBytes { buffer.copyMemory(from: $0) }
    }

    /// From the operating system's generator.
    static func random(byteCount: Int) -> WipedBuffer {
        let bytes = WipedBuffer(byteCount: byteCount)
        var generator = SystemRandomNumberGenerator()
        for index in 0..<byteCount { bytes.buffer[index] = UInt8.random(in: .min ... .max, using: &generator) }
        return bytes
    }

    deinit {
        wipe(buffer)
        buffer.deallocate()
    }

    var byteCount: Int { buffer.count }

    func withBytes<Result, Failure: Error>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(UnsafeRawBufferPointer(buffer))
    }

    func withMutableBytes<Result, Failure: Error>(
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
