internal import Agreement
internal import Foundation
internal import PlainWords
internal import Values

/// `datapackage.json`: a Frictionless Tabular Data Package, version 1, which says how to read the CSV files.
struct DataPackage: Encodable {
    struct Resource: Encodable {
        let profile = "tabular-data-resource"
        let name: String
        let title: String
        let path: String
        let format = "csv"
        let mediatype = "text/csv"
        let encoding = "utf-8"
        let bytes: Int
        let hash: String
        let dialect = Dialect()
        let schema: Schema
    }

    /// RFC 4180.
    struct Dialect: Encodable {
        let delimiter = ","
        let quoteChar = "\""
        let doubleQuote = true
        let lineTerminator = "\r\n"
        let skipInitialSpace = false
        let header = true
        let caseSensitiveHeader = true
    }

    struct Schema: Encodable {
        let fields: [Field]
        let missingValues = [""]
        let primaryKey: String?
        let foreignKeys: [ForeignKey]?
    }

    struct Field: Encodable {
        let name: String
        let type: String
        let title: String
        var bareNumber: Bool?
        var trueValues: [String]?
        var falseValues: [String]?
        /// Values with their labels, as Table Schema 2 has them.
        var categories: [Category]?
        var constraints: Constraints?
        var sidos: ColumnNote?
    }

    struct Constraints: Encodable {
        var required: Bool?
        var unique: Bool?
        var pattern: String?
        var `enum`: [LabelledValue]?
    }

    struct Category: Encodable {
        let value: LabelledValue
        let label: String
    }

    /// A value in the type of its field.
    enum LabelledValue: Encodable {
        case integer(Int64)
        case text(String)

        init(_ value: String, of type: ColumnType) {
            self = type == .integer ? Int64(value).map(Self.integer) ?? .text(value) : .text(value)
        }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.singleValueContainer()
            switch self {
            case .integer(let number): try container.encode(number)
            case .text(let text): try container.encode(text)
            }
        }
    }

    /// What Table Schema has no word for.
    struct ColumnNote: Encodable {
        let type: String
        let disclosure: String
        /// Whether values occur that are none of the categories; nil where there are no categories.
        let otherValues: Bool?
        /// What the register's owner made of its own column before anything left it; none for a column as it is there.
        let derivation: String?
        /// Whether a `""` occurs, which many readers take for a missing value.
        let emptyTexts: Bool
        /// What disclosure control does to the column; nil if nothing.
        let notes: [String]?
    }

    struct ForeignKey: Encodable {
        struct Reference: Encodable {
            let resource: String
            let fields: String
        }
        let fields: String
        let reference: Reference
    }

    struct Note: Encodable {
        let agreement: String
        let round: String
        /// Nil if it is one.
        let rounds: [String]?
        let study: DatasetReport.ReportedStudy
        let permit: String
        let files: [File]
    }

    struct File: Encodable {
        let path: String
        let bytes: Int
        let hash: String
    }

    let profile = "tabular-data-package"
    let name: String
    let title: String
    /// That all of it is made up; nil where it is true.
    let description: String?
    let created: String
    let resources: [Resource]
    let sidos: Note
}

extension DataPackage {
    /// - Parameters:
    ///   - tables: `persons` and then every released register in the layout's order.
    ///   - facts: per register, of the rows written.
    init(
        report: DatasetReport, layout: DatasetLayout, tables: [WrittenFile], facts: [TableFacts],
        others: [(path: String, file: WrittenFile)]
    ) {
        name = Self.name(for: report.study.id)
        title = report.study.title
        description = report.madeUp
        created = report.created
        let schemas =
            [Self.personsSchema(layout)]
            + zip(layout.registers, facts).map { Self.schema($0, $1, layout) }
        let names =
            [(id: "persons", title: Codebook.personsTitle)]
            + layout.registers.map { (id: $0.id, title: $0.title) }
        resources = zip(zip(names, schemas), tables).map { described, file in
            Resource(
                name: described.0.id, title: described.0.title, path: described.0.id + ".csv", bytes: file.byteCount,
                hash: Self.hash(file), schema: described.1)
        }
        sidos = Note(
            agreement: report.agreement, round: report.round, rounds: report.rounds?.map(\.id),
            study: report.study, permit: report.study.permit,
            files: others.map { File(path: $0.path, bytes: $0.file.byteCount, hash: Self.hash($0.file)) })
    }

