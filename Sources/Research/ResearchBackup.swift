internal import Agreement
internal import ArgumentParser
internal import Daemon
internal import Dataset
internal import Files

/// What the research environment backs up: what was received only if it is asked to.
enum ResearchBackup: BackedUpProgram {
    struct Options: ParsableArguments {
        @Flag(help: "Also copy what was received of rounds that have closed: rows of people, under pseudonyms.")
        var withReceived = false
    }

    static let name = ResearchProgram.name
    static let version = ResearchProgram.version
    static let roles: Set<ParticipantRole> = [.research]
    static let furtherKeyDirectories: [String] = []
    static let adviceAfterRestore =
        RestoredMark.adviceToMembers + [
            "If it has rounds that were removed with `forget` after the copy was made, `forget` them again."
        ]

    static func add(to backup: BackupWriter, from home: Home, options: Options) async throws -> [String] {
        try backup.copyTree(home.directory.file(WithdrawnPeople.name), as: WithdrawnPeople.name)
        guard options.withReceived else { return ["What was received is not in it: --with-received copies it, too."] }
        let folders = try RoundFolders(home: home)
        var count = 0
        for round in try folders.all() {
            guard let folder = try folders.existing(round) else { continue }
            let lock = try folder.lock()
            defer { lock.release() }
            // A round that is not settled may yet have to be destroyed, and could not be after a restore.
            guard try folder.received()?.isSettled == true else { continue }
            try folder.copy(to: backup)
            count += 1
        }
        return [
            "It has what was received of \(count) \(count == 1 ? "round" : "rounds"), with rows of people: keep it "
                + "inside the secure environment, and delete it when they have to be forgotten."
        ]
    }
}
