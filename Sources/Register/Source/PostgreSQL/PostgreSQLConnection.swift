internal import CPostgreSQL
internal import Files

#if canImport(Glibc)
    internal import Glibc
#elseif canImport(Musl)
    internal import Musl
#else
    internal import Darwin
#endif

/// One connection through libpq. Whatever waits for the server ends when the task is cancelled or time is up; what the
/// server was doing is then cancelled there.
final class PostgreSQLConnection {
    private let handle: OpaquePointer
    /// Seconds to wait for the server's answer; it should have given up itself by then.
    private let patience: Int
    /// The server is at work, or has rows that were not taken.
    private var isBusy = false
    private var isOpen = true

    private static let graceSeconds = 15
    /// Milliseconds between looks whether the task is cancelled.
    private static let tick: Int32 = 100

    /// Connects and logs in.
    init(_ server: PostgreSQLServer) throws(PostgreSQLFailure) {
        if let path = server.passwordFile { try Self.check(passwordFile: path) }
        let parameters = server.parameters
        let names = CStrings(parameters.map(\.name))
        let values = CStrings(parameters.map(\.value))
        let started = withExtendedLifetime((names, values)) { PQconnectStartParams(names.pointer, values.pointer, 0) }
        guard let handle = started else { throw .connectionFailed }
        self.handle = handle
        patience = server.statementTimeout + Self.graceSeconds
        // Notices can quote rows, and libpq writes them to standard error.
        PQsetNoticeReceiver(handle, { _, _ in }, nil)
        PQsetErrorVerbosity(handle, PQERRORS_SQLSTATE)
        do throws(PostgreSQLFailure) { try connect(seconds: server.connectTimeout) } catch {
            close()
            throw error
        }
    }

    deinit { close() }

    private func connect(seconds: Int) throws(PostgreSQLFailure) {
        let deadline = ContinuousClock.now + .seconds(seconds)
        var state = PGRES_POLLING_WRITING
        while PQstatus(handle) != CONNECTION_BAD {
            switch state {
            case PGRES_POLLING_OK: return
            case PGRES_POLLING_FAILED: throw connectionFailure()
            default:
                guard try wait(for: state == PGRES_POLLING_READING ? POLLIN : POLLOUT, until: deadline) else {
                    throw .connectTimedOut
                }
                state = PQconnectPoll(handle)
            }
        }
        throw connectionFailure()
    }

    private func connectionFailure() -> PostgreSQLFailure {
        if PQconnectionNeedsPassword(handle) == 1 { return .passwordMissing }
        return PostgreSQLFailure(connectionMessage: String(cString: PQerrorMessage(handle)))
    }

    /// libpq passes over such a file and only warns.
    private static func check(passwordFile path: String) throws(PostgreSQLFailure) {
        guard let status = try? FileStatus(of: path, followingLinks: true), status.kind == .regular else {
            throw .passwordFileMissing
        }
        if status.mode & 0o077 != 0 { throw .passwordFileOpen }
    }

    /// Cancels what the server does, and closes.
    func close() {
        guard isOpen else { return }
        isOpen = false
        if isBusy, PQstatus(handle) == CONNECTION_OK, let cancel = PQgetCancel(handle) {
            var message = [CChar](repeating: 0, count: 256)
            _ = PQcancel(cancel, &message, 256)
            PQfreeCancel(cancel)
        }
        PQfinish(handle)
    }

    /// The encoding of the database's text.
    var serverEncoding: String? { PQparameterStatus(handle, "server_encoding").map { String(cString: $0) } }

    // MARK: Statements

    /// Runs one statement and gives its whole answer.
    @discardableResult
    func execute(_ statement: String, _ arguments: [String] = []) throws(PostgreSQLFailure) -> PostgreSQLAnswer {
        try send(statement, arguments)
        return try wholeAnswer()
    }

    /// What the statement would give, without running it. Several statements are refused by the server.
    func describe(_ statement: String) throws(PostgreSQLFailure) -> PostgreSQLAnswer {
        try sent(PQsendPrepare(handle, "", statement, 0, nil))
        _ = try wholeAnswer()
        try sent(PQsendDescribePrepared(handle, ""))
        return try wholeAnswer()
    }

    /// Sends one statement whose rows are then taken one by one, so that only one of them is held.
    func stream(_ statement: String) throws(PostgreSQLFailure) {
        try send(statement, [])
        if PQsetSingleRowMode(handle) != 1 { throw .connectionFailed }
    }

    /// The next row of `stream`; nil after the last.
    func nextRow() throws(PostgreSQLFailure) -> PostgreSQLAnswer? {
        let answer = try answer()
        if let answer, answer.status == PGRES_SINGLE_TUPLE { return answer }
        try finish()
        return nil
    }

