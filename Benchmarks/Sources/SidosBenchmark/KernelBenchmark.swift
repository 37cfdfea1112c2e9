internal import CRistretto
internal import PSIProtocol
internal import Peers

/// The ristretto255 kernel's backend in use, operation by operation and by size of the batch, against libsodium.
///
/// OpenSSL's X25519 is measured beside the multiplication: the same field and as long a scalar, but a ladder of
/// x-coordinates, without a group of prime order. It shows what a widely used and well-kept library makes of such a
/// curve.
struct KernelBenchmark {
    let stopwatch: Stopwatch

    /// A row of `bench.json`.
    struct Row: Codable {
        var backend: String
        var operation: String
        var batchSize: Int
        /// CPU time of an element, median.
        var nanosecondsPerElement: Double
        /// How many times libsodium's time is ours: median over pairs measured one after the other.
        var ratioToLibsodium: Double?
        var ratioToOpenSSLX25519: Double?

        enum CodingKeys: String, CodingKey {
            case backend, operation
            case batchSize = "batch_size"
            case nanosecondsPerElement = "ns_per_element"
            case ratioToLibsodium = "ratio_to_libsodium"
            case ratioToOpenSSLX25519 = "ratio_to_openssl_x25519"
        }
    }

    static let batchSizes = [8, 128, 4_096]
    static let sumSizes = [1 << 10, 1 << 13, 1 << 15, 1 << 17]
    /// What a peer does in a turn, whatever the batch: items are alike to it, and a few tell.
    private static let peerCount = 64

    func run() throws -> [Row] {
        var rows: [Row] = []
        for count in Self.batchSizes { rows += try run(count: count) }
        for count in Self.sumSizes { rows.append(try sum(count: count)) }
        return rows
    }

    /// A multi-scalar multiplication, for each of its points; the peer multiplies point by point, adding nothing.
    private func sum(count: Int) throws -> Row {
        let inputs = try Inputs(count: count)
        return try row(
            "multi-scalar multiplication", count, inputs,
            own: { sidos_r255_msm_vartime($0.out, $0.uniform, $0.elements, count) },
            peer: { peer_sodium_mul($0.peerOut, $0.elements, $0.scalar, Self.peerCount) })
    }

    private typealias Kernel = (Inputs) -> Int

    private func run(count: Int) throws -> [Row] {
        let inputs = try Inputs(count: max(count, Self.peerCount))
        let peers = min(Self.peerCount, inputs.count)
        let messages = (0..<count).map { inputs.message($0) }
        return [
            try row(
                "multiply", count, inputs, own: { sidos_r255_mul_batch($0.out, $0.elements, $0.scalar, count) },
                peer: { peer_sodium_mul($0.peerOut, $0.elements, $0.scalar, peers) }, comparedBytes: 32,
                x25519: { peer_openssl_x25519($0.peerOut, $0.elements, $0.scalar, peers) }),
            try row(
                "map", count, inputs, own: { sidos_r255_from_uniform_batch($0.out, $0.uniform, count) },
                peer: { peer_sodium_from_hash($0.peerOut, $0.uniform, peers) }, comparedBytes: 32),
            try row(
                "hash to group", count, inputs,
                own: { _ in Ristretto255.hashToGroup(messages, domain: .matching(Ristretto255.self)).count },
                peer: { peer_sodium_hash($0.peerOut, $0.uniform, Inputs.messageByteCount, peers) }),
            try row(
                "map and multiply", count, inputs,
                own: { sidos_r255_from_uniform_mul_batch($0.out, $0.uniform, $0.scalar, count) },
                peer: {
                    min(
                        peer_sodium_from_hash($0.peerOut, $0.uniform, peers),
                        peer_sodium_mul($0.peerOut, $0.peerOut, $0.scalar, peers))
                }, comparedBytes: 32),
            try row(
                "base multiply", count, inputs, own: { sidos_r255_base_mul_batch($0.out, $0.scalars, count) },
                peer: { peer_sodium_base($0.peerOut, $0.scalars, peers) }, comparedBytes: 32),
            try row(
                "add", count, inputs, own: { sidos_r255_add_batch($0.out, $0.elements, $0.capsules, count) },
                peer: { peer_sodium_add($0.peerOut, $0.elements, $0.capsules, peers) }, comparedBytes: 32),
            try row(
                "validate", count, inputs, own: { sidos_r255_validate_batch($0.elements, count) },
                peer: { peer_sodium_validate($0.elements, peers) }),
            try row(
                "seal", count, inputs,
                own: { sidos_r255_seal_batch($0.out, $0.secrets, $0.scalars, $0.others, $0.table, count) },
                peer: {
                    peer_sodium_seal($0.peerOut, $0.peerSecrets, $0.scalars, $0.others, $0.elements, peers)
                }, comparedBytes: 64),
            try row(
                "re-randomise", count, inputs,
                own: { sidos_r255_rerandomize_batch($0.out, $0.capsules, $0.scalars, $0.table, count) },
                peer: { peer_sodium_rerandomize($0.peerOut, $0.capsules, $0.scalars, $0.elements, peers) },
                comparedBytes: 64),
        ]
    }

