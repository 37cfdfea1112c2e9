import PSIProtocol
import Testing

@testable import Dataset
@testable import Values

@Suite struct RowOrderTests {
    @Test func decimalsSortBySizeThenByDigits() throws {
        let ascending = [
            "-100", "-20.5", "-3.1", "-3.10", "-0.51", "-0.5", "0", "0.0", "0.05", "0.5", "1", "1.0", "1.00", "1.01",
            "9.99",
            "10", "99999999999999999999.1", "100000000000000000000",
        ]
        let values = try ascending.map { try SampleStudy.decimal($0) }
        for (index, left) in values.enumerated() {
            for (other, right) in values.enumerated() {
                let order = ValueOrder.compare(left, right).signum()
                #expect(order == (index - other).signum(), "\(ascending[index]) \(ascending[other])")
            }
        }
    }

    @Test func nullComesFirstAndTextSortsByBytes() throws {
        let ascending: [FieldValue] = [.null, .text(""), .text("A"), .text("Z"), .text("a"), .text("aa"), .text("ä")]
        for (index, left) in ascending.enumerated() {
            for (other, right) in ascending.enumerated() {
                #expect(ValueOrder.compare(left, right).signum() == (index - other).signum())
            }
        }
        // Canonically equal, but other bytes: the order must still be fixed.
        #expect(ValueOrder.compare(.text("\u{e9}"), .text("e\u{301}")) != 0)
        #expect(ValueOrder.compare(.boolean(false), .boolean(true)) < 0)
        #expect(ValueOrder.compare(.integer(.min), .integer(.max)) < 0)
        #expect(ValueOrder.compare(try SampleStudy.date("1850-01-01"), try SampleStudy.date("2222-11-11")) < 0)
    }

    @Test func rowsCompareFromTheFirstColumnOn() {
        #expect(RowOrder.precedes([.integer(1), .integer(9)], [.integer(2), .integer(0)]))
        #expect(RowOrder.precedes([.integer(1), .integer(8)], [.integer(1), .integer(9)]))
        #expect(!RowOrder.precedes([.integer(1), .integer(9)], [.integer(1), .integer(9)]))
    }
}
