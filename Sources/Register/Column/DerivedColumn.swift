internal import Agreement
internal import Values

/// One declared column as it is found in a source, and made into what is released.
struct DerivedColumn {
    let index: Int
    /// The source's name.
    let name: String
    let declaration: ColumnDeclaration
    /// What the register's own values are read as.
    let sourceType: ColumnType
    private let parser: ColumnParser
    private let map: CodeMapping?
    private(set) var counts: DerivationCounts

    init(index: Int, name: String, declaration: ColumnDeclaration, hasDecimalComma: Bool) {
        self.index = index
        self.name = name
        self.declaration = declaration
        var read = declaration
        if let derivation = declaration.derivation { read.type = derivation.sourceType(of: declaration.type) }
        sourceType = read.type
        parser = ColumnParser(declaration: read, hasDecimalComma: hasDecimalComma)
        map = if case .map(let map)? = declaration.derivation { map } else { nil }
        counts = DerivationCounts(column: declaration.name)
    }

    /// Whether a code could be in what is released: a column that keeps the register's own words or numbers.
    var mayHoldCode: Bool {
        switch (declaration.derivation, declaration.type) {
        case (nil, .integer), (nil, .decimal), (nil, .code), (nil, .text), (.round?, _): true
        default: false
        }
    }

    /// Codes that the map lacks and nothing is said of.
    var gapCount: Int { map?.otherwise == .refused ? counts.unmatched : 0 }

    /// The released value, not counted.
    ///
    /// - Returns: nil for a code that the map lacks, if nothing else is to become of it.
    func value(of field: SourceField) throws(RegisterError.Kind) -> FieldValue? {
        let value = try read(field)
        guard let derivation = declaration.derivation else { return value }
        do throws(DerivationOverflow) { return try derivation.derived(from: value, as: declaration.type) } catch {
            throw .notRoundable
        }
    }

    /// The released value; a gap of the map is counted and gives a missing value, for it is told of at the end.
    mutating func countedValue(of field: SourceField) throws(RegisterError.Kind) -> FieldValue {
        guard declaration.derivation != nil else { return try parser.value(of: field) }
        let value = try value(of: field)
        if let map, try isUnmatched(field, map) { counts.unmatched += 1 }
        switch value {
        case nil: return .null
        case .null?:
            if field == .null { counts.missing += 1 }
            return .null
        case .code(let code)?:
            counts.made += 1
            if case .coarsen? = declaration.derivation {} else { counts.count(code) }
            return .code(code)
        case let value?:
            counts.made += 1
            return value
        }
    }

    /// Adds what was counted in the rows that follow.
    mutating func add(_ part: DerivationCounts) {
        counts.add(part, mostValues: map == nil ? .max : Self.mostMappedValues)
    }

    /// Values of a map that are told apart.
    private static let mostMappedValues = 64

    private func isUnmatched(_ field: SourceField, _ map: CodeMapping) throws(RegisterError.Kind) -> Bool {
        guard case .code(let code) = try read(field) else { return false }
        return map.codes[code] == nil
    }

    /// Codes are numbers in some databases; a map takes them by their digits.
    private func read(_ field: SourceField) throws(RegisterError.Kind) -> FieldValue {
        if map != nil, case .integer(let number) = field { return .code(String(number)) }
        return try parser.value(of: field)
    }
}
