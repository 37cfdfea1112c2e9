internal import Crypto
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Synchronization
internal import Values

/// What an agent has in memory: for each round a key pair, and the keys of its steps that workers have asked for.
///
/// A round's keys are made when its folder appears and wiped when it is gone. They are on no disk.
public final class HostKeys: Sendable {
    private let folder: SharedFolder
    private let host: String
    private let identity: AgentIdentity

    /// More rounds or steps than these at once are no node's.
    private static let mostRounds = 64
    private static let mostJobs = 256

    private struct Round: Sendable {
        let key: XWingMLKEM768X25519.PrivateKey
        var jobs: [JobID: SymmetricKey] = [:]
    }
    private let rounds = Mutex<[RoundID: Round]>([:])

    /// - Parameter host: as `engine.agents` of the node's configuration names this one.
    public init(folder: SharedFolder, host: String, identity: AgentIdentity) {
        self.folder = folder
        self.host = host
        self.identity = identity
    }

    /// Rounds that there are keys for.
    public var roundCount: Int { rounds.withLock { $0.count } }

    /// Looks which rounds there are: makes keys for new ones and wipes those of rounds that are gone.
    ///
    /// - Throws: `EngineError.folder`.
    public func look() throws {
        let present = Set(try folder.rounds())
        rounds.withLock { rounds in
            for round in rounds.keys where !present.contains(round) { rounds[round] = nil }
        }
        for round in present.sorted(by: { "\($0)" < "\($1)" }) {
            guard rounds.withLock({ $0[round] == nil }) else { continue }
            guard roundCount < Self.mostRounds else { throw EngineError.tooManyRounds(folder: folder.directory.path) }
            guard let directory = try folder.existing(round) else { continue }
            let key = try XWingMLKEM768X25519.PrivateKey.generate()
            let offer = try HostOffer.signed(
                Array(key.publicKey.rawRepresentation), host: host, round: round, by: identity.key)
            rounds.withLock { $0[round] = Round(key: key) }
            do { try AtomicFile.write(offer, to: directory.file(HostOffer.name(host: host))) } catch {
                rounds.withLock { $0[round] = nil }
                // The round may be over already.
                if case .notFound = error { continue }
                throw EngineError.folder(error)
            }
        }
    }

    /// A step's keys as the node sealed them to this host.
    ///
    /// - Throws: `EngineError.noKeys` where there are none for this host, or the step is over.
    func keys(_ job: JobID, of round: RoundID) throws -> SymmetricKey {
        guard let key = rounds.withLock({ $0[round]?.key }) else { throw EngineError.noKeys }
        let job = try JobFolder(job, of: round, in: folder)
        let sealed: [UInt8]
        do {
            sealed = try PublicFile.read(
                job.directory.file(JobFolder.keysName(host: host)), maxByteCount: JobKeys.mostBytes)
        } catch {
            forget(job.job, of: round)
            if case .notFound = error { throw EngineError.noKeys }
            throw EngineError.folder(error)
        }
        if let known = rounds.withLock({ $0[round]?.jobs[job.job] }) { return known }
        let opened = try HostSeal.open(sealed, round, job.job, host: host, key: key).key
        rounds.withLock { rounds in
            if let count = rounds[round]?.jobs.count, count >= Self.mostJobs { rounds[round]?.jobs = [:] }
            rounds[round]?.jobs[job.job] = opened
        }
        return opened
    }

    /// What a process that starts anew has.
    func forgetAll() { rounds.withLock { $0 = [:] } }

    private func forget(_ job: JobID, of round: RoundID) { rounds.withLock { $0[round]?.jobs[job] = nil } }
}
