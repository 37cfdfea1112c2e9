internal import CRistretto
internal import Peers

@testable internal import PSIProtocol

/// What the kernel alone takes for a proof of shuffle and for its check: its operations on points, block by block, on
/// data that is there. An element and a capsule an item.
struct ProofKernel {
    private let count = GeneratorPiece.count
    private let items: PointItems
    private let records: [UInt8]
    private let coordinates: [UInt8]
    private let short: [UInt8]
    private let secrets: [UInt8]
    private let table: ElementTable

    init() throws {
        items = PointItems(Ristretto255.randomElements(count: 3 * count).bytes, stride: 96, width: 3)
        // Three points and two scalars.
        let points = Ristretto255.randomElements(count: 3 * count).bytes
        records = Records.joined([points, randomBytes(64 * count)], count: count)
        coordinates = HashedGenerators().coordinates(1..<(count + 1))
        short = randomBytes(16 * count)
        secrets = Ristretto255.randomScalars(count: count).withUnsafeBytes { Array($0) }
        table = try ElementTable(of: HashedGenerators.zeroth)
    }

    /// CPU time of an item on this thread, in nanoseconds: the median over blocks.
    ///
    /// - Parameter hashing: with the map of each generator, whenever it is needed.
    func nanoseconds(of step: ScalingStep.Proof, hashing: Bool) throws -> Double {
        let wide = randomBytes(64 * count)
        var times: [Double] = []
        for _ in 0..<9 {
            let start = peer_thread_cpu_time()
            switch step {
            case .prove: try prove()
            case .check: try check()
            }
            if hashing {
                // The prover needs them twice.
                for _ in 0..<(step == .prove ? 2 : 1) { try map(wide) }
            }
            times.append(Double(peer_thread_cpu_time() - start) / Double(count))
        }
        return Stopwatch.median(times)
    }

    private func prove() throws {
        let scalars = ScalarList(secrets)
        _ = try Ristretto255.commitments(blindedBy: scalars, to: coordinates)
        _ = try Ristretto255.publicSums(short: short, of: PointItems(items.bytes, stride: 96))
        _ = Ristretto255.combinations(of: table, scalars, scalars)
        _ = Ristretto255.combinations(of: table, scalars, scalars)
        _ = try Ristretto255.secretSums(scalars, of: items)
        _ = try Ristretto255.secretSum(scalars, ofCoordinates: coordinates)
    }

    private func check() throws {
        let full = ScalarList(secrets)
        _ = try Ristretto255.publicSums(short: short, of: items)
        _ = try Ristretto255.publicSums(full, of: items)
        _ = try Ristretto255.publicSum(short: short, of: ShuffleRecord.points(.commitment, of: records))
        _ = try Ristretto255.publicSum(full, ofCoordinates: coordinates)
        _ = try Ristretto255.publicSums(short: short, of: ShuffleRecord.points(.blinded, of: records))
        _ = try Ristretto255.publicSums(full, of: ShuffleRecord.points(.chain, of: records))
    }

    private func map(_ wide: [UInt8]) throws {
        let output = [UInt8](unsafeUninitializedCapacity: 64 * count) { output, filled in
            filled = 64 * sidos_r255_from_uniform_affine_batch(output.baseAddress, wide, count)
        }
        guard output.count == 64 * count else { throw BenchmarkError.failed(operation: "map") }
    }
}
