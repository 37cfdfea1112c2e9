internal import Agreement
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
