internal import Peers

/// What one operation took, alone or beside a peer's.
struct Measurement: Codable {
    /// What is measured on: a suite's id, or the part of the round.
    var subject: String
    var operation: String
    /// CPU time of one operation, median, in nanoseconds.
    var nanoseconds: Double
    var peer: String?
    var peerNanoseconds: Double?
    /// How many times the peer's CPU time is ours: the median over pairs measured one after the other. Above 1, ours is
    /// faster.
    var ratio: Double?
}

enum BenchmarkError: Error {
    /// A peer computed something else, so that comparing times means nothing.
    case peerDisagrees(operation: String)
    /// An operation under measurement failed.
    case failed(operation: String)
}

/// Measures CPU time, in turns: ours, the peer's, ours, the peer's. What else the machine does then disturbs both
/// alike.
struct Stopwatch {
    /// Turns; the median of their times counts.
    var turns = 15
    /// A turn repeats its body until it has used this much.
    var turnNanoseconds: UInt64 = 40_000_000

    /// - Parameter count: operations that one call of a body does; of the peer's body, if that differs, `peerCount`.
    func measure(
        _ subject: String, _ operation: String, count: Int, own: () throws -> Void,
        peer: (name: String, body: () throws -> Void)? = nil, peerCount: Int? = nil
    ) throws -> Measurement {
        let ownCalls = try calls(own)
        let peerCalls = try peer.map { try calls($0.body) } ?? 0
        var times: [Double] = []
        var peerTimes: [Double] = []
        for _ in 0..<turns {
            times.append(try time(own, calls: ownCalls) / Double(count))
            if let peer { peerTimes.append(try time(peer.body, calls: peerCalls) / Double(peerCount ?? count)) }
        }
        return Measurement(
            subject: subject, operation: operation, nanoseconds: Self.median(times), peer: peer?.name,
            peerNanoseconds: peer.map { _ in Self.median(peerTimes) },
            ratio: peer.map { _ in Self.median(zip(peerTimes, times).map { $0 / $1 }) })
    }

    /// Also warms up caches and lets libraries choose their code.
    private func calls(_ body: () throws -> Void) throws -> Int {
        try body()
        let once = try time(body, calls: 1)
        return max(1, Int((Double(turnNanoseconds) / max(once, 1)).rounded(.up)))
    }

    private func time(_ body: () throws -> Void, calls: Int) throws -> Double {
        let start = peer_thread_cpu_time()
        for _ in 0..<calls { try body() }
        return Double(peer_thread_cpu_time() - start) / Double(calls)
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        let middle = sorted.count / 2
        return sorted.count.isMultiple(of: 2) ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
    }
}
