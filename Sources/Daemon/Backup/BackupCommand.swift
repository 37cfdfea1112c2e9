public import Agreement
public import ArgumentParser
internal import Crypto
internal import Files
internal import Foundation

/// What one of the programs backs up besides what all have: keys, configuration, agreements, boards, evidence,
/// counters.
public protocol BackedUpProgram: Sendable {
    /// Options of `backup` that the other programs don't have.
    associatedtype Options: ParsableArguments
    static var name: String { get }
    static var version: String { get }
    static var roles: Set<ParticipantRole> { get }
    /// Key directories below the home that are not the participant's own.
    static var furtherKeyDirectories: [String] { get }
    /// What an operator is told after a restore, a sentence each.
    static var adviceAfterRestore: [String] { get }

    /// Copies what is this program's own. Counters are copied after it, and so are never older.
    ///
    /// - Returns: what the operator is told of it, a sentence each.
    static func add(to backup: BackupWriter, from home: Home, options: Options) async throws -> [String]

    /// How many rounds this participant has not done with.
    ///
    /// - Parameter state: of a daemon that does not run.
    static func roundsUnderWay(_ home: Home, _ state: SealedState) async throws -> Int
}

extension BackedUpProgram {
    /// Those of which something is sealed in the state.
    public static func roundsUnderWay(_ home: Home, _ state: SealedState) async throws -> Int {
        Set(state.names(.rounds).compactMap(\.round)).count
    }
}

/// No further options.
public struct NoOptions: ParsableArguments {
    public init() {}
}

