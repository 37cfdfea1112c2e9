internal import Crypto
internal import Files

@testable internal import PSIProtocol

/// The generators of shuffle proofs: what hashing one takes, and what getting it from the disk does.
struct GeneratorBenchmarks {
    let stopwatch: Stopwatch

    func run() throws -> [Measurement] {
        let count = GeneratorPiece.count
        let place = try MeasuringDirectory()
        let pieces = try SealedPieces(
            in: place.directory, key: SymmetricKey(size: .bits256), label: GeneratorPiece.name)
        let piece = HashedGenerators().coordinates(1..<(count + 1))
        guard try pieces.write(piece, as: 0), try pieces.read(0, byteCount: piece.count) == piece else {
            throw BenchmarkError.failed(operation: "generators")
        }
        return [
            try stopwatch.measure(
                "generator", "hash", count: count,
                own: { _ = HashedGenerators().coordinates(1..<(count + 1)) }),
            try stopwatch.measure(
                "generator", "read from the disk's cache and open", count: count,
                own: { _ = try pieces.read(0, byteCount: piece.count) }),
            try stopwatch.measure(
                "generator", "seal and write to the disk", count: count, own: { _ = try pieces.write(piece, as: 0) }),
        ]
    }
}
