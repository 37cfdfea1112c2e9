internal import Agreement
internal import ArgumentParser
internal import PlainWords
internal import Values

struct AgreementChangesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes",
        abstract: "Say in plain words what differs between two agreements.",
        discussion: """
            Says what no longer holds and what holds now, then every field that differs. Files that differ in comments \
            and spaces only mean the same, but are two agreements all the same: a signature is good for one of them.
            """)

    @Argument(help: "The YAML file of the agreement that you know.") var old: String
    @Argument(help: "The YAML file of the other one.") var new: String
    @Option(help: "fi, sv or en.") var language = PlainLanguage.english

    func run() throws {
        let files = try [old, new].map { path in
            let bytes = try AgreementFile.read(path)
            do throws(AgreementError) {
                return (agreement: try Agreement.parse(bytes), id: AgreementID(ofFile: bytes))
            } catch {
                throw UnreadableAgreement(path: path, error: error)
            }
        }
        let changes = AgreementChanges(from: files[0].agreement, to: files[1].agreement, language: language)
        Console.standardOutput.line(changes.text)
        Console.standardOutput.line("\(language.agreementWord) \(files[0].id) -> \(files[1].id)")
    }
}

/// One of two files; its mistakes.
private struct UnreadableAgreement: Error, CustomStringConvertible, ReportableError {
    let path: String
    let error: AgreementError

    var description: String { "\(path): \(error)" }
    var exitStatus: ExitStatus { error.exitStatus }
}

extension PlainLanguage {
    /// Before an agreement's id.
    var agreementWord: String { of("Sopimus", "Avtal", "Agreement") }
}
