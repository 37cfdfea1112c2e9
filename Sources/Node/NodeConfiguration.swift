internal import Agreement
public import Daemon
internal import Engine
internal import Exchange
internal import Files
internal import Foundation
internal import PSIProtocol
public import Register
internal import StrictYAML
internal import Values

/// `config.yaml` of a node.
struct NodeConfiguration {
    var coordinator: CoordinatorWay
    var workers: Workers
    /// Where heavy steps are computed.
    var engine: EngineConfiguration
    /// Where health and metrics are told; nil for nowhere.
    var operations: OperationsServer.Address?
    /// How many days from a round's deadline on its board is kept.
    var boardDays: Int
    /// Who gives time stamps of boards; nil for nobody.
    var timeStamps: TimeStampServer?
    var policy: LocalPolicy
    var registers: [RegisterID: RegisterSource]
    /// What the approvers approve: the file's text and the policy's.
    var document: [UInt8]

    init(home: Home) throws {
        let path = home.configurationPath
        let bytes = try ConfigurationFile.read(path)
        var policyPath: String?
        var sources: [(RegisterID, RegisterSource)] = []
        var lists: [NeverReleaseSource] = []
        var stamps: TimeStampServer?
        let (way, cores, engine, listener, days) = try ConfigurationFile.decode(bytes, path: path) { root in
            _ = root.int("sidos_node", in: 1...1)
            let way = CoordinatorWay(root.mapping("coordinator"))
            let cores = root.int("cores", in: 1...1_024, default: ProcessInfo.processInfo.activeProcessorCount)
            let engine = EngineConfiguration.read(root)
            policyPath = root.optionalPath("policy")
            stamps = root.optionalMapping("time_stamps").map { TimeStampServer($0) }
            if root.has("registers") {
                sources = root.list("registers", count: 0...32) { (($0.string("id")), Self.source($0)) }
            }
            lists = root.list("never_release", count: 0...16) {
                NeverReleaseSource(TableSources.read($0), identityColumn: $0.string("identity"))
            }
            let ids = sources.map(\.0)
            if Set(ids).count < ids.count { root.reject("registers", "Two registers have one id. Give each its own.") }
            let listener = root.optionalMapping("operations").map { OperationsServer.Address($0) }
            return (way, cores, engine, listener, BoardArchive.days(root))
        }
        coordinator = way
        workers = Workers(count: cores)
        self.engine = engine
        operations = listener
        boardDays = days
        timeStamps = stamps
        registers = Dictionary(sources, uniquingKeysWith: { first, _ in first }).mapValues { source in
            var source = source
            source.neverRelease = lists
            return source
        }
        let policyBytes = try policyPath.map { try PublicFile.read($0, maxByteCount: AgreementLimits.byteLimit) }
        policy = try policyBytes.map { try LocalPolicy.parse($0) } ?? LocalPolicy()
        document = ConfigurationDocument.bytes(configuration: bytes, policy: policyBytes)
    }

    private static func source(_ mapping: StrictMapping) -> RegisterSource {
        var history: IdentityHistorySource?
        if let table = mapping.optionalMapping("history") {
            history = IdentityHistorySource(
                TableSources.read(table), formerColumn: table.string("former"), currentColumn: table.string("current"),
                replacedColumn: table.optionalString("replaced"))
        }
        var source = RegisterSource(
            TableSources.read(mapping), identityColumn: mapping.optionalString("identity"),
            columnNames: names(mapping.optionalMapping("columns")), personColumn: mapping.optionalString("person"),
            matchColumns: names(mapping.optionalMapping("match_fields")), history: history)
        if let mark = mapping.optionalMapping("never_release_if") {
            source.neverReleaseColumn = NeverReleaseColumn(
                name: mark.string("column"), values: Set(mark.strings("values", count: 1...64)),
                others: Set(mark.strings("otherwise", count: 0...64)))
        }
        return source
    }

    private static func names(_ mapping: StrictMapping?) -> [String: String] {
        guard let mapping else { return [:] }
        return Dictionary(mapping.names.map { ($0, mapping.string($0)) }) { first, _ in first }
    }
}

extension RegisterError {
    /// Whether it may be gone when the register is read again: a full disk, a moment's trouble.
    var mayPass: Bool {
        switch kind {
        case .spoolFailed, .readFailed, .cancelled: true
        case .source(let source): source.failure.mayPass
        default: false
        }
    }
}

extension RegisterError: ReportableError {
    public var sentence: String { description }
    public var exitStatus: ExitStatus {
        switch kind {
        case .fileNotFound, .notAFile: .noInput
        case .permissionDenied: .noPermission
        case .readFailed, .spoolFailed: .inputOutput
        case .identityCodeInColumn, .identityColumnReleased: .refused
        case .source(let source):
            switch source.failure.cause {
            case .service: .unavailable
            case .permission: .noPermission
            case .configuration: .configuration
            case .data: .badData
            }
        default: .badData
        }
    }
}
