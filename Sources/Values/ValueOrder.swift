/// The order of values of one column.
public enum ValueOrder {
    /// Whether one value comes before another: numbers by size (and 1.0 before 1.00), dates by day, text by its UTF-8
    /// bytes, no before yes; null before everything. False for values of different types.
    public static func isBefore(_ left: FieldValue, _ right: FieldValue) -> Bool { compare(left, right) < 0 }

    /// Negative, 0 or positive. Nulls come first; numbers by size (and 1.0 before 1.00), text by its UTF-8 bytes,
    /// people by their pseudonyms, no before yes. Two values of one column are of one type; 0 otherwise.
    public static func compare(_ left: FieldValue, _ right: FieldValue) -> Int {
        switch (left, right) {
        case (.null, .null): 0
        case (.null, _): -1
        case (_, .null): 1
        case (.integer(let left), .integer(let right)): left < right ? -1 : left > right ? 1 : 0
        case (.boolean(let left), .boolean(let right)): (left ? 1 : 0) - (right ? 1 : 0)
        case (.date(let left), .date(let right)): left < right ? -1 : right < left ? 1 : 0
        case (.decimal(let left), .decimal(let right)): compare(left.digits, right.digits)
        case (.code(let left), .code(let right)), (.text(let left), .text(let right)):
            compare(left.utf8, right.utf8)
        case (.person(let left), .person(let right)): compare(left, right)
        default: 0
        }
    }

    private static func compare(_ left: some Sequence<UInt8>, _ right: some Sequence<UInt8>) -> Int {
        left.lexicographicallyPrecedes(right) ? -1 : right.lexicographicallyPrecedes(left) ? 1 : 0
    }

    /// Compares decimals by value, then by their digits. Both in `ExactDecimal`'s form.
    private static func compare(_ left: String, _ right: String) -> Int {
        let leftNegative = left.utf8.first == UInt8(ascii: "-")
        let rightNegative = right.utf8.first == UInt8(ascii: "-")
        if leftNegative != rightNegative { return leftNegative ? -1 : 1 }
        let size = compareMagnitudes(
            left.utf8.drop { $0 == UInt8(ascii: "-") }, right.utf8.drop { $0 == UInt8(ascii: "-") })
        if size != 0 { return leftNegative ? -size : size }
        return compare(left.utf8, right.utf8)
    }

    private static func compareMagnitudes(_ left: Substring.UTF8View, _ right: Substring.UTF8View) -> Int {
        let leftWhole = left.prefix { $0 != UInt8(ascii: ".") }
        let rightWhole = right.prefix { $0 != UInt8(ascii: ".") }
        // Without superfluous leading zeros more digits are a larger number.
        if leftWhole.count != rightWhole.count { return leftWhole.count < rightWhole.count ? -1 : 1 }
        let whole = compare(leftWhole, rightWhole)
        if whole != 0 { return whole }
        return compare(significant(left.dropFirst(leftWhole.count)), significant(right.dropFirst(rightWhole.count)))
    }

    /// A fraction without the zeros at its end, or the point of none at all.
    private static func significant(_ fraction: Substring.UTF8View) -> Substring.UTF8View {
        var fraction = fraction
        while let last = fraction.last, last == UInt8(ascii: "0") || last == UInt8(ascii: ".") { fraction.removeLast() }
        return fraction
    }
}
