public import Agreement
internal import Files
public import Values

/// An agreement, the one that it amends, the one that this amends, and so on, as far as they are known here. [P-84]
public struct AgreementChain: Sendable {
    /// The agreement itself first. The last may amend one that is not known here.
    public let members: [(id: AgreementID, agreement: Agreement)]

    public init(_ members: [(id: AgreementID, agreement: Agreement)]) { self.members = members }

    /// One that is known alone, whether or not it amends another.
    public init(_ id: AgreementID, _ agreement: Agreement) { members = [(id, agreement)] }

    /// The agreement's own, and those of what it amends, the latest first; the last may be of one that is not known.
    public var ids: [AgreementID] { members.map(\.id) + (members.last?.agreement.amends.map { [$0] } ?? []) }
    /// Those of what it amends.
    public var formerIDs: ArraySlice<AgreementID> { ids.dropFirst() }
    /// Which agreement is amended by which, also where the former is not known here.
    var links: [(former: AgreementID, amendment: AgreementID)] {
        members.compactMap { member in member.agreement.amends.map { ($0, member.id) } }
    }
}

extension AgreementStore {
    private func formerPath(_ id: AgreementID) -> String { directory.file("\(id).former.yaml") }

    /// The agreement with those that it amends.
    ///
    /// - Throws: as `load`.
    public func chain(of id: AgreementID, _ agreement: Agreement) throws -> AgreementChain {
        var members = [(id: id, agreement: agreement)]
        var next = agreement.amends
        // An id is a hash of the file that names the next: a chain never comes back to itself.
        while let id = next, let former = try known(id) {
            members.append((id, former))
            next = former.amends
        }
        return AgreementChain(members)
    }

    /// An agreement that was signed here, or kept as one that an amendment follows.
    private func known(_ id: AgreementID) throws -> Agreement? {
        if let signed = try load(id) { return signed.agreement }
        do {
            let bytes = try PublicFile.read(formerPath(id), maxByteCount: AgreementLimits.byteLimit)
            guard AgreementID(ofFile: bytes) == id else { throw FileError.altered(path: formerPath(id)) }
            return try Agreement.parse(bytes)
        } catch FileError.notFound {
            return nil
        }
    }

    /// Keeps an agreement that this participant is not in, and that an amendment which it signs takes the place of.
    ///
    /// - Throws: `FileError`.
    func keepFormer(_ bytes: [UInt8]) throws {
        let id = AgreementID(ofFile: bytes)
        guard try load(id) == nil else { return }
        try AtomicFile.write(bytes, to: formerPath(id))
    }
}
