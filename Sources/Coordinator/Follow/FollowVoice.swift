internal import Daemon
internal import Values

/// How `link` tells what happens: plain lines on standard error and the outcome on standard output, or JSON lines.
struct FollowVoice: Sendable {
    let json: Bool
    let progress: ProgressReport
    private let output: Console
    private let errors: Console

    init(json: Bool) {
        self.init(
            json: json, progress: .standard(json: json), output: .standardOutput, errors: .standardError)
    }

    /// The same on other consoles.
    init(json: Bool, progress: ProgressReport, output: Console, errors: Console) {
        self.json = json
        self.progress = progress
        self.output = output
        self.errors = errors
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
            output.line("Opened round \(round)")
        }
    }

    func phase(_ status: RoundStatus) throws {
        if json {
            try tell(Event(event: "phase", round: status.round, phase: status.phase, waitingFor: status.waitingFor))
        } else {
            errors.line("phase: \(status.phase)")
        }
    }

    func waiting(_ status: RoundStatus) throws {
        if json {
            try tell(Event(event: "waiting", round: status.round, phase: status.phase, waitingFor: status.waitingFor))
        } else if !status.waitingFor.isEmpty {
            errors.line("waiting for \(status.waitingFor.joined(separator: ", "))")
        }
    }

    func ended(_ status: RoundStatus) throws {
        if json {
            try tell(Event(event: "ended", round: status.round, phase: status.phase, status: status))
            return
        }
        output.line("Round \(status.round)")
        for line in StatusText(status: status).outcome { output.line(line) }
    }

    private func tell(_ event: Event) throws { output.line(try StatusJSON.text(event)) }
}
