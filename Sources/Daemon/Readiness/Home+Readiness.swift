public import Agreement
public import Exchange
internal import Files
public import Values

/// Room that a participant has to have on its disk before a round, whatever the round needs: below that it would stop
/// at once.
public enum DiskRoom {
    public static let leastByteCount = 1 << 30

    /// Whether less is free on the file system of a directory; false where that cannot be found out.
    public static func isLow(at path: String) -> Bool {
        (try? FreeSpace(at: path)).map { $0.byteCount < leastByteCount } ?? false
    }
}

extension Home {
    /// Why no round is taken under an agreement any more, as was settled here; nil where nothing was. Also while a
    /// daemon runs. [P-84]
    public func succession(of id: AgreementID, _ agreement: Agreement) throws -> SuccessionObstacle? {
        try Succession.obstacle(to: agreements().chain(of: id, agreement), in: stateView())
    }

    /// Which study key is missing here that rounds of an agreement need; nil where none is. Also while a daemon runs.
    /// [P-85]
    public func studyKeyObstacle(to id: AgreementID, _ agreement: Agreement) throws -> StudyKeyError? {
        guard agreement.pseudonyms.holders.contains(keys.id) else { return nil }
        return try KeptStudyKeys(scope: agreement.studyKeyScope, state: stateView())
            .obstacle(to: keys.id, in: agreements().chain(of: id, agreement))
    }

    /// For `status`: which agreements were signed here, which of them are superseded, and which study keys are missing.
    public func agreementLines() throws -> [String] {
        var (names, missing) = ([String](), [String]())
        for installed in try agreements().all() {
            let (id, agreement) = (installed.id, installed.agreement)
            let name = "\(agreement.study.id) \(id.description.prefix(12))"
            do {
                let obstacle = try succession(of: id, agreement)
                names.append(name + (obstacle.map { " (\($0.summary))" } ?? ""))
                if obstacle == nil, let key = try studyKeyObstacle(to: id, agreement) {
                    missing.append("study key   \(key.sentence)")
                }
            } catch {
                names.append("\(name) (\(ErrorReport(error).sentence))")
            }
        }
        return ["agreements  \(names.isEmpty ? "none signed here" : names.joined(separator: ", "))"] + missing
    }

    /// What of this participant's own stands in the way of a round, whatever it reads: signature, approvals, signing
    /// key, disk. Told a line each; nothing is sent.
    ///
    /// - Parameter configuration: what the daemon would run by, as approvers approve it.
    /// - Throws: `OperationsLogError`, `ApprovalError`, `FileError` where approvals cannot be read.
    public func obstacles(
        to agreement: AgreementID, configuration: [UInt8], out: Console
    ) throws -> [ReadinessWord] {
        var words: [ReadinessWord] = []
        if try agreements().load(agreement) == nil {
            out.line("  the agreement is not signed here: sign it first with `agreement sign`")
            words.append(.agreementUnknown)
        }
        let book = try approvals()
        for (subject, what) in [
            (ApprovalSubject(.agreement, digest: agreement.bytes), "the agreement"),
            (ApprovalSubject(.configuration, configuration), "the configuration"),
        ] {
            guard let obstacle = try book.standing(of: subject).obstacle(to: subject.kind) else { continue }
            out.line("  approvals: \(what): \(obstacle)")
            if words.last != .approvalMissing { words.append(.approvalMissing) }
        }
        if try book.needsApprovalOfRounds() {
            out.line(
                "  approvals: each round is approved too, once it is open. See to it that approvers are there then")
        }
        do { for keys in keyRing.all { try keys.checkSigning() } } catch {
            out.line("  the signing key cannot sign: \(ErrorReport(error).sentence)")
            words.append(.keys)
        }
        if DiskRoom.isLow(at: directory.path) {
            out.line("  the disk of \(directory.path) has less than 1 GiB left")
            words.append(.disk)
        }
        return words
    }
}
