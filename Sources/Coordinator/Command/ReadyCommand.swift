internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Exchange
internal import Foundation
internal import Values

/// `ready`: who is ready for a round, and whom one would wait for.
struct ReadyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ready", abstract: "Tell who has said that it is ready for a round, and who has not.",
        discussion: """
            Participants say it by `check --ready`. What they say is believed for a day. Who takes part by courier \
            cannot say it: ask that participant. It ends with status 0 when nothing stands in the way of a round, and \
            with 75 otherwise.
            """)

    @OptionGroup var home: HomeOption
    @Argument(help: "The study's id, or the first digits of the agreement's id.") var study: String
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
        let home = try CoordinatorHome(at: home.directory)
        let agreement = try InstalledAgreement.named(study, home)
        let bytes = try await OperatorConnection.with(home.home.directory.path) { client in
            try await client.operatorStanding(of: agreement.id)
        }
        guard let standing = try? StatusJSON.decode(AgreementStanding.self, bytes) else {
            throw CoordinatorError.unknownAnswer
        }
        let lines = json ? [try StatusJSON.text(standing)] : StandingText(standing: standing).lines
        for line in lines { Console.standardOutput.line(line) }
        guard standing.isReady else {
            throw CoordinatorError.notReady(
                study: standing.study, participants: standing.waitingFor, isCoordinator: !standing.coordinator.isEmpty)
        }
    }
}

/// An agreement that the coordinator has signed, as an operator names it.
enum InstalledAgreement {
    /// By the study's id or the first digits of its own, four at least. Of a study with several, the one that is still
    /// valid.
    static func named(
        _ name: String, _ home: CoordinatorHome, today: CalendarDate = MachineClock.system.today()
    ) throws -> AgreementStore.Installed {
        let all = try home.home.agreements().all()
        let ofStudy = all.filter { $0.agreement.study.id == name }
        let valid = ofStudy.filter { $0.agreement.validUntil >= today }
        let byID = name.utf8.count >= 4 ? all.filter { $0.id.description.hasPrefix(name) } : []
        let found = ofStudy.isEmpty ? byID : valid.isEmpty ? ofStudy : valid
        guard let only = found.first else {
            throw CoordinatorError.unknownStudy(name, known: Set(all.map(\.agreement.study.id)).sorted())
        }
        guard found.count == 1 else {
            throw CoordinatorError.severalAgreements(name, found.map { String($0.id.description.prefix(12)) })
        }
        return only
    }
}
