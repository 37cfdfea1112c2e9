/// Memory for what is secret or about a person, wiped when its owner lets go.
///
/// Unlike `SecretBytes` it is scratch: it is written and read in place, and never leaves the code that made it.
struct WipedMemory: ~Copyable {
    /// Zero at first. The pointer must not outlive the owner.
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        bytes = .allocate(byteCount: byteCount, alignment: 64)
        bytes.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit {
        SecretBytes.wipe(bytes)
        bytes.deallocate()
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
