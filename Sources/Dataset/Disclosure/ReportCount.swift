/// A count as the dataset's report shows it.
///
/// In JSON `{"count": 120}`, with `"percent": 60` where it is a share; `{"count": null, "withheld": true}` when it is
/// not told.
struct ReportCount: Sendable, Equatable, Encodable {
    enum Withholding: Sendable, Equatable {
        /// Below the smallest cell.
        case small
        /// Large enough, but with it a small one could be computed.
        case complementary
    }

    /// Rounded; nil if withheld.
    private(set) var count: Int?
    private(set) var withholding: Withholding?
    /// By which counts are compared when one more must be withheld: exact where that is known. Never shown.
    let size: Int
    /// Of the whole it is a share of, made of shown numbers only.
    private(set) var percent: Int?

    /// - Parameter count: nil for one below the smallest cell.
    init(count: Int?, size: Int) {
        self.count = count
        self.size = size
        withholding = count == nil ? .small : nil
    }

    mutating func withholdAsComplement() {
        guard count != nil else { return }
        count = nil
        percent = nil
        withholding = .complementary
    }

    /// The same as a share of `whole`: in percent without decimals, if both are shown and the whole is not 0.
    func share(of whole: ReportCount) -> ReportCount {
        var share = self
        guard let count, let people = whole.count, people > 0 else { return share }
        share.percent = Int((Double(count) / Double(people) * 100).rounded())
        return share
    }

    /// As people read it: `120`, `120 (60 %)`, `fewer than 5`, `withheld`.
    func text(smallestCell: Int) -> String {
        guard let count else { return withholding == .small ? "fewer than \(smallestCell)" : "withheld" }
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
