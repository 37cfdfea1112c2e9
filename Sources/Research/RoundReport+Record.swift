internal import Daemon
internal import Dataset
internal import Foundation
internal import PSIProtocol
internal import Values

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
                survey.isPlausible(listed: batch.count, agreement: record.agreement)
            else { throw ProtocolViolation(.badBatch, by: register.owner) }
            surveys[register.id] = survey
        }
        return surveys
    }
}

extension PublishedLinkage {
    /// Opens what the coordinator said of links; nil where people are recognised in one way only.
    ///
    /// - Throws: `ProtocolViolation` by the coordinator if it said nothing, or something that does not open.
    static func opened(in record: RoundRecord, keys: KeyDirectory) throws -> PublishedLinkage? {
        guard record.agreement.linksInSeveralWays else { return nil }
        guard let sealed = record.selected?.linkage,
            let linkage = try? PublishedLinkage(
                sealed: sealed.bytes, agreement: record.agreement, round: record.round, key: keys.hpkeKey)
        else { throw ProtocolViolation(.selectionWrong, by: record.coordinator) }
        return linkage
    }
}

extension RoundReport {
    /// The report of a round at the moment when everything was received, before cells are opened.
    init(
        _ record: RoundRecord, surveys: [RegisterID: SourceSurvey], linkage: PublishedLinkage?, receivedAt: Date
    ) {
        let signed = record.opening.signatures
        let registers = record.agreement.registers.map { register in
            let survey = surveys[register.id]
            return Register(
                id: register.id,
                peopleDeclared: survey?.people ?? record.batches[register.id]?.count ?? 0,
                declaredIsPadded: survey == nil && record.agreement.padding != .none,
                rowsDeclared: survey?.rowsRead,
                refused: (survey?.refused ?? [:]).filter { $0.value != 0 }.sorted { $0.key < $1.key }
                    .map { Refusal(reason: $0.key, records: $0.value == SourceSurvey.withheld ? nil : $0.value) },
                peopleMatched: 0, dummiesDropped: 0)
        }
        self.init(
            roundNumber: record.opening.number,
            signers: record.agreement.participants.filter { signed[$0.id] != nil }
                .map { Signer(id: $0.id, name: $0.name) },
            registers: registers,
            overlaps: (record.counted?.overlap ?? []).map { Overlap(registers: $0.registers, people: $0.people) },
            quality: RoundQuality(surveys: surveys, linkage: linkage),
            openedAt: Date(timeIntervalSince1970: TimeInterval(record.opening.opened)),
            deadline: Date(timeIntervalSince1970: TimeInterval(record.opening.deadline)), receivedAt: receivedAt,
            toolVersion: "\(ResearchProgram.name) \(ResearchProgram.version)")
    }

    /// The same, with what was opened.
    func counting(_ opened: [RegisterID: WorkingStore.Opened]) -> RoundReport {
        var report = self
        report.registers = registers.map { register in
            var register = register
            register.peopleMatched = opened[register.id]?.people ?? 0
            register.dummiesDropped = opened[register.id]?.dummies ?? 0
            return register
        }
        return report
    }
}
