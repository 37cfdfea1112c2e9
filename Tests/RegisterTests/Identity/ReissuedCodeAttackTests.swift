import PSIProtocol
import Testing

@testable import Agreement
@testable import PSIProtocol
@testable import Register
@testable import Values

/// A code that was replaced is issued again to a stranger. Whoever compares former codes could link the two.
@Suite("A code that was issued again")
struct ReissuedCodeAttackTests {
    private let old = "131052Y308T"
    private let new = "131052-308T"

    private func key(since: String? = nil) -> MatchKey {
        MatchKey(
            MatchKey.formerCodeName, content: .formerCode, valueCount: 2,
            replacedSince: since.flatMap { CalendarDate(iso: $0) })
    }

    /// What people of a register are recognised by: today's code, then former ones.
    private func identities(
        _ rows: String, history: String, since: String?, replaced: String? = "replaced"
    ) async throws -> [[PersonIdentity?]] {
        let folder = try TemporaryFolder()
        let table = IdentityHistorySource(
            CSVSource(path: try folder.write(history, to: "history.csv")), formerColumn: "old", currentColumn: "new",
            replacedColumn: replaced)
        let source = RegisterSource(
            CSVSource(path: try folder.write(rows)), identityColumn: "id", history: table)
        let plan = try plan(own: [], keys: [.identityCode, key(since: since)])
        let declaration = register([column("n", .integer)])
        let reader = try RegisterReader(declaration: declaration, source: source, plan: plan)
        let grouping = try PersonGrouping(reader: reader, spool: MemorySpool())
        let values = PersonValues(plan: plan)
        return try await people(grouping).map { person in
            values.identities(
                of: PersonRows(identity: person.identity, former: person.former, fields: person.fields))
        }
    }

    /// Whether a person whose code was replaced on a day would be linked with somebody who has that code today.
    private func meet(replaced day: String, since: String?) async throws -> Bool {
        let own = try await identities(
            "id,n\n\(new),1\n", history: "old,new,replaced\n\(old),\(new),\(day)\n", since: since)
        let stranger = try await identities("id,n\n\(old),1\n", history: "old,new,replaced\n", since: since)
        let today = try #require(stranger.first?[0])
        return own.flatMap { $0 }.contains(today)
    }

    @Test("Without a limit of time the stranger is linked; with one, only codes replaced since then are compared")
    func reissued() async throws {
        // The fault: that is why an agreement without the limit is cautioned against.
        #expect(try await meet(replaced: "1998-05-06", since: nil))
        #expect(try await !meet(replaced: "1998-05-06", since: "2010-01-01"))
        #expect(try await !meet(replaced: "31.12.2009", since: "2010-01-01"))
        // What the key is for.
        #expect(try await meet(replaced: "2010-01-01", since: "2010-01-01"))
        #expect(try await meet(replaced: "2.1.2010 10:00", since: "2010-01-01"))
    }

    @Test("A day that is missing, or that nobody can read, is no day since then", arguments: ["", "?", "2010", "NA"])
    func noDay(_ day: String) async throws {
        #expect(try await !meet(replaced: day, since: "2010-01-01"))
        #expect(try await meet(replaced: day, since: nil))
    }

    @Test("A history without days has no former code that counts")
    func noColumn() async throws {
        let rows = "id,n\n\(new),1\n"
        let history = "old,new\n\(old),\(new)\n"
        let limited = try await identities(rows, history: history, since: "2010-01-01", replaced: nil)
        #expect(limited == [[ExampleCode.identity(new), nil, nil]])
        let any = try await identities(rows, history: history, since: nil, replaced: nil)
        #expect(any == [[ExampleCode.identity(new), ExampleCode.identity(old), nil]])
    }

    @Test("Rows under an old code stay their person's, whatever the limit")
    func ownRows() async throws {
        let found = try await identities(
            "id,n\n\(new),1\n\(old),2\n", history: "old,new,replaced\n\(old),\(new),1998-05-06\n", since: "2010-01-01")
        #expect(found == [[ExampleCode.identity(new), nil, nil]])
    }

    // MARK: Histories

    private func history(
        _ pairs: [(String, String, String?)], since: String? = nil
    ) throws -> IdentityHistory {
        func code(_ text: String) -> CodeIdentity { CodeIdentity(PersonIdentity(bytes: Array(text.utf8)), .official) }
        var builder = IdentityHistoryBuilder(
            pairLimit: 100, since: since.flatMap { CalendarDate(iso: $0) })
        for (former, current, day) in pairs {
            try builder.add(
                former: code(former), current: code(current), replaced: day.flatMap { CalendarDate(iso: $0) })
        }
        return IdentityHistory(builder)
    }

