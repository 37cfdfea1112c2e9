public import Agreement
public import Values

/// Which items the nodes are to compute shares for. [P-37]
public struct Selected: EntryBody {
    public static let kind = "Selected"

    /// How people were found, sealed to the research environment; absent where there is one way only.
    public var linkage: HexBytes?
    /// What every node is asked to compute shares for: the selected items' A, in order. One stream a node, same bytes.
    public var requests: AnnouncedStream
    /// What the research environment reads.
    public var selection: AnnouncedStream
    /// In a verified round, what the capsules were re-randomised with, sealed to each approver, so that it can make
    /// the same selection. [P-71]
    public var seeds: [String: HexBytes]?
    /// SHA-256 of that seed.
    public var seedDigest: HexBytes?
}

extension Selected: RuledEntry {
    func apply(to record: inout RoundRecord, by author: ParticipantID) throws(ProtocolViolation) {
        guard author == record.coordinator, record.releasesRows else {
            throw ProtocolViolation(.notAllowed, by: author)
        }
        guard record.allStagesSettled else { throw ProtocolViolation(.outOfPlace, by: author) }
        guard record.selected == nil else { throw ProtocolViolation(.repeated, by: author) }
        let sealed = record.agreement.linksInSeveralWays ? PublishedLinkage.sealedByteCount : nil
        guard requests.isWellFormed, selection.isWellFormed, requests.count == selection.count,
            linkage?.bytes.count == sealed, hasSeeds(in: record)
        else { throw ProtocolViolation(.selectionWrong, by: author) }
        guard requests.count <= record.releasableItemCap else {
            throw ProtocolViolation(.releaseCapExceeded, by: author)
        }
        record.selected = self
        record.resultNumber = record.head.count + 1
    }
}

extension Selected {
    private func hasSeeds(in record: RoundRecord) -> Bool {
        guard record.isVerified else { return seeds == nil && seedDigest == nil }
        return Set((seeds ?? [:]).keys) == Set(record.approvers) && seedDigest?.bytes.count == 32
            && seeds?.values.allSatisfy { $0.bytes.count == SealedSecret.byteCount } == true
    }
}

extension RoundRecord {
    /// The most items that the agreement's caps let a round release: for each register, the caps of the cohorts it is
    /// released for, or which it defines. [P-37]
    public var releasableItemCap: Int { releasableItemCap { $0.maxPeople } }

    /// The same with a limit of the node's own on each cohort.
    public func releasableItemCap(limit: (CohortDeclaration) -> Int) -> Int {
        var total = 0
        for register in agreement.registers {
            for cohort in agreement.cohorts where register.isDisclosed(for: cohort, in: agreement) {
                let (sum, overflow) = total.addingReportingOverflow(limit(cohort))
                if overflow { return Int.max }
                total = sum
            }
        }
        return total
    }
}
