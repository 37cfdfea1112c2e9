internal import Crypto
internal import Foundation
internal import GRDB
internal import Values

/// A released row between the agreement's types and SQLite's.
enum StoredRow {
    /// Checks a row against the register's columns and says how SQLite keeps it.
    ///
    /// - Parameter isResolved: whether a person whom it names may be elsewhere, and not a link.
    static func encode(
        _ row: [FieldValue], of register: DatasetLayout.Register, isResolved: Bool = false
    ) throws(DatasetError) -> [DatabaseValue] {
        guard row.count == register.columns.count else {
            throw .wrongValueCount(register: register.id, expected: register.columns.count, found: row.count)
        }
        var stored: [DatabaseValue] = []
        stored.reserveCapacity(row.count + 1)
        for (value, column) in zip(row, register.columns) {
            if let type = value.type {
                guard type == column.type else { throw .wrongType(register: register.id, column: column.name) }
            } else if !column.nullable {
                throw .missingValue(register: register.id, column: column.name)
            }
            if case .person(let link) = value, link.count != FieldValue.personByteCount,
                !(isResolved && value == .personElsewhere)
            {
                throw .wrongType(register: register.id, column: column.name)
            }
            if case .text(let text) = value, text.utf8.contains(0) {
                throw .unusableText(register: register.id, column: column.name)
            }
            if case .code(let text) = value, text.utf8.contains(0) {
                throw .unusableText(register: register.id, column: column.name)
            }
            stored.append(encode(value))
        }
        return stored
    }

    /// Integers and booleans as INTEGER, people as BLOB, everything else as TEXT, so that a decimal keeps its digits.
    static func encode(_ value: FieldValue) -> DatabaseValue {
        switch value {
        case .null: .null
        case .integer(let number): number.databaseValue
        case .boolean(let flag): (flag ? 1 : 0).databaseValue
        case .decimal(let decimal): decimal.digits.databaseValue
        case .date(let date): date.description.databaseValue
        case .code(let text), .text(let text): text.databaseValue
        case .person(let bytes): Data(bytes).databaseValue
        }
    }

    /// The value SQLite kept for a column of `type`; nil when the file was altered.
    static func decode(_ value: DatabaseValue, as type: ColumnType) -> FieldValue? {
        switch (value.storage, type) {
        case (.null, _): .null
        case (.int64(let number), .integer): .integer(number)
        case (.int64(let number), .boolean): number == 0 ? .boolean(false) : number == 1 ? .boolean(true) : nil
        case (.string(let text), .decimal): ExactDecimal(text).map(FieldValue.decimal)
        case (.string(let text), .date): CalendarDate(iso: text).map(FieldValue.date)
        case (.string(let text), .code): .code(text)
        case (.string(let text), .text): .text(text)
        case (.blob(let bytes), .person):
            bytes.isEmpty || bytes.count == FieldValue.personByteCount ? .person(Array(bytes)) : nil
        default: nil
        }
    }

    /// 16 bytes that are equal for the same rows in whatever order, so that a replay can be told from a contradiction.
    static func digest(of rows: [[DatabaseValue]]) -> [UInt8] {
        let encoded = rows.map { row in
            var bytes: [UInt8] = []
            for value in row {
                switch value.storage {
                case .int64(let number):
                    bytes.append(1)
                    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
                case .string(let text):
                    bytes.append(2)
                    withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { bytes += $0 }
                    bytes += text.utf8
                case .blob(let data):
                    bytes.append(3)
                    withUnsafeBytes(of: UInt64(data.count).littleEndian) { bytes += $0 }
                    bytes += data
                case .null, .double:
                    bytes.append(0)
                }
            }
            return bytes
        }
        var hash = SHA256()
        for row in encoded.sorted(by: { $0.lexicographicallyPrecedes($1) }) {
            hash.update(data: row)
        }
        withUnsafeBytes(of: UInt64(rows.count).littleEndian) { hash.update(bufferPointer: $0) }
        return Array(hash.finalize().prefix(16))
    }
}
