/// What a record may hold, so that a broken file ends in an error and not in exhausted memory.
enum RecordLimit {
    static let fieldByteCount = 1 << 20
    static let recordByteCount = 8 << 20
    static let columnCount = 4096
}
