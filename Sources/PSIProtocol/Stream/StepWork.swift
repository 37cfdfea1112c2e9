internal import Agreement
public import Crypto
internal import Foundation
internal import Values

/// What a step of a round computes of each piece of a list, one piece by itself: on a core of this machine, or on
/// another machine that has been given the same work as a `StepTask` and the piece as bytes.
///
/// Both give results that mean the same. They need not be the same bytes: whatever is random is drawn where it is
/// computed.
public protocol StepWork: Sendable {
    associatedtype Piece: Sendable

    /// The work that a task describes.
    ///
    /// - Throws: `StepTaskError` for a task that is none of this work.
    init(_ task: StepTask) throws
    /// The same work as another machine is told it.
    func task() throws -> StepTask

    /// Bytes that a piece and what it becomes take in memory, roughly; 0 where pieces are small anyway.
    func byteCount(of piece: Piece) -> Int
    /// Computes on any thread.
    ///
    /// - Returns: for each kind of record that the step makes, whole records one after the other.
    /// - Throws: what is wrong with the piece, said of its place in the whole list.
    func compute(_ piece: Piece) throws -> [[UInt8]]

    /// A piece as another machine gets it. Secret, as the piece is.
    func encoded(_ piece: Piece) throws -> [UInt8]
    /// - Throws: `StepTaskError.malformed` for what `encoded` does not write.
    func decoded(_ bytes: [UInt8]) throws -> Piece
}

extension StepWork {
    public func byteCount(of piece: Piece) -> Int { 0 }

    /// Computes of a piece what its encoding says.
    public func compute(encoded bytes: [UInt8]) throws -> [[UInt8]] { try compute(decoded(bytes)) }
}

/// A step's work as it is told to another machine, sealed to it.
public struct StepTask: Sendable {
    public let step: StepName
    /// Canonical JSON: sizes, public keys, names. Nothing of a person.
    public let parameters: [UInt8]
    /// Keys, one after the other.
    public let secrets: SymmetricKey

    public init(step: StepName, parameters: [UInt8], secrets: SymmetricKey) {
        self.step = step
        self.parameters = parameters
        self.secrets = secrets
    }

    init(_ step: StepName, _ parameters: some Encodable, secrets: [SymmetricKey]) throws {
        let count = secrets.reduce(0) { $0 + $1.bitCount / 8 }
        let joined = SecretBytes(count: count) { output in
            var end = 0
            for secret in secrets {
                secret.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: output[end...]).copyBytes(from: bytes)
                    end += bytes.count
                }
            }
        }
        self.init(step: step, parameters: try CanonicalJSON.encode(parameters), secrets: joined.key)
    }

    /// The parameters of a task for `step`.
    func parameters<Parameters: Codable>(of step: StepName, _: Parameters.Type) throws(StepTaskError) -> Parameters {
        guard step == self.step, let read = CanonicalJSON.decodeExactly(Parameters.self, from: parameters) else {
            throw .malformed
        }
        return read
    }

    /// The suite that the parameters name, where a step has one.
    var suiteOfParameters: SuiteID? {
        struct Named: Decodable { var suite: String }
        return (try? JSONDecoder().decode(Named.self, from: Data(parameters))).flatMap { SuiteID(rawValue: $0.suite) }
    }

    /// Cuts the secrets into keys of these lengths, which must be all there is.
    func keys(_ byteCounts: [Int]) throws(StepTaskError) -> [SymmetricKey] {
        guard byteCounts.allSatisfy({ $0 >= 0 }), byteCounts.reduce(0, +) == secrets.bitCount / 8 else {
            throw .malformed
        }
        let all = SecretBytes(secrets)
        var start = 0
        return byteCounts.map { count in
            defer { start += count }
            return all.slice(start..<(start + count)).key
        }
    }
}

/// Steps that can be computed on other machines.
public enum StepName: String, Sendable, Codable, CaseIterable {
    /// People to items, and their rows to cells. [P-31]
    case declare
    /// A ring stage. [P-34]
    case mix
    /// A ring stage of a verified round. [P-61]
    case shuffle
    /// Selected items, whose capsules are re-randomised. [P-37]
    case select
    /// Shares of selected items. [P-38]
    case share
    /// Capsules to secrets, in the research environment. [P-44]
    case open
}

/// Memory of a step for what is read and not yet handed on; the last piece may exceed it.
enum StepMemory {
    static let byteCount = 24 << 20
}

public enum StepTaskError: Error, Equatable {
    /// Bytes that no program of this version writes.
    case malformed
}

/// Records that a step makes: how long they are, and which bits of their keys are not the same in all.
public struct StepOutput: Sendable, Equatable {
    /// Bytes of a record, 4 or more.
    public let width: Int
    /// Bits that all records begin with alike, counted from the first.
    public let fixedBits: Range<Int>

    public init(width: Int, fixedBits: Range<Int> = 0..<0) {
        self.width = width
        self.fixedBits = fixedBits
    }
}

/// Other machines that compute steps for this one.
public protocol StepEngine: Sendable {
    /// Computes pieces and hands on what they give, in the order of reading.
    ///
    /// - Throws: as `Pipeline.run`; what the machines themselves fail at.
    func run<Work: StepWork>(
        _ work: Work, read: () async throws -> Work.Piece?, take: ([[UInt8]]) async throws -> Void
    ) async throws

    /// Begins a step whose records are sorted when all have been made.
    func sorting<Work: StepWork>(_ work: Work, _ outputs: [StepOutput]) async throws -> any SortingStep<Work>
}

/// A step that makes records of pieces and sorts them.
public protocol SortingStep<Work>: AnyObject {
    associatedtype Work: StepWork

    /// Takes pieces until there are no more. May be called again, also when another kind of record is sorted already.
    func add(_ read: () async throws -> Work.Piece?) async throws
    /// Records of a kind so far.
    func count(of output: Int) -> Int
    /// Hands on all records of a kind in order, many at a time; once, and nothing of that kind can be added after.
    func sorted(_ output: Int, take: ([UInt8]) async throws -> Void) async throws
}
