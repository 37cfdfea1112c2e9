public import CoreMetrics
internal import Synchronization

/// Keeps counters, meters, recorders and timers in memory and prints them in the Prometheus text format.
///
/// Bounded: after `seriesLimit` series new ones are dropped. Labels are escaped.
public final class PrometheusMetrics: MetricsFactory {
    /// Most series kept.
    public static let seriesLimit = 2_000

    private let series = Mutex<[Name: Series]>([:])

    public init() {}

    fileprivate struct Name: Hashable {
        var label: String
        var dimensions: [String]
    }

    public func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        make(label, dimensions, .counter)
    }

    public func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        make(label, dimensions, .gauge)
    }

    public func makeRecorder(
        label: String, dimensions: [(String, String)], aggregate: Bool
    ) -> any RecorderHandler {
        make(label, dimensions, aggregate ? .summary : .gauge)
    }

    public func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        make(label, dimensions, .summary)
    }

    // Series live as long as the program: what a counter has counted is not forgotten with its last user.
    public func destroyCounter(_ handler: any CounterHandler) {}
    public func destroyMeter(_ handler: any MeterHandler) {}
    public func destroyRecorder(_ handler: any RecorderHandler) {}
    public func destroyTimer(_ handler: any TimerHandler) {}

    private func make(_ label: String, _ dimensions: [(String, String)], _ kind: Series.Kind) -> Series {
        let label = Self.identifier(label)
        let name = Name(label: label, dimensions: dimensions.map { Self.dimension($0.0, $0.1) })
        return series.withLock { series in
            if let known = series[name], known.kind == kind { return known }
            let new = Series(kind)
            if series[name] == nil, series.count < Self.seriesLimit { series[name] = new }
            return new
        }
    }

    private static func dimension(_ key: String, _ value: String) -> String {
        let escaped = value.flatMap { character -> [Character] in
            switch character {
            case "\\": ["\\", "\\"]
            case "\"": ["\\", "\""]
            case "\n": ["\\", "n"]
            default: [character]
            }
        }
        return "\(identifier(key))=\"\(String(escaped))\""
    }

    /// A name with every character that Prometheus doesn't take replaced.
    private static func identifier(_ text: String) -> String {
        String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }

    /// The figures in Prometheus's text format, version 0.0.4, ordered by name.
    public func exposition() -> String {
        let all = series.withLock { $0 }
        var text = ""
        for (label, group) in Dictionary(grouping: all, by: { $0.key.label }).sorted(by: { $0.key < $1.key }) {
            guard let kind = group.first?.value.kind else { continue }
            text += "# TYPE \(label) \(kind.rawValue)\n"
            for (name, series) in group.sorted(by: { $0.key.dimensions.lexicographicallyPrecedes($1.key.dimensions) }) {
                let labels = name.dimensions.isEmpty ? "" : "{" + name.dimensions.joined(separator: ",") + "}"
                let (value, count) = series.figures
                if kind == .summary {
                    text += "\(label)_sum\(labels) \(Self.number(value))\n\(label)_count\(labels) \(count)\n"
                } else {
                    text += "\(label)\(labels) \(Self.number(value))\n"
                }
            }
        }
        return text
    }

    /// Gauges in the same format, in their own order.
    static func exposition(_ figures: [Figure]) -> String {
        var text = ""
        var last: String?
        for figure in figures {
            let name = identifier(figure.name)
            if name != last { text += "# TYPE \(name) gauge\n" }
            last = name
            let labels = figure.labels.map { dimension($0.name, $0.value) }.joined(separator: ",")
            text += "\(name)\(labels.isEmpty ? "" : "{\(labels)}") \(number(figure.value))\n"
        }
        return text
    }

    static func number(_ value: Double) -> String {
        if let whole = Int(exactly: value) { return String(whole) }
        return value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Inf" : "+Inf") : String(value)
    }
}

/// One line of figures.
private final class Series: CounterHandler, MeterHandler, RecorderHandler, TimerHandler {
    enum Kind: String { case counter, gauge, summary }

    let kind: Kind
    private let state = Mutex<(value: Double, count: Int)>((0, 0))

    init(_ kind: Kind) { self.kind = kind }

    var figures: (value: Double, count: Int) { state.withLock { $0 } }

    func increment(by amount: Int64) { add(Double(amount)) }
    func increment(by amount: Double) { add(amount) }
    func decrement(by amount: Double) { add(-amount) }
    func set(_ value: Int64) { set(Double(value)) }
    func set(_ value: Double) { state.withLock { $0.value = value } }
    func reset() { state.withLock { $0 = (0, 0) } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { if kind == .gauge { set(value) } else { add(value) } }
    /// A duration, printed in seconds.
    func recordNanoseconds(_ duration: Int64) { add(Double(duration) / 1e9) }

    private func add(_ amount: Double) {
        state.withLock { state in
            state.value += amount
            state.count &+= 1
        }
    }
}
