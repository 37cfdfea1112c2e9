internal import Agreement
internal import Exchange
internal import PSIProtocol

/// How many bytes a round's streams can come to under its agreement's caps, with room for stages that begin again.
enum RoundQuota {
    /// Sealing adds 16 bytes a chunk and an encapsulation a stream, far below an eighth.
    private static let attempts = 3
    private static let floor = 256 << 20

    /// What may be stored of a stream, and of the round in all. [P-52]
    static func quota(of stream: StreamID, _ record: RoundRecord, limit: Int?) -> StreamQuota {
        let byteCount = byteCount(record.agreement, limit: limit)
        // Only the last chunk of a stream is smaller than the least, so no honest round comes near this.
        // Every part of a stream may have one.
        let chunkCount =
            byteCount / StreamQuota.leastChunkByteCount
            + record.ring.count * (4_096 + 256 * (record.agreement.parts - 1))
        let plaintext = record.byteCountLimit(batch: stream.batch, stage: stream.stage) ?? 0
        return StreamQuota(
            byteCount: byteCount, chunkCount: chunkCount,
            streamByteCount: SealedStreamLength.storedByteCountLimit(
                plaintext: plaintext, sealing: record.sealing(of: stream.stage, batch: stream.batch)),
            partCount: record.agreement.parts)
    }

    static func byteCount(_ agreement: Agreement, limit: Int?) -> Int {
        let ring = agreement.ring.count
        let rows = agreement.release == .rows
        let item = ItemLayout(agreement).itemByteCount
        var total = Saturated(floor)
        for register in agreement.registers {
            let people = Padding.size(of: register.maxPeople, mode: agreement.padding)
            total.add(Saturated(people) * ring * item)
            if agreement.verification == .full {
                // A proof of every stage but the first, and the elements of the last.
                total.add(Saturated(people) * ((ring - 1) * NamedStream.proofRecordByteCount + item))
            }
            guard rows else { continue }
            let cells = Saturated(people) * register.maxCellsPerPerson
            total.add(Saturated(Padding.size(of: cells.value, mode: agreement.padding)) * agreement.cellByteCount)
            for cohort in agreement.cohorts where register.isDisclosed(for: cohort, in: agreement) {
                // Each node's requests and its shares, as long as the capsules, and the selection of the research
                // environment.
                let capsules = ItemLayout(agreement).capsuleByteCount
                total.add(
                    Saturated(cohort.maxPeople) * (ring * capsules + SelectedItem.byteCount(in: agreement)))
            }
        }
        var allowed = total * attempts
        allowed.add(Saturated(allowed.value / 8))
        return min(allowed.value, limit ?? .max)
    }

    /// Addition and multiplication of counts that stop at the largest.
    private struct Saturated {
        var value: Int
        init(_ value: Int) { self.value = value }

        mutating func add(_ other: Saturated) {
            let (sum, overflow) = value.addingReportingOverflow(other.value)
            value = overflow ? .max : sum
        }

        static func * (left: Saturated, right: Int) -> Saturated {
            let (product, overflow) = left.value.multipliedReportingOverflow(by: right)
            return Saturated(overflow ? .max : product)
        }
    }
}
