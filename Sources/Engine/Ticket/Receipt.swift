internal import Crypto
internal import Foundation
public import PSIProtocol
internal import Values

/// What a worker says of a ticket that it has done, as one line of JSON.
public struct Receipt: Sendable, Equatable {
    public static let mostBytes = 16_384

    /// The ticket's number, and the code that the ticket had: a receipt is of one ticket only.
    public var number: Int
    var ticketCode: [UInt8]
    /// The sealed file with the result; nil where the pieces were at fault.
    public var file: String?
    /// What is wrong with the first piece that is at fault.
    public var fault: StepFault?
    /// Measured, for whoever watches.
    public var milliseconds: Int

    private struct Form: Codable {
        var code: HexBytes
        var fault: StepFault?
        var file: String?
        var milliseconds: Int
        var number: Int
        var sidos: Int
        var ticket: HexBytes
    }

    private func form(code: [UInt8]) -> Form {
        Form(
            code: HexBytes(code), fault: fault, file: file, milliseconds: milliseconds, number: number,
            sidos: Ticket.version, ticket: HexBytes(ticketCode))
    }

    init(of ticket: Ticket, file: String?, fault: StepFault? = nil, milliseconds: Int) {
        number = ticket.number
        ticketCode = ticket.code
        self.file = file
        self.fault = fault
        self.milliseconds = milliseconds
    }

    /// One line, without its end, with its code.
    func line(_ key: SymmetricKey) throws -> String {
        let code = StepCode.receipt.code(of: try CanonicalJSON.encode(form(code: [])), key)
        return String(decoding: try CanonicalJSON.encode(form(code: code)), as: UTF8.self)
    }

    /// Of which ticket a line says that it is the receipt.
    static func number(of line: String) -> Int? {
        struct Numbered: Decodable { var number: Int }
        guard line.utf8.count <= mostBytes else { return nil }
        return (try? JSONDecoder().decode(Numbered.self, from: Data(line.utf8)))?.number
    }

    /// Reads the receipt of a ticket.
    ///
    /// - Returns: nil for whatever is not a genuine receipt of this very ticket.
    init?(line: String, of ticket: Ticket, _ key: SymmetricKey) {
        guard line.utf8.count <= Self.mostBytes,
            let form = CanonicalJSON.decodeExactly(Form.self, from: Array(line.utf8)), form.sidos == Ticket.version,
            form.number == ticket.number, form.ticket.bytes == ticket.code,
            (form.file == nil) == (form.fault != nil)
        else { return nil }
        self.init(of: ticket, file: form.file, fault: form.fault, milliseconds: form.milliseconds)
        guard let bytes = try? CanonicalJSON.encode(self.form(code: [])),
            StepCode.receipt.isCode(form.code.bytes, of: bytes, key)
        else { return nil }
    }
}
