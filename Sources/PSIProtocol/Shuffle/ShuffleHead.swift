/// What a proof of shuffle begins with: digests of its records, and the commitments and responses of its sums. Public.
/// [P-62]
struct ShuffleHead: Sendable, Equatable {
    /// D(c), D(ĉ) and D(t̂): SHA-256 of what the records have of each, one after the other.
    var commitments: [UInt8]
    var chain: [UInt8]
    var blinded: [UInt8]
    /// t_1, t_2, t_3; t_4 of A and of B where there are capsules; t_5 for each element of an item; t_6; with study
    /// capsules t_8 of U and of V, and t_9.
    var sums: [[UInt8]]
    /// s_1, s_2, s_3; s_4 where there are capsules; s_5; with study capsules s_8 and s_9. Canonical.
    var responses: [[UInt8]]

    static func byteCount(_ layout: ShuffleLayout) -> Int {
        32 * (3 + sumCount(layout) + responseCount(layout))
    }

    static func sumCount(_ layout: ShuffleLayout) -> Int { 4 + layout.pointCount + (layout.hasStudyCapsule ? 1 : 0) }
    static func responseCount(_ layout: ShuffleLayout) -> Int {
        layout.hasStudyCapsule ? 7 : layout.hasCapsule ? 5 : 4
    }

    var bytes: [UInt8] { commitments + chain + blinded + sums.joined() + responses.joined() }

    init(
        commitments: [UInt8], chain: [UInt8], blinded: [UInt8], sums: [[UInt8]], responses: [[UInt8]]
    ) {
        self.commitments = commitments
        self.chain = chain
        self.blinded = blinded
        self.sums = sums
        self.responses = responses
    }

    /// - Throws: `ShuffleFault.malformed` for another length, a sum that is no element, or a response that is not
    ///   canonical.
    init(_ bytes: [UInt8], layout: ShuffleLayout) throws(ShuffleFault) {
        guard bytes.count == Self.byteCount(layout) else { throw .malformed }
        let fields = stride(from: 0, to: bytes.count, by: 32).map { Array(bytes[$0..<($0 + 32)]) }
        let firstResponse = 3 + Self.sumCount(layout)
        commitments = fields[0]
        chain = fields[1]
        blinded = fields[2]
        sums = Array(fields[3..<firstResponse])
        responses = Array(fields[firstResponse...])
        guard (try? Ristretto255.validate(ElementBatch(trusted: Array(sums.joined())))) != nil,
            responses.allSatisfy(Ristretto255.isCanonical(scalar:))
        else { throw .malformed }
    }

    // Where sums and responses are.
    func capsuleSum(_ half: Int) -> [UInt8] { sums[3 + half] }
    func elementSum(_ number: Int, _ layout: ShuffleLayout) -> [UInt8] {
        sums[3 + (layout.hasCapsule ? 2 : 0) + number]
    }
    func keySum(_ layout: ShuffleLayout) -> [UInt8] { elementSum(layout.elementCount, layout) }
    func keyResponse(_ layout: ShuffleLayout) -> [UInt8] { responses[layout.hasCapsule ? 4 : 3] }
    /// With study capsules only.
    func studySum(_ half: Int, _ layout: ShuffleLayout) -> [UInt8] {
        elementSum(layout.elementCount + 1 + half, layout)
    }
    var studyKeySum: [UInt8] { sums[sums.count - 1] }
    var studyKeyResponse: [UInt8] { responses[responses.count - 2] }
    var studyResponse: [UInt8] { responses[responses.count - 1] }
}

/// The record of a number i in a proof of shuffle: c_i ‖ ĉ_i ‖ t̂_i ‖ ŝ_i ‖ s'_i, c_i of the i-th input, the rest of
/// the i-th output. [P-62]
enum ShuffleRecord {
    static let byteCount = 160

    enum Field: Int { case commitment, chain, blinded, chainResponse, response }

    /// One field of every record, one after the other.
    static func column(_ field: Field, of records: [UInt8]) -> [UInt8] {
        Records.column((32 * field.rawValue)..<(32 * field.rawValue + 32), of: records, width: byteCount)
    }

    /// One field of every record, where it lies.
    static func points(_ field: Field, of records: [UInt8]) -> PointItems {
        PointItems(records, stride: byteCount, offset: 32 * field.rawValue)
    }
}

/// What is wrong with a proof of shuffle.
public enum ShuffleFault: Error, Equatable {
    /// Of a wrong length, or with a field that is none.
    case malformed
    /// Whole, but it proves nothing: which of the equations of [P-64] fails.
    case wrong(equation: String)
    /// An item of the input or the output, counted from 0, has a point that is none.
    case invalidItem(isInput: Bool, index: Int, isCapsule: Bool)
    /// A list is shorter or longer than the statement says.
    case wrongCount
}
