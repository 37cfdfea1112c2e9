internal import Glibc

/// Secret bytes that can be written in place, in one allocation with one owner, wiped when it lets go.
public struct WipedBuffer: ~Copyable {
    private let buffer: UnsafeMutableRawBufferPointer

    /// All zero.
    public init(byteCount: Int) {
        buffer = .allocate(byteCount: byteCount, alignment: 16)
        buffer.initializeMemory(as: UInt8.self, repeating: 0)
    }

    /// Copies; wiping the original is left to the caller.
    public init(copying bytes: some Collection<UInt8>) {
        self.init(byteCount: bytes.count)
        buffer.copyBytes(from: bytes)
    }

    /// From the operating system's generator.
    public static func random(byteCount: Int) -> WipedBuffer {
        let bytes = WipedBuffer(byteCount: byteCount)
        var generator = SystemRandomNumberGenerator()
        for index in 0..<byteCount { bytes.buffer[index] = UInt8.random(in: .min ... .max, using: &generator) }
        return bytes
    }

    deinit {
        Self.wipe(buffer)
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

    /// Zeros the bytes in a way that the compiler may not leave out.
    public static func wipe(_ bytes: UnsafeMutableRawBufferPointer) {
        guard let start = bytes.baseAddress else { return }
        explicit_bzero(start, bytes.count)
    }
}
