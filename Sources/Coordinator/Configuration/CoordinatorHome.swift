internal import Daemon
internal import Files

/// The coordinator's directory: what every participant has, and beside it
///
/// ```
/// operator/     keys of the operator identity, whose certificate may call the operator interface
/// board.sqlite  the boards of all rounds
/// streams/      sealed lists, vaults, selections and shares under way
/// lodged/       agreements with everybody's signatures, whose calendars are kept
/// status.json   where the running coordinator listens
/// ```
struct CoordinatorHome: Sendable {
    static let operatorID = "operator"
    let home: Home

    init(at path: String) throws { home = try Home(at: path, roles: [.coordinator]) }

    private init(_ home: Home) { self.home = home }

    /// Makes the directory with keys for the coordinator and for its operator, and a configuration to fill in.
    static func create(at path: String, options: InitOptions) throws -> CoordinatorHome {
        let home = try Home.create(
            at: path, id: options.id, name: options.name, role: .coordinator, alternativeNames: options.hosts,
            validityDays: options.validityDays, token: options.token.token)
        _ = try KeyDirectory.create(
            at: home.directory.file("operator"), id: operatorID, name: "Operator of \(options.id)".prefixed(200),
            role: .coordinator, validityDays: options.validityDays)
        try AtomicFile.write(
            Array(CoordinatorConfiguration.template.utf8), to: home.configurationPath, replacing: false)
        return CoordinatorHome(home)
    }

    var boardPath: String { home.directory.file("board.sqlite") }
    var streamsPath: String { home.directory.file("streams") }

    func configuration() throws -> CoordinatorConfiguration {
        try CoordinatorConfiguration.read(file: home.configurationPath)
    }

    func operatorKeys() throws -> KeyDirectory { try KeyDirectory.open(at: home.directory.file("operator")) }
}

extension String {
    /// At most `count` Unicode scalars.
    fileprivate func prefixed(_ count: Int) -> String { String(String.UnicodeScalarView(unicodeScalars.prefix(count))) }
}
