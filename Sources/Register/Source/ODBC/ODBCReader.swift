/// Reads a table or a view through ODBC, in one transaction in which all rows are of one moment.
///
/// What waits for the database is a thread of its own (`ODBCWorker`).
final class ODBCReader: SourceReader {
    let columns: [String]
    private let place: String
    private let statementTimeout: Int
    private let worker: ODBCWorker
    private var isOpen = true
    private var selected: [Int]
    var cursor = RecordCursor()

    /// Beyond the database's own limits, which come first where there are any.
    private static let graceSeconds = 15
    private static let loginGraceSeconds = 3

    init(_ source: ODBCSource) throws(RegisterError) {
        place = source.name
        statementTimeout = source.statementTimeout
        worker = ODBCWorker()
        let patience = ODBCWorker.Patience(
            login: source.loginTimeout + Self.loginGraceSeconds, work: source.statementTimeout + Self.graceSeconds)
        let answer: ODBCWorker.Answer
        do throws(ODBCFailure) { answer = try worker.ask(.open(source), patience) } catch {
            throw RegisterError(odbc: error, file: source.name)
        }
        switch answer {
        case .opened(let found): columns = found.map(\.name)
        case .closed(let error?): throw error
        case .closed(nil), .batch: throw RegisterError(.odbc(.cancelled), file: source.name)
        }
        selected = Array(columns.indices)
    }

    deinit { close() }

    /// Waits until the session is over, so that nothing is left of it.
    private func close() {
        guard isOpen else { return }
        isOpen = false
        worker.finish(seconds: Self.graceSeconds)
    }

    func select(_ columns: Set<Int>) { selected = self.columns.indices.filter(columns.contains) }

    func nextBatch() throws(RegisterError) -> (any RecordBatch)? {
        guard isOpen else { return nil }
        let answer: ODBCWorker.Answer
        do throws(ODBCFailure) {
            answer = try worker.ask(.read(selected), ODBCWorker.Patience(work: statementTimeout + Self.graceSeconds))
        } catch {
            isOpen = false
            throw RegisterError(odbc: error, file: place)
        }
        switch answer {
        case .batch(let batch):
            // A failure ends the reading, and a session should not outlive it.
            if batch.failure != nil { close() }
            return batch
        case .closed(let error):
            isOpen = false
            if let error { throw error }
            return nil
        case .opened: return nil
        }
    }
}
