internal import Foundation

/// `--name value` pairs. Whoever gives others is shown the usage.
struct Options {
    private var values: [String: String] = [:]
    private let usage: String

    init(_ arguments: [String], usage: String) {
        self.usage = usage
        guard arguments.count.isMultiple(of: 2) else { Self.complain(usage, status: 64) }
        for start in stride(from: 0, to: arguments.count, by: 2) {
            guard values.updateValue(arguments[start + 1], forKey: arguments[start]) == nil else {
                Self.complain(usage, status: 64)
            }
        }
    }

    mutating func text(_ name: String) -> String? { values.removeValue(forKey: name) }

    mutating func number(_ name: String, _ range: ClosedRange<Int>) -> Int? {
        guard let text = text(name) else { return nil }
        guard let number = Int(text), range.contains(number) else {
            Self.complain(
                "sidos-benchmark: \(name) is a number from \(range.lowerBound) to \(range.upperBound)", status: 64)
        }
        return number
    }

    /// Numbers between commas, rising.
    mutating func numbers(_ name: String, _ range: ClosedRange<Int>) -> [Int]? {
        guard let text = text(name) else { return nil }
        let numbers = text.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard numbers.allSatisfy(range.contains), zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }) else {
            Self.complain(
                "sidos-benchmark: \(name) is like 1,2,4: rising numbers from \(range.lowerBound) to "
                    + "\(range.upperBound)", status: 64)
        }
        return numbers
    }

    /// Whatever was not asked for is none of the program's options.
    func finish() {
        if !values.isEmpty { Self.complain(usage, status: 64) }
    }

    static func complain(_ message: String, status: Int32) -> Never {
        FileHandle.standardError.write(Data((message + "\n").utf8))
        exit(status)
    }
}
