internal import Daemon
internal import PSIProtocol
internal import Values

/// A member of which figures are kept: what it is asked, how long it works, how it ends.
struct WatchedMember: RoundMember {
    let member: any RoundMember
    let figures: MemberFigures

    func admit(_ record: RoundRecord) async throws -> RefusalCode? {
        let code = try await member.admit(record)
        if code != nil { figures.refuse() }
        return code
    }

    func step(_ record: RoundRecord) async throws -> (any EntryBody)? {
        let start = ContinuousClock.now
        do {
            let body = try await member.step(record)
            // Where nothing was due, nothing was worked on.
            if body != nil { figures.work(ContinuousClock.now - start, in: record.phase, failed: false) }
            if body is Complained { figures.complain() }
            return body
        } catch {
            if !(error is CancellationError) {
                figures.work(ContinuousClock.now - start, in: record.phase, failed: true)
            }
            throw error
        }
    }

    func erase(_ round: RoundID, ending: RoundRecord.Ending?) async throws {
        try await member.erase(round, ending: ending)
        if ending == nil { figures.leave(round) }
    }

    func settle(_ record: RoundRecord) async throws -> Bool { try await member.settle(record) }

    func disown(_ round: RoundID) async throws {
        figures.leave(round)
        try await member.disown(round)
    }

    func tidy() async { await member.tidy() }

    func observe(_ record: RoundRecord) async {
        figures.see(record)
        await member.observe(record)
    }
}
