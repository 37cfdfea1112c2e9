/// A request's query, read strictly: each call takes the parameters it names, once each, and no other.
struct ExchangeQuery: Sendable {
    /// Longest wait, in seconds.
    static let waitLimit = 60

    private let values: [Substring: Substring]

    init(_ query: Substring?, allowed: Set<Substring>) throws(ExchangeRefusal) {
        var values: [Substring: Substring] = [:]
        for pair in (query ?? "").split(separator: "&", omittingEmptySubsequences: false) where query?.isEmpty == false
        {
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2, allowed.contains(parts[0]), values[parts[0]] == nil else {
                throw ExchangeRefusal(
                    .requestMalformed,
                    allowed.isEmpty
                        ? "This call takes no query." : "The query takes \(allowed.sorted().joined(separator: ", ")).")
            }
            values[parts[0]] = parts[1]
        }
        self.values = values
    }

    func number(_ name: Substring, limit: Int) throws(ExchangeRefusal) -> Int? {
        guard let text = values[name] else { return nil }
        guard let value = StreamPath.number(text, limit: limit) else {
            throw ExchangeRefusal(.requestMalformed, "\(name) is a number from 0 to \(limit).")
        }
        return value
    }

    /// How long the caller is willing to wait; nothing if it doesn't say.
    func wait() throws(ExchangeRefusal) -> Duration {
        .seconds(try number("wait", limit: Self.waitLimit) ?? 0)
    }

    func flag(_ name: Substring) throws(ExchangeRefusal) -> Bool {
        switch values[name] {
        case nil, "false": return false
        case "true": return true
        default: throw ExchangeRefusal(.requestMalformed, "\(name) is true or false.")
        }
    }

    /// Up to 64 characters of 0–9, a–f.
    func hex(_ name: Substring) throws(ExchangeRefusal) -> String? {
        guard let text = values[name] else { return nil }
        guard text.utf8.count <= 64, text.utf8.allSatisfy({ (48...57).contains($0) || (97...102).contains($0) }) else {
            throw ExchangeRefusal(.requestMalformed, "\(name) is hexadecimal.")
        }
        return String(text)
    }
}