    private func current(_ history: IdentityHistory, _ text: String) -> String {
        let code = CodeIdentity(PersonIdentity(bytes: Array(text.utf8)), .official)
        return String(decoding: history.current(of: code).person.bytes, as: UTF8.self)
    }

    private func former(_ history: IdentityHistory, _ text: String) -> [String] {
        history.former(of: PersonIdentity(bytes: Array(text.utf8))).map { String(decoding: $0.bytes, as: UTF8.self) }
    }

    @Test("Two people are not one because one was given what the other had before")
    func givenAgain() throws {
        // x was replaced by y in 1998. In 2005 somebody else, who had z, was given x.
        for pairs in [
            [("x", "y", "1998-01-01"), ("z", "x", "2005-01-01")], [("z", "x", "2005-01-01"), ("x", "y", "1998-01-01")],
        ] {
            let history = try history(pairs)
            #expect(current(history, "z") == "x" && current(history, "x") == "x" && current(history, "y") == "y")
            #expect(former(history, "x") == ["z"] && former(history, "y").isEmpty)
            #expect(history.counts.reissued == 1)
        }
        // In order of time it is one person, and so it is where days are not known.
        for days in [("1998-01-01", "2005-01-01"), ("1998-01-01", "1998-01-01"), ("1998-01-01", nil), (nil, nil)] {
            let history = try history([("z", "x", days.0), ("x", "y", days.1)])
            #expect(current(history, "z") == "y" && former(history, "y") == ["x", "z"])
            #expect(history.counts.reissued == 0)
        }
        // A code that was given back is the person's again.
        let back = try history([("x", "y", "1998-01-01"), ("y", "x", "2005-01-01")])
        #expect(current(back, "y") == "x" && current(back, "x") == "x" && back.counts.cycles == 0)
    }

    @Test("A list of people who are never released protects whoever had the code before, too")
    func neverReleased() throws {
        let folder = try TemporaryFolder()
        let third = "131052X308T"
        let table = IdentityHistorySource(
            CSVSource(
                path: try folder.write(
                    "old,new,day\n\(old),\(new),1998-01-01\n\(third),\(old),2005-01-01\n", to: "history.csv")),
            formerColumn: "old", currentColumn: "new", replacedColumn: "day")
        let scheme = FinnishIdentityScheme()
        let history = try IdentityHistory(reading: table, owner: "kela", scheme: scheme)
        #expect(history.counts.reissued == 1)
        let list = NeverReleaseSource(CSVSource(path: try folder.write("id\n\(old)\n")), identityColumn: "id")
        let never = try NeverRelease(reading: [list], owner: "kela", scheme: scheme, history: history)
        #expect(never.contains(ExampleCode.identity(new)) && never.contains(ExampleCode.identity(old)))
        #expect(!never.contains(ExampleCode.identity(third)))
    }

    @Test("Each code of a chain has its own day, and the earliest of several counts")
    func chains() throws {
        let chain =
            [("a", "b", "2001-01-01"), ("b", "c", "2010-01-01"), ("c", "d", "2020-01-01")]
            as [(String, String, String?)]
        let limited = try history(chain, since: "2010-01-01")
        #expect(former(limited, "d") == ["c", "b"] && current(limited, "a") == "d")
        #expect(limited.counts.untold == 1 && limited.counts.formerCodes == 3)
        #expect(former(try history(chain), "d") == ["c", "b", "a"])
        #expect(try history(chain).counts.untold == 0)
        // Four are told, and those that are not leave room for others.
        let long = (0..<6).map { ("\($0)", "\($0 + 1)", $0 == 5 ? nil : "2010-0\($0 + 1)-01") }
        #expect(former(try history(long, since: "2010-01-01"), "6") == ["4", "3", "2", "1"])
        for days in [("2001-01-01", "2012-01-01"), ("2012-01-01", "2001-01-01"), ("2012-01-01", nil)] {
            let twice = try history([("a", "b", days.0), ("a", "b", days.1)], since: "2010-01-01")
            #expect(former(twice, "b").isEmpty)
        }
    }

    @Test("The column of days is one of its own")
    func columns() throws {
        let folder = try TemporaryFolder()
        let table = CSVSource(path: try folder.write("old,new,day\n"))
        for replaced in ["old", "new"] {
            let source = IdentityHistorySource(
                table, formerColumn: "old", currentColumn: "new", replacedColumn: replaced)
            #expect(
                throws: IdentityHistoryError.unreadable(
                    RegisterError(.historyColumnsAreOne, file: table.name, column: replaced))
            ) { _ = try IdentityHistory(reading: source, owner: "kela", scheme: FinnishIdentityScheme()) }
        }
    }
}
