internal import Agreement
internal import Daemon

/// What a node backs up: besides what all participants do, who has withdrawn. Lists are sealed under keys that are in
/// no backup, and generators can be made again.
enum NodeBackup: BackedUpProgram {
    static let name = NodeProgram.name
    static let version = NodeProgram.version
    static let roles: Set<ParticipantRole> = [.authority, .mixer]
    static let furtherKeyDirectories: [String] = []
    static let adviceAfterRestore = RestoredMark.adviceToMembers

    static func add(to backup: BackupWriter, from home: Home, options: NoOptions) async throws -> [String] {
        try backup.copyTree(home.directory.file(Withdrawals.directory), as: Withdrawals.directory)
        return []
    }
}
