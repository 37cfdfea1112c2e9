internal import StrictYAML

/// The columns of a source, of which some are asked for by name. The others may have any names: two the same, or none.
struct ColumnNames {
    let names: [String]
    private let file: String
    private let header: HeaderReading?

    /// - Throws: `identityCodeInHeader`. Names are shown in errors, and a table without a header has codes for them.
    init(_ reader: any SourceReader, file: String) throws(RegisterError) {
        names = reader.columns
        self.file = file
        header = reader.header
        for (index, name) in names.enumerated() where CodeGuard.holdsCode(name) {
            throw RegisterError(.identityCodeInHeader, file: file, column: "#\(index + 1)")
        }
    }

    /// Where the column of the name is; nil if there is none. A name that is written with other code points for the
    /// same characters will do, if no column has the very same.
    ///
    /// - Throws: `duplicateColumns`: nobody could say which of them is meant.
    func index(of name: String) throws(RegisterError) -> Int? {
        let exact = names.indices.filter { names[$0].utf8.elementsEqual(name.utf8) }
        let found = exact.isEmpty ? names.indices.filter { names[$0] == name } : exact
        if found.count > 1 {
            throw RegisterError(.duplicateColumns(found[0] + 1, found[1] + 1), file: file, line: header?.line)
        }
        return found.first
    }

    /// Where the columns are, in the order of their names.
    ///
    /// - Throws: `missingColumns` with all that are not there.
    func indices(of wanted: [String], reader: inout any SourceReader) throws(RegisterError) -> [String: Int] {
        var indices: [String: Int] = [:]
        var missing: [RegisterError.MissingColumn] = []
        for name in wanted where indices[name] == nil && !missing.contains(where: { $0.name == name }) {
            if let index = try index(of: name) {
                indices[name] = index
            } else {
                missing.append(RegisterError.MissingColumn(name: name, suggestion: NearName.of(name, among: names)))
            }
        }
        guard missing.isEmpty else {
            var header = header
            header?.lineOfNames = reader.line(of: wanted)
            throw RegisterError(.missingColumns(missing), file: file, header: header)
        }
        return indices
    }
}
