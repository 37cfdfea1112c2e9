public import Agreement
public import ArgumentParser
internal import Files
internal import PlainWords

extension PlainLanguage: ExpressibleByArgument {}

/// `agreement notice`: what the people concerned are told.
struct AgreementNoticeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notice",
        abstract: "From the agreement, write the notice to the people concerned.",
        discussion: """
            Writes notice.fi.html, notice.fi.txt and so on for Swedish and English. Until every participant has signed \
            the agreement, each is marked as a draft.
            """)

    enum Format: String, CaseIterable, ExpressibleByArgument {
        case html
        case text

        var suffix: String { self == .html ? "html" : "txt" }
    }

    @Argument(help: "The agreement's YAML file.") var file: String
    @Option(help: "fi, sv or en (default: all three).") var language: PlainLanguage?
    @Option(help: "html or text (default: both).") var format: Format?
    @Option(name: .customLong("out"), help: "The directory to write to. It is made if it does not exist.") var out:
        String
    @Option(name: .customLong("signature"), help: "A signature file (default: those beside the agreement).")
    var signatures: [String] = []

    func run() throws {
        let signed = try SignedAgreement.load(file, signatures: signatures)
        let agreement = try Agreement.parse(signed.bytes)
        var standing = Notice.Standing.signed
        var reason: String?
        do throws(SignedAgreementError) { _ = try signed.verify() } catch {
            standing = .draft
            reason = error.description
        }
        var files: [(String, String)] = []
        for language in language.map({ [$0] }) ?? PlainLanguage.allCases {
            guard let notice = Notice(agreement, id: signed.id, language: language, standing: standing) else {
                throw NoticeError.noTexts(path: file)
            }
            for format in format.map({ [$0] }) ?? Format.allCases {
                files.append(
                    ("notice.\(language.rawValue).\(format.suffix)", format == .html ? notice.page : notice.text))
            }
        }
        do throws(FileError) {
            try Directory.make(out, below: out.hasPrefix("/") ? "/" : ".")
            guard try FileStatus(of: out, followingLinks: true).kind == .directory else { throw .exists(path: out) }
        } catch {
            throw NoticeError.noDirectory(path: out)
        }
        for (name, text) in files {
            let path = (out.hasSuffix("/") ? out : out + "/") + name
            try AtomicFile.write(Array(text.utf8), to: path, mode: 0o644)
            Console.standardOutput.line("Wrote \(path)")
        }
        if let reason {
            Console.standardOutput.line("caution: these are drafts, marked as such: \(reason)")
        } else {
            Console.standardOutput.line(
                "Agreement \(signed.id) is signed by all \(agreement.participants.count) participants")
        }
    }
}

enum NoticeError: Error, CustomStringConvertible, ReportableError {
    case noTexts(path: String)
    case noDirectory(path: String)

    var description: String {
        switch self {
        case .noTexts(let path):
            "\(path) has no `notice`: add the texts that docs/agreement.md lists, in Finnish, Swedish and English"
        case .noDirectory(let path): "the directory \(path) can't be made: give another with --out"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .noTexts: .badData
        case .noDirectory: .cannotCreate
        }
    }
}
