internal import Crypto
public import Daemon
public import Files
public import PSIProtocol
public import Values

/// A node's declared lists, each part a sealed file until it has been sent and the round is over.
public struct SealedLists: ListKeeper {
    private let directory: PrivateDirectory
    private let round: RoundID
    private let state: SealedState

    public init(directory: PrivateDirectory, round: RoundID, state: SealedState) {
        self.directory = directory
        self.round = round
        self.state = state
    }

    public func keep(_ register: RegisterID, part: Int) async throws -> sending any StreamSink {
        ListSink(writer: try SealedFileWriter(path(register, part), key: try key(), label: label(register, part)))
    }

    public func kept(_ register: RegisterID, part: Int) async throws -> sending any ByteSource {
        ListSource(reader: try SealedFileReader(path(register, part), key: try key(), label: label(register, part)))
    }

    /// Begins to keep the people whom a column of a register names.
    public func keepRelated(_ register: RegisterID) async throws -> sending any StreamSink {
        ListSink(writer: try SealedFileWriter(relatedPath(register), key: try key(), label: relatedLabel(register)))
    }

    public func keptRelated(_ register: RegisterID) async throws -> sending any ByteSource {
        ListSource(reader: try SealedFileReader(relatedPath(register), key: try key(), label: relatedLabel(register)))
    }

    private func relatedPath(_ register: RegisterID) -> String { directory.file("\(round).\(register).people") }

    private func relatedLabel(_ register: RegisterID) -> String { "people \(round) \(register)" }

    /// Removes the round's lists; their key goes with the round's sealed state.
    public func erase() throws {
        // Also what a killed process had begun to write, whose name begins with a dot.
        for name in try directory.names() where name.hasPrefix("\(round).") || name.hasPrefix(".\(round).") {
            try AtomicFile.remove(directory.file(name))
        }
    }

    private func path(_ register: RegisterID, _ part: Int) -> String {
        directory.file("\(round).\(register).\(part).list")
    }

    private func label(_ register: RegisterID, _ part: Int) -> String { "list \(round) \(register) \(part)" }

    /// One key a round, made when first needed.
    private func key() throws -> SymmetricKey {
        let name = StateName.listKey(of: round)
        if let key = try state.secret(name) { return key.key }
        let fresh = SecretBytes(randomByteCount: 32)
        try state.put(name, fresh)
        return fresh.key
    }
}

private struct ListSink: StreamSink {
    let writer: SealedFileWriter
    mutating func write(_ bytes: [UInt8]) async throws { try writer.append(bytes) }
    mutating func finish() async throws { _ = try writer.finish() }
}

private struct ListSource: ByteSource {
    let reader: SealedFileReader
    mutating func next() async throws -> [UInt8]? { try reader.next() }
}
