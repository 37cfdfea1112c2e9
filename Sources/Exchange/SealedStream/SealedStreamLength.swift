public import PSIProtocol

/// What the length of a stored, sealed stream says about its plaintext. [P-51]
public enum SealedStreamLength {
    /// Bytes of the plaintext, or nil when no sealed stream has this length.
    ///
    /// - Parameter stored: bytes of all its chunks.
    public static func plaintextByteCount(stored: Int, chunkCount: Int, sealing: StreamSealing) -> Int? {
        guard stored >= 0, (1...(StreamPath.seqLimit + 1)).contains(chunkCount) else { return nil }
        if sealing == .plain { return stored }
        let plain =
            stored - SealedStreamContext.headByteCount(sealing) - chunkCount * SealedStreamContext.tagByteCount
        return plain >= 0 ? plain : nil
    }

    /// The most bytes that a plaintext of this length may be stored as, however it is cut into chunks.
    public static func storedByteCountLimit(plaintext: Int, sealing: StreamSealing) -> Int {
        // What is not sealed as a stream has no head, but may be stored by whoever wrote it as if it had.
        let headByteCount = max(
            SealedStreamContext.headByteCount(sealing), SealedStreamContext.encapsulatedKeyByteCount)
        let chunkCount = plaintext / (StreamQuota.leastChunkByteCount - headByteCount) + 2
        let (sum, overflow) = plaintext.addingReportingOverflow(
            headByteCount + chunkCount * SealedStreamContext.tagByteCount)
        return overflow ? .max : sum
    }
}