    /// - Parameter comparedBytes: of an item, what both must have written alike before times are compared; 0 for none.
    private func row(
        _ operation: String, _ count: Int, _ inputs: Inputs, own: @escaping Kernel, peer: @escaping Kernel,
        comparedBytes: Int = 0, x25519: Kernel? = nil
    ) throws -> Row {
        let peers = min(Self.peerCount, inputs.count)
        let both = min(count, peers)
        guard own(inputs) == count, peer(inputs) == peers else { throw BenchmarkError.failed(operation: operation) }
        for index in 0..<(comparedBytes * both) where inputs.out[index] != inputs.peerOut[index] {
            throw BenchmarkError.peerDisagrees(operation: operation)
        }
        // Bodies of the same number of operations, so that a turn's times compare: ours once more often, or the peer's.
        let repeats = max(1, peers / count)
        let measured = try stopwatch.measure(
            "ristretto255", operation, count: repeats * count,
            own: { for _ in 0..<repeats { _ = own(inputs) } }, peer: ("libsodium", { _ = peer(inputs) }),
            peerCount: peers)
        var ratioToX25519: Double?
        if let x25519 {
            guard x25519(inputs) == peers else { throw BenchmarkError.failed(operation: "X25519") }
            ratioToX25519 =
                try stopwatch.measure(
                    "ristretto255", operation, count: repeats * count,
                    own: { for _ in 0..<repeats { _ = own(inputs) } }, peer: ("OpenSSL", { _ = x25519(inputs) }),
                    peerCount: peers
                ).ratio
        }
        return Row(
            backend: String(cString: sidos_r255_backend()), operation: operation, batchSize: count,
            nanosecondsPerElement: measured.nanoseconds, ratioToLibsodium: measured.ratio,
            ratioToOpenSSLX25519: ratioToX25519)
    }

    /// Buffers of `count` items for all operations.
    private final class Inputs {
        static let messageByteCount = 48
        let count: Int
        let uniform: [UInt8]
        let elements: [UInt8]
        let capsules: [UInt8]
        let scalars: [UInt8]
        let others: [UInt8]
        let scalar: [UInt8]
        let table: UnsafeMutableRawPointer
        let out: UnsafeMutablePointer<UInt8>
        let secrets: UnsafeMutablePointer<UInt8>
        let peerOut: UnsafeMutablePointer<UInt8>
        let peerSecrets: UnsafeMutablePointer<UInt8>

        init(count: Int) throws {
            self.count = count
            uniform = randomBytes(64 * count)
            elements = Ristretto255.randomElements(count: count).bytes
            capsules = Ristretto255.randomElements(count: 2 * count).bytes
            scalars = Self.randomScalars(count)
            others = Self.randomScalars(count)
            scalar = Array(scalars[..<32])
            table = .allocate(byteCount: sidos_r255_table_byte_count(), alignment: 64)
            out = .allocate(capacity: 64 * count)
            secrets = .allocate(capacity: 32 * count)
            peerOut = .allocate(capacity: 64 * count)
            peerSecrets = .allocate(capacity: 32 * count)
            guard sidos_r255_table_init(table, elements) == 1 else { throw BenchmarkError.failed(operation: "table") }
        }

        deinit {
            table.deallocate()
            for each in [out, secrets, peerOut, peerSecrets] { each.deallocate() }
        }

        func message(_ index: Int) -> [UInt8] {
            Array(uniform[(index * Self.messageByteCount)..<((index + 1) * Self.messageByteCount)])
        }

        private static func randomScalars(_ count: Int) -> [UInt8] {
            let wide = randomBytes(64 * count)
            return [UInt8](unsafeUninitializedCapacity: 32 * count) { output, filled in
                wide.withUnsafeBufferPointer { input in
                    guard let out = output.baseAddress, let from = input.baseAddress else { return }
                    for index in 0..<count { sidos_r255_scalar_reduce64(out + 32 * index, from + 64 * index) }
                }
                filled = 32 * count
            }
        }
    }
}
