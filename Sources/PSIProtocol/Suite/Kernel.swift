/// How a suite calls a batch kernel in C. A kernel is told where to write and gives how many of its inputs it has done,
/// in order: all of them, or the index of the first that is no element; another number means that its library failed.
extension ElementBatch {
    /// `count` encodings that a kernel writes.
    ///
    /// - Throws: `GroupError` unless it has done all of them.
    init(count: Int, _ kernel: (UnsafeMutablePointer<UInt8>?) -> Int) throws(GroupError) {
        var done = 0
        let output = [UInt8](byteCount: count * S.elementByteCount) { done = kernel($0) }
        try GroupError.check(done, of: count)
        self.init(trusted: output)
    }
}

extension GroupError {
    static func check(_ done: Int, of count: Int) throws(GroupError) {
        if done == count { return }
        throw (0..<count).contains(done) ? .invalidElement(index: done) : .backendFailed
    }
}

extension [UInt8] {
    /// Bytes that a kernel writes, all of them whatever it is given.
    init(byteCount: Int, _ kernel: (UnsafeMutablePointer<UInt8>?) -> Void) {
        self.init(unsafeUninitializedCapacity: byteCount) { buffer, filled in
            kernel(buffer.baseAddress)
            filled = byteCount
        }
    }
}

extension SecretBytes {
    /// Lends the bytes to a kernel; the pointer must not leave `body`.
    borrowing func withPointer<Result>(_ body: (UnsafePointer<UInt8>?) -> Result) -> Result {
        withUnsafeBytes { body($0.assumingMemoryBound(to: UInt8.self).baseAddress) }
    }
}
