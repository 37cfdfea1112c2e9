internal import Crypto
internal import Foundation
internal import PSIProtocol
public import Values

/// What one worker is to do, as one line of JSON. It names sealed files and numbers: no key, and nothing of a person.
///
/// Its code is under a key that only the daemon and the agents' workers have, so a ticket that was altered or made by
/// somebody else is refused; one that is replayed does again what was done, and nobody looks at the result.
public struct Ticket: Sendable, Equatable {
    public static let version = 1
    public static let mostBytes = 4_096
    /// Bytes that a sealed file's name is the hexadecimal form of.
    static let fileNameByteCount = 32

    public enum Work: String, Sendable, Codable {
        /// Computes the pieces of a file.
        case compute
        /// Sorts a range of everything that was computed.
        case sort
    }

    public var round: RoundID
    public var job: JobID
    public var work: Work
    /// Counted from 0 through the whole step.
    public var number: Int
    /// The name of the file with pieces, or with the list of files to sort.
    public var input: String
    /// The input's number, which its label has.
    public var inputNumber: Int
    /// What the daemon knows the input's contents by (`InputCode`), should it be killed and write them again.
    var inputCode: [UInt8]
    /// Of a sort: which kind of record, and which range.
    public var output = 0
    public var range = 0
    var code: [UInt8] = []

    /// The name of the step's file that says that the ticket is done.
    var receiptName: String { "\(number)\(JobFolder.receiptMark)" }

    private struct Form: Codable {
        var code: HexBytes
        var input: String
        var inputCode: HexBytes
        var inputNumber: Int
        var job: String
        var number: Int
        var output: Int
        var range: Int
        var round: String
        var sidos: Int
        var work: Work
    }

    private func form(code: [UInt8]) -> Form {
        Form(
            code: HexBytes(code), input: input, inputCode: HexBytes(inputCode), inputNumber: inputNumber,
            job: "\(job)", number: number, output: output, range: range, round: "\(round)", sidos: Self.version,
            work: work)
    }

    /// The same with its code, ready to be given out.
    func signed(_ key: SymmetricKey) throws -> Ticket {
        var signed = self
        signed.code = try StepCode.ticket.code(of: CanonicalJSON.encode(form(code: [])), key)
        return signed
    }

    /// One line, without its end.
    func line() throws -> String { String(decoding: try CanonicalJSON.encode(form(code: code)), as: UTF8.self) }

    /// Reads a line; whether it is genuine tells `check`.
    ///
    /// - Throws: `EngineError.otherVersion`, `.ticketWrong`.
    public init(line: String) throws {
        guard line.utf8.count <= Self.mostBytes else { throw EngineError.ticketWrong }
        guard let form = CanonicalJSON.decodeExactly(Form.self, from: Array(line.utf8)) else {
            throw StepCode.version(of: line) == Self.version
                ? EngineError.ticketWrong : EngineError.otherVersion(what: "ticket")
        }
        guard form.sidos == Self.version else { throw EngineError.otherVersion(what: "ticket") }
        guard let round = RoundID(hex: form.round), let job = JobID(hex: form.job), form.number >= 0,
            form.inputNumber >= 0, (0..<16).contains(form.output), (0..<1_024).contains(form.range),
            Hex.decode(form.input)?.count == Self.fileNameByteCount, form.inputCode.bytes.count == InputCode.byteCount
        else { throw EngineError.ticketWrong }
        self.init(
            round: round, job: job, work: form.work, number: form.number, input: form.input,
            inputNumber: form.inputNumber, inputCode: form.inputCode.bytes, output: form.output, range: form.range,
            code: form.code.bytes)
    }

    init(
        round: RoundID, job: JobID, work: Work, number: Int, input: String, inputNumber: Int, inputCode: [UInt8],
        output: Int = 0, range: Int = 0, code: [UInt8] = []
    ) {
        self.round = round
        self.job = job
        self.work = work
        self.number = number
        self.input = input
        self.inputNumber = inputNumber
        self.inputCode = inputCode
        self.output = output
        self.range = range
        self.code = code
    }

    /// - Throws: `EngineError.ticketWrong` for a ticket that was not given out with this key.
    func check(_ key: SymmetricKey) throws {
        guard StepCode.ticket.isCode(code, of: try CanonicalJSON.encode(form(code: [])), key) else {
            throw EngineError.ticketWrong
        }
    }
}

/// HMAC-SHA256 over a ticket's input, under the step's key: the same for the same contents under the same number, and
/// nothing to whoever has no keys.
struct InputCode {
    static let byteCount = 32
    private var code: HMAC<SHA256>

    /// - Parameter number: the ticket's, so that two inputs of one step do not show that they are alike.
    init(ticket number: Int, _ key: SymmetricKey) {
        code = HMAC(key: key)
        code.update(data: Array("SIDOS-V1 ticket input".utf8) + [0] + BigEndian.u64(UInt64(number)))
    }

    mutating func update(_ bytes: [UInt8]) { code.update(data: bytes) }

    var bytes: [UInt8] { Array(code.finalize()) }
}

/// Codes of tickets and receipts: HMAC-SHA256 over what they are and their canonical JSON without a code.
enum StepCode: String {
    case ticket = "SIDOS-V1 ticket"
    case receipt = "SIDOS-V1 receipt"

    func code(of bytes: [UInt8], _ key: SymmetricKey) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Data(label + bytes), using: key))
    }

    func isCode(_ code: [UInt8], of bytes: [UInt8], _ key: SymmetricKey) -> Bool {
        HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: Data(label + bytes), using: key)
    }

    private var label: [UInt8] { Array(rawValue.utf8) + [0] }

    /// The version that a line of whatever kind says it has.
    static func version(of line: String) -> Int? {
        struct Versioned: Decodable { var sidos: Int }
        return (try? JSONDecoder().decode(Versioned.self, from: Data(line.utf8)))?.sidos
    }
}
