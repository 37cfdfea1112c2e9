@testable import Register

/// How the tests that hold for every kind of source make sources of one kind. A new kind of source is a file like those
/// beside its reader's tests, and a line in `all`.
struct SourceContract: Sendable, CustomStringConvertible {
    static let all: [SourceContract] =
        [
            .csv, .csvWindows, .csvUTF16, .csvGzip, .csvZstd, .fixedWidth, .sqlite, .postgreSQL,
        ] + odbc

    let description: String
    /// Whether a reader sees the moment at which it was opened, whatever others write; else that they do is noticed.
    let hasMoments: Bool
    /// What a text of a table is read as, where the kind cannot tell every text from another; nil is null.
    var readAs: @Sendable (_ text: String) -> String? = { $0 }
    /// Whether the kind can hold the text.
    var holds: @Sendable (_ text: String) -> Bool = { _ in true }
    /// How text is told that is not of the source's encoding.
    var invalidTextKind = RegisterError.Kind.invalidUTF8
    /// Whether that error has the row and the column.
    var tellsPlaceOfInvalidText = true
    /// A table of text; nil is null.
    let table: @Sendable (_ columns: [String], _ rows: [[String?]]) throws -> SourceUnderTest
    /// Columns `a` and `b`, and two rows, of which the second has text in `b` that is not UTF-8.
    var invalidText: @Sendable () throws -> SourceUnderTest
    /// One table of many types in all forms that the kind has for it: file and table, view, query.
    let forms: [Form]

    struct Form: Sendable, CustomStringConvertible {
        let description: String
        /// - Parameter rows: of the columns tunnus, alku, eur, kpl, voimassa, kunta and selite; nil is null.
        let make: @Sendable (_ rows: [[String?]], _ folder: TemporaryFolder) throws -> any TableSource
    }
}

/// One table in a source of some kind, and what others may do to it while it is read.
struct SourceUnderTest {
    let location: any TableSource
    let folder: TemporaryFolder
    /// Another program changes the first column of every row into `changed`, or the file where it has no rows of its
    /// own.
    var change: () throws -> Void = {}
    /// Whether nothing of a reader is left: no open file, lock, session or file of its own.
    var isFree: () throws -> Bool = { true }

    var source: RegisterSource { RegisterSource(location, identityColumn: "tunnus") }
}
