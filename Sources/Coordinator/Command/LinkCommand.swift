internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import PSIProtocol

/// `link`: opens a round under a signed agreement and follows it to its end.
struct LinkCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "link",
        abstract: "Open a round under an agreement that all participants have signed, and follow it.",
        discussion: """
            Without --signature it takes the signature files beside the agreement, as `agreement sign` names them. \
            It ends with status 0 when the round closes and 81 when it is aborted. Ctrl-C stops following, not the \
            round. With --withdrawals the round links nothing: the research environment learns who has withdrawn from \
            the study, and removes these people from what it has.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The agreement's YAML file.") var agreement: String
    @Option(name: .customLong("signature"), help: "A signature file (default: those beside the agreement).")
    var signatures: [String] = []
    @Flag(help: "Open a round of withdrawals. It counts among the agreement's rounds.") var withdrawals = false
    @Flag(help: "Print progress and outcome as JSON lines on standard output.") var json = false
    @Flag(inversion: .prefixedNo, help: "Follow the round to its end.") var follow = true

    func run() async throws {
        let signed = try SignedAgreement.load(agreement, signatures: signatures)
        // Here as well as at the coordinator: everything that is missing is told before anything is sent.
        _ = try signed.verify()
        let purpose: RoundPurpose? = withdrawals ? .withdrawals : nil
        let round = try await OperatorConnection.with(home.directory) { client in
            try await client.openRound(
                agreement: signed.bytes, signatures: signed.signatures.map(\.json), purpose: purpose)
        }
        let voice = FollowVoice(json: json)
        try voice.opened(round, agreement: signed.id)
        guard follow else { return }
        let status = try await OperatorConnection.with(home.directory, retry: .untilCancelled) { client in
            let following = FollowService(voice: voice) {
                try await OperatorConnection.status(of: round, client)
            }
            try await DaemonServices.run(following, logger: OperatorConnection.quietLogger)
            return following.outcome
        }
        guard let status else { throw CoordinatorError.stoppedFollowing(round: "\(round)") }
        try voice.ended(status)
        if let ended = status.ended, ended.outcome == "aborted" {
            throw CoordinatorError.aborted(
                round: status.round, code: ended.code ?? "unknown", participants: ended.participants,
                reason: ended.reason)
        }
    }
}
