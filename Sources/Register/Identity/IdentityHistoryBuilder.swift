internal import PSIProtocol
internal import Values

/// Gathers the pairs of a history, in memory bounded by their limit.
struct IdentityHistoryBuilder: CustomReflectable {
    private(set) var numbers: [PersonIdentity: Int32] = [:]
    private(set) var identities: [CodeIdentity] = []
    /// By number, the number of the identity that replaced it, or one of the two below.
    private(set) var successors: [Int32] = []
    private(set) var counts = IdentityHistory.Counts()
    private var pairCount = 0
    private let pairLimit: Int
    private let since: CalendarDate?
    /// By number, the day on which the identity was replaced, if a row says it.
    private var replacedDays: [Int32: CalendarDate] = [:]
    /// Numbers of identities that are not told as former ones, as they were replaced too long ago.
    private(set) var untold: Set<Int32> = []
    /// By number of an identity that was issued again, the number of the one that had replaced it.
    private(set) var reissued: [Int32: Int32] = [:]

    static let none: Int32 = -1
    static let conflict: Int32 = -2

    /// - Parameters:
    ///   - pairLimit: at most half of what 32 bits can number.
    ///   - since: as of `IdentityHistory.init(reading:…)`.
    init(pairLimit: Int, since: CalendarDate? = nil) {
        self.pairLimit = min(pairLimit, IdentityHistory.pairLimit)
        self.since = since
    }

    mutating func add(
        former: CodeIdentity, current: CodeIdentity, replaced: CalendarDate? = nil
    ) throws(IdentityHistoryError) {
        counts.pairsRead += 1
        if former == current {
            counts.selfPairs += 1
            return
        }
        defer { if let number = numbers[former.person] { note(replaced, of: number) } }
        // Before the pair is kept: numbers never exceed twice the limit.
        if let known = numbers[former.person], let successor = numbers[current.person],
            successors[Int(known)] == successor
        {
            return
        }
        guard pairCount < pairLimit else { throw .tooManyPairs(limit: pairLimit) }
        pairCount += 1
        let number = Int(number(of: former))
        let successor = self.number(of: current)
        switch successors[number] {
        case Self.none: successors[number] = successor
        case Self.conflict: break
        default:
            successors[number] = Self.conflict
            counts.conflicts += 1
        }
    }

    /// Where several rows say different days of one pair, the earliest counts: the code may have been issued again
    /// since.
    private mutating func note(_ replaced: CalendarDate?, of number: Int32) {
        if let replaced { replacedDays[number] = min(replaced, replacedDays[number] ?? replaced) }
        guard let since, replaced.map({ $0 < since }) ?? true else { return }
        untold.insert(number)
    }

    /// An identity that somebody was given after it had been replaced was issued again: what it was replaced by is
    /// another person's, and is not followed.
    mutating func partReissued() {
        for (number, given) in replacedDays where successors[Int(number)] >= 0 {
            let successor = successors[Int(number)]
            guard let left = replacedDays[successor], left < given, successors[Int(successor)] >= 0 else { continue }
            reissued[successor] = successors[Int(successor)]
        }
        for number in reissued.keys { successors[Int(number)] = Self.conflict }
        counts.reissued = reissued.count
    }

    mutating func refuse(_ reason: RefusalReason) { counts.refused[reason, default: 0] += 1 }

    private mutating func number(of identity: CodeIdentity) -> Int32 {
        if let number = numbers[identity.person] { return number }
        let number = Int32(identities.count)
        numbers[identity.person] = number
        identities.append(identity)
        successors.append(Self.none)
        return number
    }

    /// Without children, so that no reflection prints a code.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
