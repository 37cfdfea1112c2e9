internal import Daemon
internal import Dataset
internal import Foundation
internal import PSIProtocol

extension SourceSurvey {
    /// Opens what every owner said of its register.
    ///
    /// - Throws: `ProtocolViolation` naming the owner whose survey does not open or cannot be true.
    static func all(in record: RoundRecord, keys: KeyDirectory) throws -> [RegisterID: SourceSurvey] {
        var surveys: [RegisterID: SourceSurvey] = [:]
        for register in record.agreement.registers {
            guard let batch = record.batches[register.id], let encapsulation = batch.encapsulation,
                let sealed = batch.survey,
                let secret = try? RegisterSecret.decapsulate(
                    encapsulation.bytes, register: register.id, round: record.round, key: keys.hpkeKey),
                let survey = try? SourceSurvey(
                    sealed: sealed.bytes, secret: secret, register: register.id, round: record.round),
                survey.isPlausible(listed: batch.count)
            else { throw ProtocolViolation(.badBatch, by: register.owner) }
            surveys[register.id] = survey
        }
        return surveys
    }

    /// The numbers fit each other and the list, and the reasons are words.
    private func isPlausible(listed: Int) -> Bool {
        (0...listed).contains(people) && rowsRead >= 0 && (0...rowsRead).contains(rowsKept)
            && refused.allSatisfy { reason, count in
                (0...rowsRead).contains(count) && (1...80).contains(reason.utf8.count)
                    && reason.utf8.allSatisfy { (0x20...0x7E).contains($0) }
            }
    }
}

extension RoundReport {
    /// The report of a round at the moment when everything was received.
    init(
        _ record: RoundRecord, surveys: [RegisterID: SourceSurvey], people: [RegisterID: Int],
        dummies: [RegisterID: Int], receivedAt: Date
    ) {
        let signed = record.opening.signatures
        let registers = record.agreement.registers.map { register in
            let survey = surveys[register.id]
            return Register(
                id: register.id,
                peopleDeclared: survey?.people ?? record.batches[register.id]?.count ?? 0,
                declaredIsPadded: survey == nil && record.agreement.padding != .none,
                rowsDeclared: survey?.rowsRead,
                refused: (survey?.refused ?? [:]).filter { $0.value > 0 }.sorted { $0.key < $1.key }
                    .map { Refusal(reason: $0.key, records: $0.value) },
                peopleMatched: people[register.id, default: 0], dummiesDropped: dummies[register.id, default: 0])
        }
        self.init(
            roundNumber: record.opening.number,
            signers: record.agreement.participants.filter { signed[$0.id] != nil }
                .map { Signer(id: $0.id, name: $0.name) },
            registers: registers,
            overlaps: (record.counted?.overlap ?? []).map { Overlap(registers: $0.registers, people: $0.people) },
            openedAt: Date(timeIntervalSince1970: TimeInterval(record.opening.opened)),
            deadline: Date(timeIntervalSince1970: TimeInterval(record.opening.deadline)), receivedAt: receivedAt,
            toolVersion: "\(ResearchProgram.name) \(ResearchProgram.version)")
    }
}
