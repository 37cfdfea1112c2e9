internal import Agreement
internal import CGMP
internal import COpenSSL
internal import CRistretto
internal import PSIProtocol
internal import Peers

/// The kernels of the three groups, each against the library that its arithmetic would otherwise come from.
struct GroupBenchmarks {
    let stopwatch: Stopwatch

    func run() throws -> [Measurement] { try ristretto() + p256() + ffdhe3072() }

    private func ristretto() throws -> [Measurement] {
        let count = 256
        let subject = SuiteID.ristretto255.rawValue
        let sodium = "libsodium"
        let wide = randomBytes(64 * count)
        let elements = Ristretto255.randomElements(count: count).bytes
        let others = Ristretto255.randomElements(count: count).bytes
        var scalars = [UInt8](repeating: 0, count: 32 * count)
        for index in 0..<count {
            scalars.withUnsafeMutableBufferPointer { output in
                wide.withUnsafeBufferPointer { input in
                    guard let out = output.baseAddress, let from = input.baseAddress else { return }
                    sidos_r255_scalar_reduce64(out + 32 * index, from + 64 * index)
                }
            }
        }
        let scalar = Array(scalars[..<32])
        let output = Output(byteCount: 32 * count)
        let pair = { (operation: String, own: @escaping Kernel, peer: @escaping Kernel) throws -> Measurement in
            try self.pair(subject, operation, count, output, own: own, peer: (sodium, peer))
        }
        return try whole(Ristretto255.self) + [
            try pair(
                "multiply, bytes to bytes", { sidos_r255_mul_batch($0, elements, scalar, count) },
                { peer_sodium_mul($0, elements, scalar, count) }),
            try pair(
                "map to group", { sidos_r255_from_uniform_batch($0, wide, count) },
                { peer_sodium_from_hash($0, wide, count) }),
            try pair(
                "multiply the generator", { sidos_r255_base_mul_batch($0, scalars, count) },
                { peer_sodium_base($0, scalars, count) }),
            try pair(
                "add", { sidos_r255_add_batch($0, elements, others, count) },
                { peer_sodium_add($0, elements, others, count) }),
            try pair(
                "decode and check", { _ in sidos_r255_validate_batch(elements, count) },
                { _ in peer_sodium_validate(elements, count) }),
        ]
    }

    private func p256() throws -> [Measurement] {
        let count = 128
        let subject = SuiteID.p256.rawValue
        let elements = P256.randomElements(count: count).bytes
        let uniform = randomBytes(96 * count)
        let scalar = P256.randomScalar().bytes.withUnsafeBytes { Array($0) }
        let output = Output(byteCount: 33 * count)
        return try whole(P256.self) + [
            try pair(
                subject, "multiply, bytes to bytes", count, output,
                own: { sidos_p256_mul_batch($0, elements, scalar, count) },
                peer: ("OpenSSL", { peer_openssl_mul($0, elements, scalar, count) })),
            try pair(
                subject, "map to group", count, output,
                own: { sidos_p256_hash_to_curve_batch($0, uniform, count) }, peer: nil),
            try pair(
                subject, "decode and check", count, output,
                own: { _ in sidos_p256_validate_batch(elements, count) },
                peer: ("OpenSSL", { _ in peer_openssl_validate(elements, count) })),
        ]
    }

    private func ffdhe3072() throws -> [Measurement] {
        let count = 8
        let subject = SuiteID.ffdhe3072.rawValue
        let elements = FFDHE3072.randomElements(count: count).bytes
        let uniform = randomBytes(448 * count)
        let exponent = FFDHE3072.randomScalar().bytes.withUnsafeBytes { Array($0) }
        var modulus = [UInt8](repeating: 0, count: 384)
        sidos_ffdhe3072_modulus(&modulus)
        let prime = modulus
        let output = Output(byteCount: 384 * count)
        return try whole(FFDHE3072.self, count: 32) + [
            try pair(
                subject, "multiply, bytes to bytes", count, output,
                own: { sidos_ffdhe3072_mul_batch($0, elements, exponent, count) },
                peer: ("GMP mpz_powm_sec", { peer_gmp_powm_sec($0, elements, exponent, prime, count) })),
            try pair(
                subject, "map to group", count, output,
                own: { sidos_ffdhe3072_from_uniform_batch($0, uniform, count) }, peer: nil),
            try pair(
                subject, "decode and check", count, output,
                own: { _ in sidos_ffdhe3072_validate_batch(elements, count) }, peer: nil),
        ]
    }

    /// What an owner does for each person, as the suite offers it: expand_message and the map, then the multiplication.
    private func whole<S: Suite>(_: S.Type, count: Int = 256) throws -> [Measurement] {
        let messages = (0..<count).map { index in randomBytes(32) + Array("identity \(index)".utf8) }
        let key = S.randomScalar()
        return [
            try stopwatch.measure(
                S.id.rawValue, "hash to group", count: count,
                own: { _ = S.hashToGroup(messages, domain: .matching(S.self)) }),
            try stopwatch.measure(
                S.id.rawValue, "blind: hash to group and multiply", count: count,
                own: { _ = try S.blind(messages, domain: .matching(S.self), by: key) }),
        ]
    }

    typealias Kernel = (UnsafeMutablePointer<UInt8>) -> Int

    private func pair(
        _ subject: String, _ operation: String, _ count: Int, _ output: Output, own: @escaping Kernel,
        peer: (name: String, body: Kernel)?
    ) throws -> Measurement {
        let run = { (kernel: Kernel) throws in
            guard kernel(output.bytes) == count else { throw BenchmarkError.failed(operation: operation) }
        }
        try run(own)
        let expected = output.copy()
        if let peer {
            try run(peer.body)
            guard output.copy() == expected else { throw BenchmarkError.peerDisagrees(operation: operation) }
        }
        return try stopwatch.measure(
            subject, operation, count: count, own: { try run(own) },
            peer: peer.map { peer in (peer.name, { try run(peer.body) }) })
    }
}

/// Where a kernel writes.
final class Output {
    let bytes: UnsafeMutablePointer<UInt8>
    private let byteCount: Int

    init(byteCount: Int) {
        self.byteCount = byteCount
        bytes = .allocate(capacity: byteCount)
        bytes.initialize(repeating: 0, count: byteCount)
    }

    deinit { bytes.deallocate() }

    func copy() -> [UInt8] { Array(UnsafeBufferPointer(start: bytes, count: byteCount)) }
}

func randomBytes(_ count: Int) -> [UInt8] { SecretBytes(randomByteCount: count).withUnsafeBytes { Array($0) } }