    private func send(_ statement: String, _ arguments: [String]) throws(PostgreSQLFailure) {
        let values = CStrings(arguments)
        let count = Int32(arguments.count)
        try sent(
            withExtendedLifetime(values) {
                PQsendQueryParams(handle, statement, count, nil, values.pointer, nil, nil, 0)
            })
    }

    private func sent(_ code: Int32) throws(PostgreSQLFailure) {
        guard code == 1 else { throw .connectionLost }
        isBusy = true
    }

    private func wholeAnswer() throws(PostgreSQLFailure) -> PostgreSQLAnswer {
        guard let answer = try answer() else { throw .connectionLost }
        try finish()
        return answer
    }

    /// Takes the end of a statement's answers.
    private func finish() throws(PostgreSQLFailure) {
        while try answer() != nil {}
        isBusy = false
    }

    /// The next answer, or nil at their end.
    private func answer() throws(PostgreSQLFailure) -> PostgreSQLAnswer? {
        if PQisBusy(handle) == 1 {
            let deadline = ContinuousClock.now + .seconds(patience)
            repeat {
                guard try wait(for: POLLIN, until: deadline) else { throw .timedOut }
                guard PQconsumeInput(handle) == 1 else { throw .connectionLost }
            } while PQisBusy(handle) == 1
        }
        guard let result = PQgetResult(handle) else { return nil }
        let answer = PostgreSQLAnswer(result)
        switch answer.status {
        case PGRES_SINGLE_TUPLE, PGRES_TUPLES_OK, PGRES_COMMAND_OK: return answer
        default:
            // The server has given up the statement itself; what is left of its answer is taken so that others can
            // follow.
            while let rest = PQgetResult(handle) { PQclear(rest) }
            isBusy = false
            if let state = answer.sqlState {
                // Its SQLSTATE is that of any missing right.
                if state == "42501", answer.sourceFunction == "check_enable_rls" { throw .rowSecurity }
                throw PostgreSQLFailure(sqlState: state)
            }
            throw PQstatus(handle) == CONNECTION_OK ? .notOneSelect : .connectionLost
        }
    }

    /// - Returns: whether the connection is ready; false when time is up.
    private func wait(for events: Int32, until deadline: ContinuousClock.Instant) throws(PostgreSQLFailure) -> Bool {
        while true {
            if Task.isCancelled { throw .cancelled }
            var descriptor = pollfd(fd: PQsocket(handle), events: Int16(events), revents: 0)
            let count = poll(&descriptor, 1, Self.tick)
            if count > 0 { return true }
            if count < 0, errno != EINTR { throw .connectionLost }
            if ContinuousClock.now > deadline { return false }
        }
    }
}

/// One of libpq's results: the rows or the description that a statement gave. Secret.
final class PostgreSQLAnswer: CustomReflectable {
    private let result: OpaquePointer

    init(_ result: OpaquePointer) { self.result = result }
    deinit { PQclear(result) }

    var status: ExecStatusType { PQresultStatus(result) }
    var rowCount: Int { Int(PQntuples(result)) }
    var columnCount: Int { Int(PQnfields(result)) }
    /// Of a description: how many `$1`, `$2` … the statement has.
    var parameterCount: Int { Int(PQnparams(result)) }

    func columnName(_ column: Int) -> String { String(cString: PQfname(result, Int32(column))) }
    func typeID(_ column: Int) -> UInt32 { PQftype(result, Int32(column)) }
    func typeModifier(_ column: Int) -> Int { Int(PQfmod(result, Int32(column))) }

    /// The value as text; nil for NULL.
    func bytes(_ row: Int, _ column: Int) -> UnsafeRawBufferPointer? {
        guard PQgetisnull(result, Int32(row), Int32(column)) == 0 else { return nil }
        return UnsafeRawBufferPointer(
            start: PQgetvalue(result, Int32(row), Int32(column)),
            count: Int(PQgetlength(result, Int32(row), Int32(column))))
    }

    func text(_ row: Int, _ column: Int) -> String? {
        bytes(row, column).map { String(decoding: $0, as: UTF8.self) }
    }

    var sqlState: String? {
        PQresultErrorField(result, Int32(UInt8(ascii: "C"))).map { String(cString: $0) }
    }

    /// The server's own function that failed; it is in no language.
    var sourceFunction: String? {
        PQresultErrorField(result, Int32(UInt8(ascii: "R"))).map { String(cString: $0) }
    }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// A list of C strings that ends with a null pointer.
private final class CStrings {
    private var strings: [UnsafeMutablePointer<CChar>?]
    let pointer: UnsafeMutablePointer<UnsafePointer<CChar>?>

    init(_ texts: [String]) {
        strings = texts.map { strdup($0) }
        pointer = .allocate(capacity: texts.count + 1)
        for (index, string) in strings.enumerated() {
            (pointer + index).initialize(to: string.map { UnsafePointer($0) })
        }
        (pointer + texts.count).initialize(to: nil)
    }

    deinit {
        for string in strings { free(string) }
        pointer.deallocate()
    }
}
