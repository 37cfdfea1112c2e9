internal import Daemon
internal import Values

/// How `link` tells what happens: plain lines on standard error and the outcome on standard output, or JSON lines.
struct FollowVoice: Sendable {
    let json: Bool
    let progress: ProgressReport

    init(json: Bool) {
        self.json = json
        progress = .standard(json: json)
    }

    private struct Event: Encodable {
        var event: String
        var round: String?
        var agreement: String?
        var phase: String?
        var waitingFor: [String]?
        var status: RoundStatus?
    }

    func opened(_ round: RoundID, agreement: AgreementID) throws {
        if json {
            try tell(Event(event: "opened", round: "\(round)", agreement: "\(agreement)"))
        } else {
            Console.standardOutput.line("Opened round \(round)")
        }
    }

    func phase(_ status: RoundStatus) throws {
        if json {
            try tell(Event(event: "phase", round: status.round, phase: status.phase, waitingFor: status.waitingFor))
        } else {
            Console.standardError.line("phase: \(status.phase)")
        }
    }

    func waiting(_ status: RoundStatus) throws {
        if json {
            try tell(Event(event: "waiting", round: status.round, phase: status.phase, waitingFor: status.waitingFor))
        } else if !status.waitingFor.isEmpty {
            Console.standardError.line("waiting for \(status.waitingFor.joined(separator: ", "))")
        }
    }

    func ended(_ status: RoundStatus) throws {
        if json {
            try tell(Event(event: "ended", round: status.round, phase: status.phase, status: status))
            return
        }
        Console.standardOutput.line("Round \(status.round)")
        for line in StatusText(status: status).outcome { Console.standardOutput.line(line) }
    }

    private func tell(_ event: Event) throws { Console.standardOutput.line(try StatusJSON.text(event)) }
}
