/// Memory for what is secret or about a person, wiped when its owner lets go.
///
/// Unlike `SecretBytes` it is scratch: it is written and read in place, and never leaves the code that made it.
struct WipedMemory: ~Copyable {
    /// Zero at first. The pointer must not outlive the owner.
    let bytes: UnsafeMutableRawBufferPointer
    private let allocated: UnsafeMutableRawBufferPointer

    private static let alignment = 64

    /// Aligned by hand: memory that the C library has aligned is found again by few requests once it is free, so that a
    /// process which often asks for as much grew all the same.
    init(byteCount: Int) {
        allocated = .allocate(byteCount: byteCount + Self.alignment, alignment: 1)
        let start = -Int(bitPattern: allocated.baseAddress) & (Self.alignment - 1)
        bytes = UnsafeMutableRawBufferPointer(rebasing: allocated[start..<(start + byteCount)])
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        SecretBytes.wipe(bytes)
        allocated.deallocate()
    }

    /// Lends the bytes from `offset` to a kernel; the pointer must not leave `body`.
    func withPointer<Result>(at offset: Int = 0, _ body: (UnsafeMutablePointer<UInt8>?) throws -> Result) rethrows
        -> Result
    {
        try body(
            UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).assumingMemoryBound(to: UInt8.self).baseAddress)
    }

    /// Lends the memory as values of a type without references, to be written or read.
    func withMemory<Value, Result>(of type: Value.Type, _ body: (UnsafeMutablePointer<Value>?) throws -> Result)
        rethrows
        -> Result
    {
        try body(bytes.bindMemory(to: type).baseAddress)
    }

    /// Copies bytes to `offset`.
    ///
    /// - Returns: the offset behind them.
    @discardableResult
    func write(_ source: UnsafeRawBufferPointer, at offset: Int) -> Int {
        UnsafeMutableRawBufferPointer(rebasing: bytes[offset...]).copyMemory(from: source)
        return offset + source.count
    }

    /// Copies bytes to `offset`.
    ///
    /// - Returns: the offset behind them.
    @discardableResult
    func write(_ source: [UInt8], at offset: Int) -> Int { source.withUnsafeBytes { write($0, at: offset) } }
}
