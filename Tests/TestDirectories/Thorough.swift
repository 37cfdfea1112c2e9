import Foundation

/// What `make nightly` runs and `make test` does not: further cases of what is tested already.
public enum Thorough {
    public static let isOn = ProcessInfo.processInfo.environment["SIDOS_THOROUGH"] != nil

    /// All cases, or only the last, which has the most in it.
    public static func cases<Case>(_ all: [Case]) -> [Case] { isOn ? all : all.suffix(1) }

    /// All positions, or one in so many, beginning anywhere, so that runs that follow each other try others.
    ///
    /// - Parameter count: 1 or more.
    public static func positions(_ all: Range<Int>, oneIn count: Int) -> [Int] {
        guard !isOn, count > 1, !all.isEmpty else { return Array(all) }
        let first = all.lowerBound + Int.random(in: 0..<min(count, all.count))
        return Array(stride(from: first, to: all.upperBound, by: count))
    }
}
