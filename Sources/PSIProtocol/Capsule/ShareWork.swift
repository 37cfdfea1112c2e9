internal import Crypto
internal import Values

/// Shares of requested points: Δ = d·A of each. [P-38]
struct ShareWork: StepWork {
    /// d, the node's capsule scalar.
    private let key: SymmetricKey
    /// Points of an item.
    private let pointCount: Int
    private let coordinator: ParticipantID

    init(key: SymmetricKey, pointCount: Int, coordinator: ParticipantID) {
        self.key = key
        self.pointCount = pointCount
        self.coordinator = coordinator
    }

    /// Bytes of an item's points, and of its shares.
    var width: Int { pointCount * Ristretto255.elementByteCount }

    private struct Parameters: Codable {
        var coordinator: String
        var pointCount: Int
    }

    init(_ task: StepTask) throws {
        let read = try task.parameters(of: .share, Parameters.self)
        guard (1...2).contains(read.pointCount) else { throw StepTaskError.malformed }
        self.init(
            key: try task.keys([Ristretto255.scalarByteCount])[0], pointCount: read.pointCount,
            coordinator: read.coordinator)
    }

    func task() throws -> StepTask {
        try StepTask(.share, Parameters(coordinator: coordinator, pointCount: pointCount), secrets: [key])
    }

    /// - Parameter piece: points of whole items, 32 bytes each.
    func compute(_ piece: ListPiece) throws -> [[UInt8]] {
        do {
            let shares = try Capsule.shares(
                of: ElementBatch(trusted: piece.records), key: SecretScalar(SecretBytes(key)))
            return [shares.bytes]
        } catch GroupError.invalidElement(let index) {
            throw ProtocolViolation(.invalidElement, by: coordinator, index: piece.first + index / pointCount)
        }
    }

    func encoded(_ piece: ListPiece) -> [UInt8] { piece.encoded }
    func decoded(_ bytes: [UInt8]) throws -> ListPiece { try ListPiece(encoded: bytes, width: width) }
}
