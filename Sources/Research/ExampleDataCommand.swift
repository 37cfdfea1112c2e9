internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Dataset
internal import Files
internal import Foundation
internal import Values

/// `agreement …` as all programs have it, and `example-data`, which needs what writes datasets.
struct ResearchAgreementCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: AgreementCommand.configuration.commandName ?? "agreement",
        abstract: AgreementCommand.configuration.abstract,
        subcommands: AgreementCommand.configuration.subcommands + [ExampleDataCommand.self])
}

struct ExampleDataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "example-data",
        abstract: "Write a made-up dataset with the files, columns and labels that a round would give.",
        discussion: """
            Needs the agreement's file only: no keys, no signatures, no network. Researchers write their programs with \
            it before there is data, and outside of the secure environment. Nobody in it exists, and every file says \
            so. The same agreement, number of people, seed and version give the same bytes.
            """)

    @Argument(help: "The agreement's YAML file.") var file: String
    @Option(help: "How many people, at most: an agreement's caps and samples may leave fewer.") var people = 500
    @Option(help: "Another number gives other people and values.") var seed: UInt64 = 1
    @Option(name: [.short, .long], help: "The dataset's directory, to be made. The directory above it must exist.")
    var output: String
    @Flag(help: "Replace a dataset that is there already, once the new one is complete.") var replace = false

    func validate() throws {
        guard ExampleData.peopleLimits.contains(people) else {
            throw ValidationError(
                "--people is a number from \(ExampleData.peopleLimits.lowerBound) to "
                    + "\(ExampleData.peopleLimits.upperBound).")
        }
    }

    func run() throws {
        let bytes = try PublicFile.read(file, maxByteCount: AgreementLimits.byteLimit)
        let example = try ExampleData(
            Agreement.parse(bytes), agreementID: AgreementID(ofFile: bytes), people: people, seed: seed)
        let scratch = try ScratchDirectory("sidos-example")
        defer { try? scratch.remove() }
        let tally = try example.write(
            to: output, replace: replace, scratch: scratch.directory,
            toolVersion: "\(ResearchProgram.name) \(ResearchProgram.version)")
        let rows = tally.registers.values.reduce(0) { $0 + $1.rows }
        Console.standardOutput.line(
            "Wrote \(URL(fileURLWithPath: output).path): \(tally.people) made-up people with \(rows) rows.")
        Console.standardOutput.line("Nobody in it exists. Every file says so, and the pseudonyms begin with fakedata.")
    }
}
