internal import Crypto
internal import Foundation
internal import PSIProtocol
internal import Values

/// What a worker needs of a step besides its ticket: the work with its secrets, and the keys of files and codes. It
/// travels sealed to each host's agent, and lives in memory only.
struct JobKeys: Sendable {
    let task: StepTask
    /// Kinds of records to sort; empty for a step that keeps the order of its pieces.
    let outputs: [StepOutput]
    /// Into how many ranges records are sorted.
    let rangeCount: Int
    let fileKey: SymmetricKey
    let codeKey: SymmetricKey

    static let mostBytes = 1 << 20

    init(task: StepTask, outputs: [StepOutput], rangeCount: Int) {
        self.task = task
        self.outputs = outputs
        self.rangeCount = rangeCount
        fileKey = SecretBytes(randomByteCount: 32).key
        codeKey = SecretBytes(randomByteCount: 32).key
    }

    /// Whether these keys are of a step that does the same.
    func doSame(as other: JobKeys) -> Bool {
        task.step == other.task.step && task.parameters == other.task.parameters
            && task.secrets == other.task.secrets && outputs == other.outputs && rangeCount == other.rangeCount
    }

    private struct Head: Codable {
        var outputs: [Output]
        var parameters: HexBytes
        var rangeCount: Int
        var sidos: Int
        var step: StepName

        struct Output: Codable {
            var fixed: [Int]
            var width: Int
        }
    }

    /// Length of the head (4 bytes), head, key of files, key of codes, secrets of the work.
    func serialized() throws -> SecretBytes {
        let head = try CanonicalJSON.encode(
            Head(
                outputs: outputs.map {
                    .init(fixed: [$0.fixedBits.lowerBound, $0.fixedBits.upperBound], width: $0.width)
                },
                parameters: HexBytes(task.parameters), rangeCount: rangeCount, sidos: Ticket.version, step: task.step))
        let secrets = [fileKey, codeKey, task.secrets]
        let count = 4 + head.count + secrets.reduce(0) { $0 + $1.bitCount / 8 }
        return SecretBytes(count: count) { output in
            output.copyBytes(from: BigEndian.u32(head.count) + head)
            var end = 4 + head.count
            for secret in secrets {
                secret.withUnsafeBytes { bytes in
                    UnsafeMutableRawBufferPointer(rebasing: output[end...]).copyBytes(from: bytes)
                    end += bytes.count
                }
            }
        }
    }

    /// - Throws: `EngineError.otherVersion`, `.noKeys` for anything else than `serialized` writes.
    init(serialized bytes: borrowing SecretBytes) throws {
        let count = bytes.byteCount
        let (head, end) = try bytes.withUnsafeBytes { bytes -> ([UInt8], Int) in
            guard count >= 4 else { throw EngineError.noKeys }
            let length = Int(BigEndian.read(bytes[..<4]))
            guard length <= count - 4 - 64 else { throw EngineError.noKeys }
            return (Array(bytes[4..<(4 + length)]), 4 + length)
        }
        guard StepCode.version(of: String(decoding: head, as: UTF8.self)) == Ticket.version else {
            throw EngineError.otherVersion(what: "daemon")
        }
        guard let read = CanonicalJSON.decodeExactly(Head.self, from: head), read.outputs.count <= 16,
            read.rangeCount.nonzeroBitCount == 1, (1...1_024).contains(read.rangeCount)
        else { throw EngineError.noKeys }
        outputs = try read.outputs.map { output in
            guard output.fixed.count == 2, output.fixed[0] >= 0, output.fixed[0] <= output.fixed[1],
                output.fixed[1] <= 8, (4...(1 << 20)).contains(output.width)
            else { throw EngineError.noKeys }
            return StepOutput(width: output.width, fixedBits: output.fixed[0]..<output.fixed[1])
        }
        rangeCount = read.rangeCount
        fileKey = bytes.slice(end..<(end + 32)).key
        codeKey = bytes.slice((end + 32)..<(end + 64)).key
        task = StepTask(
            step: read.step, parameters: read.parameters.bytes, secrets: bytes.slice((end + 64)..<count).key)
    }
}
