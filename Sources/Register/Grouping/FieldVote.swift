/// Finds of each field the value that most of a person's rows have; of equally many, the one with the least bytes.
struct FieldVote {
    private var counts: [[[UInt8]: Int]]

    init(fieldCount: Int) { counts = Array(repeating: [:], count: fieldCount) }

    /// Adds the fields of `rowCount` rows. False if the bytes are no fields.
    mutating func add(_ fields: [UInt8], rowCount: Int = 1) -> Bool {
        guard let split = FieldCoding.split(fields, count: counts.count) else { return false }
        for (index, field) in split.enumerated() where !field.isEmpty {
            counts[index][field, default: 0] += rowCount
        }
        return true
    }

    var winners: [[UInt8]] {
        counts.map { field in
            field.min { left, right in
                left.value != right.value ? left.value > right.value : left.key.lexicographicallyPrecedes(right.key)
            }?.key ?? []
        }
    }
}
