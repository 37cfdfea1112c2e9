internal import Agreement
public import ArgumentParser
internal import Files
internal import Foundation

/// `restore`: a participant's directory from a backup, whole or not at all.
public struct RestoreCommand<Program: BackedUpProgram>: AsyncParsableCommand {
    public static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "restore", abstract: "Make a participant's directory from a backup.",
            discussion: """
                The directory must not exist yet, or be empty. Every file is compared with the backup's signed list \
                before anything is written. Never run two copies of one participant: stop the old one for good first.
                """)
    }

    @OptionGroup var home: HomeOption
    @Option(help: "The directory that `backup` made.") var from: String
    @Option(help: "Where the secret keys are, if the backup was made without them: a directory like `keys`.")
    var keys: String?

    public init() {}

    public func run() async throws {
        let target = try RestoreTarget(home.directory)
        let backup = try BackupReader.open(from, roles: Program.roles)
        let manifest = backup.manifest
        let now = MachineClock.system.unixSeconds()
        guard now >= manifest.made - RestoredMark.clockToleranceSeconds else {
            throw BackupError.clockBehind(made: manifest.made)
        }
        let partial = try target.begin()
        do {
            try backup.copy(to: partial)
            let restored = try open(backup, in: partial)
            try backup.checkSignature(by: restored)
            try Self.settle(manifest, restored, partial, now)
            try Home(at: partial.path, roles: Program.roles).approvals().note(
                "restored from a backup", ["made": Self.time(manifest)])
            try target.finish()
        } catch {
            target.discard()
            throw error
        }
        tell(manifest)
    }

    /// Key directories that the backup has, and whose keys are used: the newest of the participant's own first.
    private func keyDirectories(in partial: PrivateDirectory) throws -> [String] {
        let own = try KeyRing.names(in: partial).filter { !KeyRing.isLost($0, in: partial) }
        return own + Program.furtherKeyDirectories
    }

    /// The restored keys, completed from elsewhere where the backup has none.
    private func open(_ backup: BackupReader, in partial: PrivateDirectory) throws -> KeyDirectory {
        if let keys { try complete(from: SplitPath(ofDirectory: keys), in: partial) }
        var opened: KeyDirectory?
        for name in try keyDirectories(in: partial) {
            do throws(KeyError) {
                let keys = try KeyDirectory.open(at: partial.file(name))
                if opened == nil { opened = keys }
            } catch {
                if case .missing(let missing) = error, !backup.manifest.hasKeys {
                    throw BackupError.noKeys(path: backup.path, missing: "\(name)/\(SplitPath(missing).name)")
                }
                throw error
            }
        }
        guard let opened else { throw BackupError.notABackup(path: backup.path) }
        return opened
    }

    /// The first of the program's key directories is the one that was named; others lie beside it, under their names.
    private func complete(from named: SplitPath, in partial: PrivateDirectory) throws {
        for (index, directory) in try keyDirectories(in: partial).enumerated() {
            let source = index == 0 ? named.path : named.sibling(directory)
            for name in KeyFiles.secretNames(in: partial.file(directory)) {
                let target = partial.file("\(directory)/\(name)")
                guard try FileStatus.at(target) == nil else { continue }
                _ = try SecretFile.read("\(source)/\(name)") { bytes in
                    try AtomicFile.write(contentsOf: bytes, to: target, replacing: false)
                }
            }
        }
    }

    /// Notes in the sealed state that it is an older one, and takes out whatever no backup should have.
    private static func settle(
        _ manifest: BackupManifest, _ keys: KeyDirectory, _ partial: PrivateDirectory, _ now: Int64
    ) throws {
        let state = try SealedState(in: partial.subdirectory("state"), key: keys.stateKey)
        for name in state.names(.all) where !name.isKept(inBackupsOf: keys.role) { try state.remove(name) }
        try RestoredMark(
            made: manifest.made, restored: max(now, manifest.made), wasRunning: manifest.origin == .running
        )
        .write(to: state)
        // Whoever was moved has forgotten nothing.
        if manifest.origin != .moved {
            let store = AgreementStore(directory: try partial.subdirectory("agreements"))
            try Succession(in: state).forget(store.all())
        }
    }

    private static func time(_ manifest: BackupManifest) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(manifest.made)))
    }

    private func tell(_ manifest: BackupManifest) {
        let out = Console.standardOutput
        out.line("Restored \(manifest.participant) to \(home.directory), as it was at \(Self.time(manifest)).")
        if manifest.origin != .moved {
            out.line("Make sure that no other copy of \(manifest.participant) runs, now or later.")
        }
        for line in Program.adviceAfterRestore { out.line(line) }
    }
}

