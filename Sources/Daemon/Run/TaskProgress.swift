internal import Foundation

/// How far one task has come, and how that reads.
struct TaskProgress {
    enum State: String {
        case running, finished, failed
    }

    let number: Int
    let name: String
    let unit: String
    var total: Int?
    var completed = 0
    var state = State.running
    let began: Duration
    /// At the latest change.
    var now: Duration
    var lastEmission: Duration?

    init(number: Int, name: String, unit: String, total: Int?, began: Duration) {
        self.number = number
        self.name = name
        self.unit = unit
        self.total = total
        self.began = began
        now = began
    }

    var elapsed: Duration { now - began }

    /// At the average pace so far; nil while there is nothing to judge by.
    var remaining: Duration? {
        guard state == .running, let total, completed > 0, completed <= total else { return nil }
        let seconds = Self.seconds(elapsed) * (Double(total - completed) / Double(completed))
        // Beyond thirty years it says nothing, and a span can't hold every number.
        return seconds < 1e9 ? .milliseconds(Int64(seconds * 1000)) : nil
    }

    /// 0…1; nil when the total isn't known.
    private var fraction: Double? {
        guard let total, total > 0 else { return nil }
        return min(1, max(0, Double(completed) / Double(total)))
    }

    private var amount: String {
        total.map { "\(completed) of \($0) \(unit)" } ?? "\(completed) \(unit)"
    }

    private var percentage: String? { fraction.map { "\(Int(($0 * 100).rounded(.down))) %" } }

    /// `blind: 45 %, 900 of 2000 rows, 12 s, about 15 s left`.
    var line: String {
        var parts: [String] = []
        switch state {
        case .running: if let percentage { parts.append(percentage) }
        case .finished: parts.append("done")
        case .failed: parts.append("failed")
        }
        parts.append(amount)
        parts.append(Self.words(elapsed))
        if let remaining { parts.append("about \(Self.words(remaining)) left") }
        return "\(name): " + parts.joined(separator: ", ")
    }

    /// `blind  [#########...........]  45 %  900 of 2000 rows  12 s  about 15 s left`.
    func bar(width: Int) -> String {
        var parts = [name]
        if let fraction {
            let cells = width >= 100 ? 30 : 16
            let filled = Int((fraction * Double(cells)).rounded(.down))
            parts.append(
                "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: cells - filled) + "]")
        }
        if let percentage { parts.append(percentage) }
        parts += [amount, Self.words(elapsed)]
        if let remaining { parts.append("about \(Self.words(remaining)) left") }
        return parts.joined(separator: "  ")
    }

    private struct Event: Encodable {
        let event = "progress"
        let task: String
        let state: String
        let completed: Int
        let total: Int?
        let unit: String
        let elapsedSeconds: Double
        let remainingSeconds: Double?

        enum CodingKeys: String, CodingKey {
            case event, task, state, completed, total, unit
            case elapsedSeconds = "elapsed_seconds"
            case remainingSeconds = "remaining_seconds"
        }

        /// With nulls written, so that every event has the same fields.
        func encode(to encoder: any Encoder) throws {
            var fields = encoder.container(keyedBy: CodingKeys.self)
            try fields.encode(event, forKey: .event)
            try fields.encode(task, forKey: .task)
            try fields.encode(state, forKey: .state)
            try fields.encode(completed, forKey: .completed)
            try fields.encode(total, forKey: .total)
            try fields.encode(unit, forKey: .unit)
            try fields.encode(elapsedSeconds, forKey: .elapsedSeconds)
            try fields.encode(remainingSeconds, forKey: .remainingSeconds)
        }
    }

    var json: String? {
        let event = Event(
            task: name, state: state.rawValue, completed: completed, total: total, unit: unit,
            elapsedSeconds: Self.tenths(elapsed), remainingSeconds: remaining.map(Self.tenths))
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(event)).map { String(decoding: $0, as: UTF8.self) }
    }

    private static func seconds(_ span: Duration) -> Double {
        Double(span.components.seconds) + Double(span.components.attoseconds) / 1e18
    }

    private static func tenths(_ span: Duration) -> Double { (seconds(span) * 10).rounded() / 10 }

    /// `12 s`, `3 min 5 s`, `2 h 7 min`.
    static func words(_ span: Duration) -> String {
        let seconds = max(0, span.components.seconds)
        if seconds < 60 { return "\(seconds) s" }
        if seconds < 3600 { return "\(seconds / 60) min \(seconds % 60) s" }
        return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
}
