/// What one person may have, so that a placeholder among codes ends in an error and not in exhausted memory.
enum PersonLimit {
    static func check(rowCount: Int, byteCount: Int) throws(RegisterError.Kind) {
        if rowCount > PersonGrouping.maxRowsOfPerson {
            throw .tooManyRowsOfPerson(limit: PersonGrouping.maxRowsOfPerson)
        }
        if byteCount > PersonGrouping.maxBytesOfPerson {
            throw .personTooLarge(byteLimit: PersonGrouping.maxBytesOfPerson)
        }
    }
}
