internal import PSIProtocol

/// Proving and checking a hop's stage, on the disk.
extension ScalingStep {
    enum Proof { case prove, check }

    /// - Parameter hashing: generators are hashed whenever they are needed; otherwise they are on the disk.
    func run(_ proof: Proof, hashing: Bool, itemCount: Int, _ workers: Workers) async throws -> Result {
        let stage = try await ProofStage(itemCount: itemCount, workers: workers)
        // Its directory goes with it.
        defer { withExtendedLifetime(stage) {} }
        let generators = try stage.generators(hashing: hashing)
        var result: Result
        switch proof {
        case .prove:
            Self.forgetMemoryPeak()
            result = try await measure(itemCount) {
                try await stage.prove(generators).announced.count == itemCount
            }
        case .check:
            let proof = try await stage.prove(generators)
            Self.forgetMemoryPeak()
            result = try await measure(itemCount) { try await stage.check(proof, generators) }
        }
        result.kernelNanoseconds = try ProofKernel().nanoseconds(of: proof, hashing: hashing)
        return result
    }
}
