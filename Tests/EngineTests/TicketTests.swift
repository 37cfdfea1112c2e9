import Crypto
import Foundation
import Testing

@testable import Engine
@testable import PSIProtocol
@testable import Values

/// Tickets and receipts: what they say, and that nobody else can say it.
@Suite("Tickets and receipts")
struct TicketTests {
    static let round = RoundID(bytes: [UInt8](repeating: 0xab, count: 32))!
    static let key = SymmetricKey(data: [UInt8](repeating: 7, count: 32))

    static func ticket(_ job: JobID = JobID(hex: String(repeating: "cd", count: 16))!) throws -> Ticket {
        try Ticket(
            round: round, job: job, work: .compute, number: 3, input: String(repeating: "ef", count: 32),
            inputNumber: 2,
            inputCode: [UInt8](repeating: 5, count: 32)
        ).signed(key)
    }

    @Test("A ticket is one line of names and numbers, and comes back as it was") func line() throws {
        let ticket = try Self.ticket()
        let line = try ticket.line()
        #expect(try Ticket(line: line) == ticket)
        #expect(
            line.hasPrefix(
                #"{"code":""# + Hex.encode(ticket.code) + #"","input":"efef"#))
        #expect(line.hasSuffix(#""range":0,"round":"\#(Self.round)","sidos":1,"work":"compute"}"#))
        try ticket.check(Self.key)
    }

    @Test("A ticket with any byte changed is refused") func changed() throws {
        let bytes = Array(try Self.ticket().line().utf8)
        for place in bytes.indices {
            var changed = bytes
            changed[place] ^= 1
            guard let line = String(validating: changed, as: UTF8.self) else { continue }
            #expect(throws: EngineError.self, "byte \(place)") { try Ticket(line: line).check(Self.key) }
        }
    }

    @Test("A ticket made with another key, or without one, is refused") func otherKey() throws {
        #expect(throws: EngineError.ticketWrong) {
            try Self.ticket().check(SymmetricKey(data: [UInt8](repeating: 8, count: 32)))
        }
        var unsigned = try Self.ticket()
        unsigned.code = []
        #expect(throws: EngineError.ticketWrong) { try Ticket(line: unsigned.line()).check(Self.key) }
    }

    @Test(
        "What is no ticket, and one of another version, are told apart",
        arguments: [
            ("", false), ("{}", true), ("{\"sidos\":2}", true), ("{\"sidos\":1}", false), ("[1]", true),
            (String(repeating: "x", count: 5_000), false),
        ])
    func others(line: String, isOtherVersion: Bool) throws {
        let expected = isOtherVersion ? EngineError.otherVersion(what: "ticket") : .ticketWrong
        if line == "" {
            #expect(throws: EngineError.self) { try Ticket(line: line) }
        } else {
            #expect(throws: expected) { try Ticket(line: line) }
        }
    }

    @Test("A ticket of the next version says so, whatever else it says") func nextVersion() throws {
        let line = try Self.ticket().line().replacingOccurrences(of: "\"sidos\":1", with: "\"sidos\":2")
        #expect(throws: EngineError.otherVersion(what: "ticket")) { try Ticket(line: line) }
    }

    @Test("A receipt is of one ticket only") func receipts() throws {
        let ticket = try Self.ticket()
        let receipt = Receipt(of: ticket, file: String(repeating: "aa", count: 32), milliseconds: 12)
        let line = try receipt.line(Self.key)
        #expect(Receipt(line: line, of: ticket, Self.key) == receipt)
        #expect(Receipt.number(of: line) == 3)
        // Another step's ticket of the same number.
        let other = try Self.ticket(JobID())
        #expect(Receipt(line: line, of: other, Self.key) == nil)
        #expect(Receipt(line: line, of: ticket, SymmetricKey(data: [UInt8](repeating: 8, count: 32))) == nil)
    }

    @Test("A receipt with any byte changed is none") func changedReceipts() throws {
        let ticket = try Self.ticket()
        let fault = StepFault(ProtocolViolation(.invalidElement, by: "kela", index: 70))
        for receipt in [
            Receipt(of: ticket, file: String(repeating: "aa", count: 32), milliseconds: 1),
            Receipt(of: ticket, file: nil, fault: fault, milliseconds: 1),
        ] {
            let bytes = Array(try receipt.line(Self.key).utf8)
            for place in bytes.indices {
                var changed = bytes
                changed[place] ^= 1
                guard let line = String(validating: changed, as: UTF8.self) else { continue }
                #expect(Receipt(line: line, of: ticket, Self.key) == nil, "byte \(place)")
            }
        }
    }

    @Test("A receipt has a file or a fault, never both and never neither") func fileOrFault() throws {
        let ticket = try Self.ticket()
        let fault = StepFault(ProtocolViolation(.invalidElement))
        for receipt in [
            Receipt(of: ticket, file: nil, milliseconds: 1),
            Receipt(of: ticket, file: String(repeating: "aa", count: 32), fault: fault, milliseconds: 1),
        ] {
            let line = try receipt.line(Self.key)
            #expect(Receipt(line: line, of: ticket, Self.key) == nil)
        }
    }
}
