public import PSIProtocol

/// Which identities were one person's, one after the other: codes that were corrected, replaced or issued anew.
///
/// A pair says that a former identity was replaced by another. A person's current identity is the end of the chain of
/// pairs that begins with any of theirs. It is built from what a register's owner says and asks nothing of the codes
/// themselves.
///
/// - A pair of one identity with itself says nothing, and neither does a pair that was read before.
/// - A former identity with two different successors is a conflict: none of its pairs is followed, it stands for
///   itself.
/// - So does a former identity that was given to somebody after it had been replaced, by the days that rows say: it was
///   issued again, and who has it now is somebody else.
/// - Identities that replace each other in a circle are one person, whose current identity is the one with the greatest
///   bytes, compared as unsigned numbers from the first on.
///
/// Secret: it shows nothing of itself but its counts.
public struct IdentityHistory: Sendable, CustomReflectable {
    /// How many pairs are held, those that say nothing not counted.
    public static let pairLimit = 2_000_000
    /// How many former identities of a person are told.
    public static let formerLimit = 4

    public let counts: Counts

    /// What was read, in numbers.
    public struct Counts: Sendable, Equatable {
        /// Pairs of two identities, whether they said something or not.
        public var pairsRead = 0
        /// Different identities that were replaced.
        public var formerCodes = 0
        /// Rows left out, by the reason of the former code, or of the current one if only that is refused.
        public var refused: [RefusalReason: Int] = [:]
        /// Pairs of an identity with itself.
        public var selfPairs = 0
        /// People with an identity that was replaced more than once; without circles.
        public var longChains = 0
        public var cycles = 0
        /// Former identities with two or more different successors.
        public var conflicts = 0
        /// Former identities that were given to somebody after they had been replaced.
        public var reissued = 0
        /// Former identities that are not told, as they were replaced too long ago or on no known day.
        public var untold = 0

        public init() {}
    }

    /// Each identity's number.
    private let numbers: [PersonIdentity: Int32]
    private let identities: [CodeIdentity]
    /// By number, the number of the person's current identity.
    private let current: [Int32]
    /// The numbers of former identities, a person's together and most recent first.
    private let formers: [Int32]
    /// By number of a current identity, where its person's begin in `formers`; one more for the end.
    private let formerStarts: [Int32]
    /// Numbers of former identities that are not told.
    private let untold: Set<Int32>
    /// As of `IdentityHistoryBuilder`.
    private let reissued: [Int32: Int32]

    /// - Parameter pairs: former and current identity. Secret.
    /// - Throws: `tooManyPairs`.
    public init(_ pairs: some Sequence<(former: CodeIdentity, current: CodeIdentity)>) throws(IdentityHistoryError) {
        var builder = IdentityHistoryBuilder(pairLimit: Self.pairLimit)
        for (former, current) in pairs { try builder.add(former: former, current: current) }
        self.init(builder)
    }

    init(_ builder: consuming IdentityHistoryBuilder) {
        builder.partReissued()
        let chains = IdentityChains(successors: builder.successors, identities: builder.identities)
        var counts = builder.counts
        counts.formerCodes = builder.successors.count { $0 != IdentityHistoryBuilder.none }
        counts.cycles = chains.cycleCount
        counts.longChains = chains.longChainCount
        counts.untold = builder.untold.count
        self.counts = counts
        untold = builder.untold
        reissued = builder.reissued
        numbers = builder.numbers
        identities = builder.identities
        current = chains.current
        (formers, formerStarts) = chains.formers(identities: builder.identities)
    }

    /// The current identity of the person who has this one; of an identity that no pair names, itself.
    public func current(of identity: CodeIdentity) -> CodeIdentity {
        guard let number = numbers[identity.person] else { return identity }
        return identities[Int(current[Int(number)])]
    }

    /// The current identities of everybody who is known to have had this one: of whom has it now, and if it was issued
    /// again, of whom had it before. For lists of people to protect, which may be older than that.
    func holders(of identity: CodeIdentity) -> [CodeIdentity] {
        guard let number = numbers[identity.person], let successor = reissued[number] else {
            return [current(of: identity)]
        }
        return [current(of: identity), identities[Int(current[Int(successor)])]]
    }

    /// The identities that the person who has this one had before the current one.
    ///
    /// - Returns: none that was replaced before the agreed day; at most `formerLimit`, those with the fewest steps to
    ///   the current one first, of equally many the greatest bytes first; the one asked for is among them if it is a
    ///   former one.
    public func former(of identity: PersonIdentity) -> [PersonIdentity] {
        guard let number = numbers[identity] else { return [] }
        let person = Int(current[Int(number)])
        let range = Int(formerStarts[person])..<Int(formerStarts[person + 1])
        return formers[range].lazy.filter { !untold.contains($0) }.prefix(Self.formerLimit)
            .map { identities[Int($0)].person }
    }

    /// Without children, so that no reflection prints a code.
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
