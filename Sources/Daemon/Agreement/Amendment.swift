internal import Agreement
internal import ArgumentParser
internal import PlainWords
internal import Values

/// Where the agreement is that another one amends.
struct FormerOption: ParsableArguments {
    @Option(help: "The file of the agreement that it amends, if that was not signed here.") var former: String?

    func bytes() throws -> [UInt8]? { try former.map(AgreementFile.read) }
}

/// An agreement that is to be signed, held against the one that it amends.
struct Amendment {
    private let agreement: Agreement
    private let path: String
    /// The agreement that it amends; nil where it amends none, or one that is not known here.
    let former: (id: AgreementID, agreement: Agreement)?
    private let formerIsSigned: Bool
    /// The former one, the one that this amends, and so on.
    private let formers: [Agreement]
    /// Agreements of the study that were signed here, the last one of their lines each.
    private let others: [AgreementID]

    /// - Parameters:
    ///   - path: where the agreement came from.
    ///   - former: the file of the agreement that it amends, where it is not one that was signed here.
    /// - Throws: `AmendingError.otherFormer`; `AgreementError`; as `AgreementStore.load`.
    init(_ agreement: Agreement, path: String, former: [UInt8]?, in store: AgreementStore) throws {
        self.agreement = agreement
        self.path = path
        var chain: AgreementChain?
        if let id = agreement.amends {
            if let signed = try store.load(id) {
                chain = try store.chain(of: id, signed.agreement)
            } else if let former, AgreementID(ofFile: former) == id {
                chain = try store.chain(of: id, Agreement.parse(former))
            }
            formerIsSigned = try store.load(id) != nil
        } else {
            formerIsSigned = false
        }
        if let former {
            guard let amends = agreement.amends else { throw AmendingError.amendsNothing(path: path) }
            let id = AgreementID(ofFile: former)
            guard id == amends else { throw AmendingError.otherFormer(path: path, amends: amends, given: id) }
        }
        self.former = chain?.members.first
        formers = chain?.members.map(\.agreement) ?? []
        let all = try store.all().filter { $0.agreement.study.id == agreement.study.id }
        let amended = Set(all.compactMap(\.agreement.amends))
        others = all.map(\.id).filter { !amended.contains($0) }
    }

    /// That this participant may sign it.
    ///
    /// - Throws: `AmendingError`.
    func check(participant: ParticipantID) throws(AmendingError) {
        guard let id = agreement.amends else { return }
        guard let former else {
            // Who is new in the study knows none of its agreements. Others would not see what changes.
            guard others.isEmpty else { throw .unknownFormer(path: path, id: id) }
            return
        }
        if !formerIsSigned, former.agreement.participant(participant) != nil {
            throw .notSigned(path: path, id: id, participant: participant)
        }
        do throws(AmendmentError) { try agreement.checkAmending(formers) } catch {
            throw .refused(path: path, error)
        }
    }

    /// What whoever signs is told first.
    var lines: [String] {
        if let former {
            return ["What changes against agreement \(former.id), which it amends:", ""]
                + AgreementChanges(from: former.agreement, to: agreement).text
                .split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        }
        if let id = agreement.amends {
            return [
                "It amends agreement \(id), which is not known here. --former tells what changes against that one."
            ]
        }
        guard let other = others.last else { return [] }
        return [
            "caution: it amends nothing, and agreement \(other) of this study was signed here. Both will be in force, "
                + "and their rounds are counted apart. Write `amends: \(other)` if it takes the place of that one."
        ]
    }
}

/// Why an agreement is not signed that says it amends another one.
enum AmendingError: Error, Equatable, CustomStringConvertible, ReportableError {
    case amendsNothing(path: String)
    case otherFormer(path: String, amends: AgreementID, given: AgreementID)
    case unknownFormer(path: String, id: AgreementID)
    case notSigned(path: String, id: AgreementID, participant: ParticipantID)
    case noFormer(path: String)
    case refused(path: String, AmendmentError)

    var description: String {
        switch self {
        case .amendsNothing(let path): "\(path) has no `amends`, so there is no former agreement: leave out --former"
        case .otherFormer(let path, let amends, let given):
            "\(path) amends agreement \(amends), and the file that --former names is \(given): give the right one, "
                + "byte for byte as it was signed"
        case .unknownFormer(let path, let id):
            "\(path) amends agreement \(id), which was never signed here: give its file with --former, or ask the "
                + "study's operator which agreement it should amend"
        case .notSigned(let path, let id, let participant):
            "\(path) amends agreement \(id), which names \(participant) and was never signed here: sign that one "
                + "first, or ask the study's operator which agreement it should amend"
        case .noFormer(let path):
            "\(path) amends no agreement that is known here: give the file of the one that you know with --former, or "
                + "compare two files with `agreement changes`"
        case .refused(let path, let error): "\(path): \(error.description)"
        }
    }

    var exitStatus: ExitStatus {
        switch self {
        case .amendsNothing, .otherFormer: .usage
        case .noFormer, .unknownFormer, .notSigned, .refused: .refused
        }
    }
}
