import PSIProtocol
import Testing

@testable import PSIProtocol
@testable import Register

/// The table from which a history of identities is read.
@Suite struct IdentityHistoryReadingTests {
    private func read(
        _ table: any TableSource, former: String = "old", current: String = "new",
        scheme: any IdentityScheme = FinnishIdentityScheme()
    ) throws -> IdentityHistory {
        try IdentityHistory(
            reading: IdentityHistorySource(table, formerColumn: former, currentColumn: current), owner: "kela",
            scheme: scheme)
    }

    private func failure(_ work: () throws -> Void) -> RegisterError? {
        do {
            try work()
        } catch IdentityHistoryError.unreadable(let error) {
            return error
        } catch {
            Issue.record("threw \(error)")
        }
        return nil
    }

    @Test func readsPairsFromEveryKindOfTable() throws {
        let folder = try TemporaryFolder()
        let rows = [
            ("010594Y9032", "131052-308T"), ("131052\u{2013}308t", "131052X308T"), ("131052X308T", "131052X308T"),
            ("131052-308U", "131052-308T"), ("131052-308T", "131052/308T"), ("", "131052-308T"), ("x", ""),
        ]
        let csv = try folder.write(
            "when,new;old\n".replacing(";", with: ",") + rows.map { "1,\($0.1),\($0.0)\n" }.joined())
        let values = rows.map { "('\($0.0)', '\($0.1)')" }.joined(separator: ", ")
        let database = try folder.database(
            "CREATE TABLE t (old TEXT, new TEXT)", "INSERT INTO t VALUES \(values)",
            "INSERT INTO t VALUES (1310523, '131052-308T'), ('131052-308T', NULL)")

        let identity = ExampleCode.code("131052X308T")
        let former = [ExampleCode.identity("131052-308T"), ExampleCode.temporary("010594Y9032")]
        let fromCSV = try read(CSVSource(path: csv))
        let fromDatabase = try read(SQLiteSource(path: database, table: "t"))
        let server = try TestDatabase(
            """
            CREATE TABLE t (old text, new text); INSERT INTO t VALUES \(values), ('131052-308T', NULL);
            """)
        let fromServer = try read(server.table("t"))
        for history in [fromCSV, fromDatabase, fromServer] {
            #expect(history.current(of: CodeIdentity(former[0], .official)) == identity)
            #expect(history.former(of: identity.person) == former)
            #expect(history.counts.pairsRead == 3 && history.counts.selfPairs == 1 && history.counts.longChains == 1)
        }
        #expect(fromCSV.counts.refused == [.wrongCheckCharacter: 1, .malformed: 2, .missing: 1])
        #expect(fromServer.counts.refused == [.wrongCheckCharacter: 1, .malformed: 2, .missing: 2])
        #expect(fromDatabase.counts.refused == [.wrongCheckCharacter: 1, .malformed: 3, .missing: 2])
    }

    @Test func saysWhereATableIsWrong() throws {
        let folder = try TemporaryFolder()
        let good = try folder.write("olde,new\n131052-308T,131052X308T\n")
        #expect(
            failure { _ = try read(CSVSource(path: good)) }
                == RegisterError(
                    .missingColumns([.init(name: "old", suggestion: "olde")]), file: good,
                    header: HeaderReading(line: 1, delimiter: .comma, columnCount: 2)))
        #expect(
            failure { _ = try read(CSVSource(path: good), former: "a", current: "zzzzz") }?.kind
                == .missingColumns([.init(name: "a", suggestion: nil), .init(name: "zzzzz", suggestion: nil)]))
        #expect(
            failure { _ = try read(CSVSource(path: good), former: "new") }
                == RegisterError(.historyColumnsAreOne, file: good, column: "new"))
        let short = try folder.write("old,new\n131052-308T,131052X308T\n131052-308T\n", to: "short.csv")
        let error = failure { _ = try read(CSVSource(path: short)) }
        #expect(error?.file == short && error?.row == 2 && error?.line == 3)
        #expect(error?.kind == .tooFewFields(expected: 2, found: 1))
        #expect(
            failure { _ = try read(CSVSource(path: folder.path + "/none.csv")) }
                == RegisterError(.fileNotFound, file: folder.path + "/none.csv"))
    }

    @Test func aTableWithoutAHeaderShowsNoCode() throws {
        let folder = try TemporaryFolder()
        let path = try folder.write("37605030299,50001029996\n")
        let error = failure { _ = try read(CSVSource(path: path), scheme: EstonianIdentityScheme()) }
        #expect(error == RegisterError(.identityCodeInHeader, file: path, line: 1, column: "#1"))
        #expect(error?.description.contains("3760") == false)
    }
}