/// Where a home is restored to: built beside it, or in it where it is there and empty, as a package makes it.
final class RestoreTarget {
    private let path: String
    private let isThere: Bool
    private var partial: PrivateDirectory?

    private static let mark = ".restore.partial-"

    /// - Throws: `BackupError.homeInUse`, `.homeExists`, `.interrupted`; `FileError`.
    convenience init(_ directory: String) throws {
        let path = SplitPath(ofDirectory: directory).shown
        self.init(path: path, isThere: try Self.isEmptyDirectory(path))
    }

    private init(path: String, isThere: Bool) {
        self.path = path
        self.isThere = isThere
    }

    /// False where there is nothing.
    private static func isEmptyDirectory(_ path: String) throws -> Bool {
        guard try FileStatus.at(path) != nil else { return false }
        let home = try PrivateDirectory(path)
        let names = try home.names()
        guard try !names.contains("state") || isUnlocked(PrivateDirectory(home.file("state"))) else {
            throw BackupError.homeInUse(path: path)
        }
        if let left = names.first(where: { $0.hasPrefix(mark) }) {
            throw BackupError.interrupted(path: path, partial: left)
        }
        guard names.isEmpty else { throw BackupError.homeExists(path: path) }
        return true
    }

    private static func isUnlocked(_ state: PrivateDirectory) throws -> Bool {
        do { _ = try ProcessLock(in: state) } catch FileError.inUse { return false }
        return true
    }

    /// The directory to fill.
    func begin() throws -> PrivateDirectory {
        let parent = SplitPath(path).parent
        guard try FileStatus.at(parent) != nil else { throw FileError.notFound(path: parent) }
        let random = String(UInt32.random(in: .min ... .max), radix: 16)
        let name: String
        if isThere {
            name = "\(path)/\(Self.mark)\(random)"
        } else {
            let split = SplitPath(path)
            name = split.sibling(".\(split.name).partial-\(random)")
        }
        let made = try PrivateDirectory(creating: name)
        partial = made
        return made
    }

    /// Flushes everything and puts it in its place. The keys come last: without them nothing starts.
    func finish() throws {
        guard let partial else { throw FileError.finished }
        try Directory.syncTree(partial.path)
        guard isThere else {
            guard try FileStatus.at(path) == nil else { throw BackupError.homeExists(path: path) }
            try Directory.move(partial.path, to: path)
            self.partial = nil
            return try Directory.sync(SplitPath(path).parent)
        }
        let names = try partial.names()
        for name in names.filter({ !KeyRing.isName($0) }) + names.filter(KeyRing.isName) {
            try Directory.move(partial.file(name), to: "\(path)/\(name)")
        }
        try Directory.remove(partial.path)
        self.partial = nil
        try Directory.sync(path)
    }

    /// Removes what was written.
    func discard() {
        guard let partial else { return }
        try? Directory.removeTree(partial.path)
        guard isThere, let left = try? Directory.names(in: path) else { return }
        // It was empty, so all of it is this attempt's.
        for name in left.map({ "\(path)/\($0)" }) {
            if (try? FileStatus.at(name)?.kind) == .directory {
                try? Directory.removeTree(name)
            } else {
                try? AtomicFile.remove(name)
            }
        }
    }
}
