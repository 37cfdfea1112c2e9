import Testing

@testable import Register

@Suite struct ODBCConnectionStringTests {
    private func mistake(_ text: String) -> ODBCConnectionString.Mistake? {
        do throws(ODBCConnectionString.Mistake) {
            _ = try ODBCConnectionString(text)
            return nil
        } catch {
            return error
        }
    }

    @Test("Fields are kept as they are written, and understood without their braces")
    func fields() throws {
        let text = "DRIVER={A}};B};Server=db.example; DataBase = a b ;UID={x;y};Dash=-"
        let string = try ODBCConnectionString(text)
        #expect(string.value("driver") == "A};B")
        #expect(string.value("server") == "db.example" && string.value("database") == "a b")
        #expect(string.namesUser && string.value("uid") == "x;y")
        let settings = [
            ODBCSetting(key: "StepAPI", value: "1"), ODBCSetting(key: "SERVER", value: "other", isDefault: true),
            ODBCSetting(key: "TLS", value: "yes", isDefault: true),
        ]
        #expect(
            string.text(adding: settings)
                == "DRIVER={A}};B};Server=db.example;DataBase= a b ;UID={x;y};Dash=-;StepAPI=1;TLS=yes")
        #expect(try ODBCConnectionString("DSN=x;") == ODBCConnectionString(dataSource: "x"))
    }

    @Test(
        "What is doubtful is refused",
        arguments: [
            ("", .noDriver), ("Server=x", .noDriver), ("DRIVER={x", .unclosedBrace(key: "DRIVER")),
            ("DRIVER={x}}", .unclosedBrace(key: "DRIVER")), ("DRIVER={x}y;A=b", .afterBrace(key: "DRIVER")),
            ("DRIVER={x} ;A=b", .afterBrace(key: "DRIVER")), ("DRIVER=x;A=b}c", .strayBrace(key: "A")),
            ("DRIVER=x;A= {b}", .strayBrace(key: "A")), ("DRIVER=x;A", .notAField(number: 2)),
            ("DRIVER=x;;A=b", .notAField(number: 2)), ("=x", .notAField(number: 1)),
            ("DRIVER=x;{A}=b", .notAField(number: 2)), ("DRIVER=x;A=b;a=c", .twice(key: "a")),
            ("DRIVER=x\n", .controlCharacter), ("DRIVER=x;A=\u{7F}", .controlCharacter),
        ] as [(String, ODBCConnectionString.Mistake)])
    func doubtful(text: String, expected: ODBCConnectionString.Mistake) {
        #expect(mistake(text) == expected)
        #expect(!expected.sentence.isEmpty)
    }

    @Test(
        "Secrets, and what writes them elsewhere, are refused without being shown",
        arguments: [
            ("PWD", ODBCConnectionString.Mistake.secret(key: "PWD")), ("Password", .secret(key: "Password")),
            ("TLSKEYPWD", .secret(key: "TLSKEYPWD")), ("AccessToken", .secret(key: "AccessToken")),
            ("SAVEFILE", .notAllowed(key: "SAVEFILE")), ("FileDSN", .notAllowed(key: "FileDSN")),
            ("TRACE", .notAllowed(key: "TRACE")), ("CommLog", .notAllowed(key: "CommLog")),
            ("INITSTMT", .notAllowed(key: "INITSTMT")), ("UseDeclareFetch", .ownSetting(key: "UseDeclareFetch")),
            ("stepapi", .ownSetting(key: "stepapi")), ("NO_CACHE", .ownSetting(key: "NO_CACHE")),
        ])
    func forbidden(key: String, expected: ODBCConnectionString.Mistake) {
        #expect(mistake("DRIVER=x;\(key)=hidden-value") == expected)
        #expect(!expected.sentence.contains("hidden-value"))
    }

    @Test("A password in another field's value is refused too")
    func insideValues() {
        #expect(mistake("DRIVER=x;pqopt={password=y}") == .secret(key: "pqopt"))
        #expect(mistake("DRIVER=x;DSN={a;PWD=y}") == .secret(key: "DSN"))
    }

    @Test("The name of a data source is a name and nothing more", arguments: ["", "a;PWD=x", "a=b", "{a}", "a\nb"])
    func dataSource(name: String) {
        #expect(throws: ODBCConnectionString.Mistake.self) { try ODBCConnectionString(dataSource: name) }
    }
}