/// `backup`: a consistent copy of a participant's directory.
public struct BackupCommand<Program: BackedUpProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "backup", abstract: "Copy this participant's directory to a new one, consistently.",
            discussion: """
                `serve` may keep running. The copy has keys, configuration, agreements, boards, evidence and counters, \
                and a signed list of its files. It never has the keys of rounds: whoever restores it takes no further \
                part in the rounds that were under way. Whoever reads the secret keys in it can act in this \
                participant's place, so encrypt it, or leave them out.
                """)
    }

    @OptionGroup var home: HomeOption
    @Option(help: "The directory to make. The one above it must exist.") var to: String
    @Flag(help: "Leave the secret keys out. To restore the backup you then need them from another place.")
    var withoutKeys = false
    @Flag(help: "Move to another machine: needs `serve` stopped, and lets it never start again from here.")
    var move = false
    @OptionGroup var more: Program.Options

    public init() {}

    public func run() async throws {
        let home = try Home(at: home.directory, roles: Program.roles)
        // Held to the end, so that nothing starts meanwhile; nil while a daemon has it.
        let lock = try Self.lock(home)
        let origin: BackupManifest.Origin = lock == nil ? .running : move ? .moved : .stopped
        if move { try checkMovable(home, lock) }
        let writer = try BackupWriter(to)
        var hasKeys = !withoutKeys
        for name in try KeyRing.names(in: home.directory) + Program.furtherKeyDirectories
        where try !copyKeys(name, home, writer) { hasKeys = false }
        for name in ["config.yaml", "policy.yaml"] { try writer.copy(home.directory.file(name), as: name) }
        try writer.copyTree(home.directory.file("agreements"), as: "agreements")
        // A board says that its streams are there, so it is copied before them.
        try writer.copyTree(home.directory.file("evidence"), as: "evidence", linking: true) { names in
            names.filter { $0 != "rounds" } + names.filter { $0 == "rounds" }
        }
        // They grow while they are copied, so never a second name for one.
        try writer.copyTree(home.directory.file("boards"), as: "boards")
        let told = try await Program.add(to: writer, from: home, options: more)
        let state = try writer.directory("state")
        let role = home.keys.role
        let files = try await SealedState.copy(
            from: home.directory.subdirectory("state"), to: state, key: home.keys.stateKey
        ) { $0.isKept(inBackupsOf: role) }
        for file in files { try writer.add("state/\(file)") }
        try writer.copyTree(home.directory.file("log"), as: "log")
        let made = MachineClock.system.unixSeconds()
        try writer.finish { files in
            let manifest = try BackupManifest(
                role: role, participant: home.keys.id, made: made, program: "\(Program.name) \(Program.version)",
                origin: origin, hasKeys: hasKeys, files: files
            ).encoded()
            return (manifest, try BackupManifest.signature(over: manifest, key: home.keys.signingKey))
        } before: {
            // First, so that there is no moment in which both could run.
            if move { try Self.fence(home, writer.path, made) }
        }
        try home.approvals().note("backup made", ["directory": writer.path, "keys": hasKeys ? "yes" : "no"])
        tell(writer, hasKeys, told, home)
        lock?.release()
    }

    private static func lock(_ home: Home) throws -> ProcessLock? {
        do { return try ProcessLock(in: home.directory.subdirectory("state")) } catch FileError.inUse { return nil }
    }

    private func checkMovable(_ home: Home, _ lock: ProcessLock?) throws {
        guard lock != nil else { throw BackupError.stillRunning(path: home.directory.path) }
        guard try FileStatus.at(home.movedPath) == nil else { throw HomeError.moved(path: home.movedPath) }
        // The coordinator keeps no keys of rounds, and its rounds go on elsewhere.
        guard home.keys.role != .coordinator else { return }
        let index = try SealedState.index(in: home.directory.subdirectory("state"), home.keys.stateKey)
        let rounds = Set((index?.entries.keys.map { StateName($0) } ?? []).compactMap(\.round))
        guard rounds.isEmpty else { throw BackupError.roundUnderWay(count: rounds.count) }
    }

    /// - Returns: whether all secret keys are in the copy now.
    private func copyKeys(_ name: String, _ home: Home, _ writer: BackupWriter) throws -> Bool {
        let source = home.directory.file(name)
        for file in KeyFiles.publicNames + [KeyRing.lostName] {
            try writer.copy("\(source)/\(file)", as: "\(name)/\(file)")
        }
        if withoutKeys { return false }
        if KeyRing.isLost(name, in: home.directory) { return true }
        var isWhole = true
        for file in KeyFiles.secretNames(in: source) {
            let isHere = try writer.copy("\(source)/\(file)", as: "\(name)/\(file)")
            isWhole = isWhole && isHere
        }
        return isWhole
    }

    private static func fence(_ home: Home, _ path: String, _ made: Int64) throws {
        let time = MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(made)))
        let note = try JSONEncoder().encode(["moved": time, "backup": path])
        try AtomicFile.write(note, to: home.movedPath)
    }

    private func tell(_ writer: BackupWriter, _ hasKeys: Bool, _ told: [String], _ home: Home) {
        let out = Console.standardOutput
        let bytes = writer.files.reduce(0) { $0 + $1.bytes }
        out.line("Wrote \(writer.path): \(writer.files.count) files, \(ByteText.words(bytes)).")
        for line in told { out.line(line) }
        out.line(
            hasKeys
                ? "It has the secret keys: whoever reads it can act in the place of \(home.keys.id). Keep it encrypted."
                : "It does not have all secret keys: keep them in another place, or it cannot be restored.")
        if FileStatus.exists(writer.path + "/policy.yaml") || home.keys.role != .authority {
            out.line("Other files that config.yaml names are not in it.")
        } else {
            out.line("Files that config.yaml names, such as the policy, are not in it.")
        }
        if move { out.line("\(home.directory.path) does not start any more: restore the copy on the other machine.") }
    }
}

/// Numbers of bytes for people.
public enum ByteText {
    /// `512 bytes`, `1.5 KiB`, `20.0 GiB`.
    public static func words(_ byteCount: Int) -> String {
        guard byteCount >= 1_024 else { return "\(byteCount) bytes" }
        var tenths = byteCount.multipliedReportingOverflow(by: 10)
        if tenths.overflow { tenths.partialValue = .max }
        var value = tenths.partialValue
        var unit = 0
        let units = ["KiB", "MiB", "GiB", "TiB"]
        value /= 1_024
        while value >= 10_240, unit < units.count - 1 {
            value /= 1_024
            unit += 1
        }
        return "\(value / 10).\(value % 10) \(units[unit])"
    }
}
