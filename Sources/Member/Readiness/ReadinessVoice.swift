public import Daemon
public import Exchange
internal import Logging
public import Values

/// Tells the coordinator whether this participant is ready for rounds of its agreements. [P-76]
public struct ReadinessVoice: Sendable {
    /// What is to be said of one agreement.
    public struct Statement: Sendable {
        public let agreement: AgreementID
        public let study: String
        public let word: ReadinessWord

        /// - Parameter obstacles: what was found, in any order: one is said, the first among all words. Empty if
        ///   nothing stands in the way.
        public init(agreement: AgreementID, study: String, obstacles: [ReadinessWord]) {
            self.agreement = agreement
            self.study = study
            word = ReadinessWord.allCases.first(where: obstacles.contains) ?? .ready
        }
    }

    private let home: Home
    private let coordinator: CoordinatorWay
    private let out: Console

    public init(home: Home, coordinator: CoordinatorWay, out: Console) {
        self.home = home
        self.coordinator = coordinator
        self.out = out
    }

    /// Says it all, a call each. Who takes part by courier is told what to do instead.
    public func tell(_ statements: [Statement]) async throws {
        guard !statements.isEmpty else {
            out.line("Nothing was sent: no agreement that is still valid is signed here and none was given.")
            return
        }
        guard let address = coordinator.address else {
            out.line("Nothing was sent: readiness is not carried by courier.")
            for statement in statements {
                out.line("Tell the coordinator's operator yourself, of \(statement.study): \(statement.word.rawValue)")
            }
            return
        }
        var logger = Logger(label: "sidos.readiness")
        logger.logLevel = .critical
        for keys in home.keyRing.all {
            let own = try statements.filter { try self.keys(for: $0).path == keys.path }
            if !own.isEmpty { try await tell(own, address, keys, logger) }
        }
    }

    /// Those that the agreement pins: by them the coordinator knows who speaks of it.
    private func keys(for statement: Statement) throws -> KeyDirectory {
        guard let installed = try home.agreements().load(statement.agreement) else { return home.keys }
        return home.keys(pinnedBy: installed.agreement)
    }

    private func tell(
        _ statements: [Statement], _ address: CoordinatorAddress, _ keys: KeyDirectory, _ logger: Logger
    ) async throws {
        let client = try ExchangeClient.connect(address, home: home, keys: keys, retry: .few, logger: logger)
        do {
            var failure: (any Error)?
            // A word that is not taken, such as about a superseded agreement that the coordinator has removed, keeps
            // no other one back.
            for statement in statements {
                let name = "\(statement.study), agreement \(statement.agreement.description.prefix(12))"
                do {
                    try await client.say(statement.word, about: statement.agreement)
                    out.line(
                        "Told the coordinator of \(name): \(statement.word.rawValue). Nothing else was sent; it is "
                            + "believed for a day.")
                } catch let problem as ExchangeProblem {
                    out.line("The coordinator does not take the word of \(name): \(ErrorReport(problem).sentence)")
                    if statement.word != .superseded { failure = failure ?? problem }
                }
            }
            try await client.shutdown()
            if let failure { throw failure }
        } catch {
            try? await client.shutdown()
            throw error
        }
    }
}
