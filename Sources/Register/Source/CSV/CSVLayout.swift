/// How a file's records are split into fields.
struct CSVLayout: Sendable {
    let file: String
    let delimiter: UInt8
    /// The columns' names, for errors, and how many there are; nil while the header is read.
    var columns: [String]?
    /// Of each column, whether its fields are asked for.
    var isSelected: [Bool] = []
    var nullText: [UInt8]?
    var quotedNull = false
}
