import Foundation

/// What `make nightly` runs and `make test` does not: further cases of what is tested already, among real programs.
enum Thorough {
    static let isOn = ProcessInfo.processInfo.environment["SIDOS_THOROUGH"] != nil

    /// All cases, or only the last, which has the most in it.
    static func cases<Case>(_ all: [Case]) -> [Case] { isOn ? all : all.suffix(1) }
}
