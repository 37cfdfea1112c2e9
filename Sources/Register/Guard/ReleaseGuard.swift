internal import Agreement
internal import Values

/// Keeps identity codes out of what a register releases.
struct ReleaseGuard {
    /// The agreement's, and whose codes it reads.
    let scheme: any IdentityScheme
    let owner: ParticipantID

    /// Whether what would be released could be a code. Where the agreement says that the column's numbers are none,
    /// digits are let pass, but never the row's own code.
    ///
    /// - Parameters:
    ///   - field: as the source has the value.
    ///   - code: what the row's own code says.
    func holdsCode(
        _ value: FieldValue, of field: SourceField, in column: ColumnDeclaration,
        _ code: Result<IdentityReading, RefusalReason>
    ) -> Bool {
        guard let text = value.guardedText else { return false }
        var texts = [text]
        // As the source has it, zeros at the beginning included.
        if case .characters(let written) = field, !written.elementsEqual(text) { texts.append(written) }
        for text in texts {
            guard let finding = CodeGuard.finding(in: text) else { continue }
            guard column.numbersAreNoCodes, finding == .digits else { return true }
            guard case .success(let reading) = code, let other = try? scheme.identity(of: text, owner: owner) else {
                continue
            }
            if other == reading.identity { return true }
        }
        return false
    }
}

extension FieldValue {
    /// What the guard of released text looks at; nil where a code cannot be.
    fileprivate var guardedText: ArraySlice<UInt8>? {
        switch self {
        case .integer(let number): Array(String(number).utf8)[...]
        case .decimal(let decimal):
            // A fraction is no code; what comes from a floating-point number can be a whole one.
            decimal.wholeDigits.map { Array($0.utf8)[...] }
        case .code(let text), .text(let text): Array(text.utf8)[...]
        case .null, .date, .boolean, .person: nil
        }
    }
}

extension ExactDecimal {
    /// The digits before the point; nil if any behind it is not 0.
    fileprivate var wholeDigits: Substring? {
        let parts = digits.split(separator: ".")
        guard parts.dropFirst().allSatisfy({ $0.utf8.allSatisfy { $0 == UInt8(ascii: "0") } }) else { return nil }
        return parts.first
    }
}
