internal import PSIProtocol

/// Gathers the pairs of a history, in memory bounded by their limit.
struct IdentityHistoryBuilder: CustomReflectable {
    private(set) var numbers: [PersonIdentity: Int32] = [:]
    private(set) var identities: [CodeIdentity] = []
    /// By number, the number of the identity that replaced it, or one of the two below.
    private(set) var successors: [Int32] = []
    private(set) var counts = IdentityHistory.Counts()
    private var pairCount = 0
    private let pairLimit: Int

    static let none: Int32 = -1
    static let conflict: Int32 = -2

    /// - Parameter pairLimit: at most half of what 32 bits can number.
    init(pairLimit: Int) { self.pairLimit = min(pairLimit, IdentityHistory.pairLimit) }

    mutating func add(former: CodeIdentity, current: CodeIdentity) throws(IdentityHistoryError) {
        counts.pairsRead += 1
        if former == current {
            counts.selfPairs += 1
            return
        }
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
