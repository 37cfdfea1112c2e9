internal import Agreement
internal import ArgumentParser
internal import Values

struct AgreementAdoptCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "adopt",
        abstract: "Say that an agreement has taken the place of what it amends, before its first round has said so.",
        discussion: """
            No new round is taken under what it amends from then on. Of two agreements that amend the same one, the \
            other one is not taken any more, also if rounds were taken under it. Nothing goes back to an agreement \
            that was amended. Everybody's signatures must be there. Stop the daemon first.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The agreement's YAML file.") var file: String
    @Option(name: .customLong("signature"), help: "A signature file (default: those beside the agreement).")
    var signatures: [String] = []

    func run() throws {
        let home = try Home(at: home.directory, roles: Set(ParticipantRole.allCases))
        let signed = try SignedAgreement.load(file, signatures: signatures)
        let agreement = try signed.verify()
        guard agreement.amends != nil else { throw AdoptionError.amendsNothing(path: file) }
        let store = try home.agreements()
        guard try store.load(signed.id) != nil else { throw HomeError.notSignedHere(path: file) }
        let chain = try store.chain(of: signed.id, agreement)
        let state = try home.stateToServe()
        do { try Succession(in: state).adopt(chain) } catch let obstacle as SuccessionObstacle {
            throw AdoptionError.amended(path: file, obstacle)
        }
        try home.approvals().note("agreement adopted", ["agreement": "\(signed.id)"])
        Console.standardOutput.line("\(home.keys.id) takes rounds of \(agreement.study.id) under \(signed.id) only.")
    }
}

enum AdoptionError: Error, Equatable, CustomStringConvertible, ReportableError {
    case amendsNothing(path: String)
    case amended(path: String, SuccessionObstacle)

    var description: String {
        switch self {
        case .amendsNothing(let path): "\(path) amends no agreement: there is nothing that it could take the place of"
        case .amended(let path, let obstacle): "\(path) cannot be adopted: \(obstacle.sentence)"
        }
    }

    var exitStatus: ExitStatus { .refused }
}