    private static let personPattern = "[0-9a-hjkmnp-tv-z]{26}"

    private static func personField(unique: Bool) -> Field {
        Field(
            name: "person", type: "string", title: Codebook.personLabel,
            constraints: Constraints(required: true, unique: unique ? true : nil, pattern: personPattern))
    }

    /// None where people are recognised in one way only. A value is missing where nothing was joined.
    private static func linkField(_ layout: DatasetLayout, _ title: String) -> [Field] {
        guard layout.hasLinkColumn else { return [] }
        return [
            Field(
                name: DatasetLayout.linkColumn, type: "string", title: title,
                constraints: Constraints(enum: layout.linkNames.map(LabelledValue.text)))
        ]
    }

    private static func personsSchema(_ layout: DatasetLayout) -> Schema {
        let cohorts = layout.cohorts.map { cohort in
            Field(
                name: cohort.id, type: "boolean", title: cohort.title, trueValues: ["true"], falseValues: ["false"],
                constraints: Constraints(required: true))
        }
        let links = linkField(layout, Codebook.personLinkLabel)
        let lasting =
            layout.hasLastingColumn
            ? [
                Field(
                    name: DatasetLayout.lastingColumn, type: "boolean", title: Codebook.lastingLabel,
                    trueValues: ["true"], falseValues: ["false"], constraints: Constraints(required: true))
            ] : []
        return Schema(
            fields: [personField(unique: true)] + cohorts + links + lasting, primaryKey: "person", foreignKeys: nil)
    }

    private static func schema(_ register: DatasetLayout.Register, _ facts: TableFacts, _ layout: DatasetLayout)
        -> Schema
    {
        let columns = zip(register.released, facts.columns).enumerated().map { index, described in
            let (column, facts) = described
            let isEmpty = facts.hasEmptyText
            var field = Field(name: column.name, type: fieldType(column.type), title: column.title)
            if column.type == .integer || column.type == .decimal { field.bareNumber = true }
            if column.type == .person { field.constraints = Constraints(pattern: personPattern) }
            if column.type == .boolean { (field.trueValues, field.falseValues) = (["true"], ["false"]) }
            // A reader that can't tell "" from nothing would find a required text missing.
            if !column.nullable, !isEmpty { field.constraints = Constraints(required: true) }
            let hasOthers = column.values.isEmpty ? nil : facts.unlabelledRowCount > 0
            if !column.values.isEmpty {
                let values = column.values.map { LabelledValue($0.value, of: column.type) }
                field.categories = zip(values, column.values).map { Category(value: $0, label: $1.label) }
                if hasOthers == false {
                    field.constraints = Constraints(required: field.constraints?.required, enum: values)
                }
            }
            field.sidos = ColumnNote(
                type: column.type.rawValue, disclosure: column.disclosure.rawValue, otherValues: hasOthers,
                derivation: register.columns[index].derivationText, emptyTexts: isEmpty,
                notes: register.notes[index].isEmpty ? nil : register.notes[index])
            return field
        }
        let people = ["person"] + register.released.filter { $0.type == .person }.map(\.name)
        let keys = people.map { ForeignKey(fields: $0, reference: .init(resource: "persons", fields: "person")) }
        let links = linkField(layout, Codebook.recordLinkLabel)
        return Schema(fields: [personField(unique: false)] + links + columns, primaryKey: nil, foreignKeys: keys)
    }

    private static func fieldType(_ type: ColumnType) -> String {
        switch type {
        case .integer: "integer"
        case .decimal: "number"
        case .date: "date"
        case .boolean: "boolean"
        case .code, .text, .person: "string"
        }
    }

    private static func hash(_ file: WrittenFile) -> String { "sha256:" + Hex.encode(file.sha256) }

    /// A package's name may hold lower-case letters, digits and `.`, `_`, `-` only.
    private static func name(for study: String) -> String {
        let name = study.lowercased().unicodeScalars.map { scalar in
            scalar.isASCII && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil)
                || scalar == "." || scalar == "_" || scalar == "-" ? String(scalar) : "-"
        }
        return name.isEmpty ? "dataset" : name.joined()
    }
}
