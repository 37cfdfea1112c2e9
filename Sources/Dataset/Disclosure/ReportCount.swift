/// A count as the dataset's report shows it.
///
/// In JSON `{"count": 120}`, with `"percent": 60` where it is a share; `{"count": null, "withheld": true}` when it is
/// not told: because it is small, or because with it a small one could be narrowed down. Which of the two is told
/// nowhere.
struct ReportCount: Sendable, Equatable, Encodable {
    /// The one word for a count that is not told.
    static let withheld = "withheld"

    /// Rounded; nil if withheld.
    let count: Int?
    /// Of the whole it is a share of, made of shown numbers only.
    private(set) var percent: Int?

    init(count: Int?) { self.count = count }

    /// The same as a share of `whole`: in percent without decimals, if both are shown and the whole is not 0.
    func share(of whole: ReportCount) -> ReportCount {
        var share = self
        guard let count, let people = whole.count, people > 0 else { return share }
        share.percent = Int((Double(count) / Double(people) * 100).rounded())
        return share
    }

    /// As people read it: `120`, `120 (60 %)`, `withheld`.
    var text: String {
        guard let count else { return Self.withheld }
        return percent.map { "\(count) (\($0) %)" } ?? String(count)
    }

    private enum CodingKeys: String, CodingKey { case count, percent, withheld }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(count, forKey: .count)
        try container.encodeIfPresent(percent, forKey: .percent)
        if count == nil { try container.encode(true, forKey: .withheld) }
    }
}
