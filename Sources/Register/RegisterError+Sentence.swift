internal import Values

extension RegisterError.Kind {
    /// What is wrong and what to do, as a sentence that follows a colon.
    var sentence: String {
        switch self {
        case .fileNotFound:
            "there is no such file. Check the path in the node's configuration."
        case .permissionDenied:
            "the file may not be read. Give the account that runs the node the right to read it and its folder."
        case .notAFile:
            "this is not a regular file. Name the register's file itself."
        case .readFailed(let errno):
            "reading failed with system error \(errno). Check the disk or the network share, then try again."
        case .fileChanged:
            "the file changed while it was read. Wait until its writing has ended, then try again."
        case .emptyFile:
            "the file is empty. A register without people still needs its header line or its table."
        case .invalidUTF8:
            "the text is not valid UTF-8. Save the data in UTF-8, or say under encoding what a file is written in."
        case .nulByte:
            "the text has a NUL byte. Save the data as UTF-8 text, and remove the byte."
        case .tooManyFields(let expected):
            "the row has more than the header's \(Self.count(expected, "field")). "
                + "Check the delimiter, and quote fields that contain it."
        case .tooFewFields(let expected, let found):
            "the row has \(Self.count(found, "field")) and the header \(expected). "
                + "Check the delimiter, and that no line is empty or cut short."
        case .fieldTooLong(let limit):
            "a field is longer than \(limit) bytes. Check for an unclosed quotation mark, or shorten the field."
        case .recordTooLong(let limit):
            "a row is longer than \(limit) bytes. Check for an unclosed quotation mark, or leave columns out."
        case .tooManyColumns(let limit):
            "there are more than \(limit) columns. Leave out those the agreement doesn't name."
        case .duplicateColumns(let first, let second):
            "columns \(first) and \(second) have the same name, and this name is asked for. Rename one of them."
        case .identityCodeInHeader:
            "a column name is a personal identity code. The first line must hold the columns' names; add a header."
        case .missingTable(let name, let suggestion, let others):
            "the database has no table or view \(ShownName.of(name))"
                + (suggestion.map { "; there is \(ShownName.of($0))" } ?? "")
                + (others.isEmpty ? "" : "; there are " + others.map(ShownName.of).joined(separator: ", "))
                + ". Names are case-sensitive."
        case .source(let source):
            source.failure.sentence
        case .missingColumns(let columns):
            "columns are missing: "
                + columns.map { column in
                    ShownName.of(column.name)
                        + (column.suggestion.map { " (there is \(ShownName.of($0)))" } ?? "")
                }.joined(separator: ", ")
                + ". Names are case-sensitive; map them in the configuration or provide them."
        case .unknownMapping(let names):
            "the configuration maps columns that the agreement doesn't declare for this register: "
                + names.map(ShownName.of).joined(separator: ", ") + ". Remove them or correct their names."
        case .identityColumnReleased:
            "the column holds the personal identity and would be released. "
                + "Map the agreement's column to another, or agree not to release it."
        case .unmappedFields(let names):
            "the agreement matches people by fields that the configuration has no columns for: "
                + names.map(ShownName.of).joined(separator: ", ")
                + ". Name the source's columns under match_fields, or agree that the register does not have them."
        case .noIdentityColumn:
            "the configuration names no column of identity codes, and the agreement has no match key that does "
                + "without. Name it under identity, or agree on further match keys."
        case .historyColumnsAreOne:
            "the configuration names this column twice for the history. Former codes, current codes and, if it has "
                + "them, the days on which codes were replaced are columns of their own: name each."
        case .tooManyFormerCodes(let limit):
            "the history has more than \(limit) pairs of codes. Leave out those of people who are not in the register."
        case .wrongType(let expected):
            "the value is not \(expected.article). \(expected.form)"
        case .nullNotAllowed(let expected):
            "the value is missing, and the agreement requires \(expected.article). "
                + "Fill it in, or agree that the column is nullable."
        case .binaryValue:
            "the value is binary (BLOB), which no column type allows. Store it as text or a number."
        case .valueTooLong(let expected, let limit):
            "the value is longer than the \(limit) bytes allowed in \(expected.article) column. Shorten it."
        case .identityCodeInColumn:
            "the value is or contains what could be a personal identity code of Finland, Sweden or Estonia, and would "
                + "be released. Nothing is sent; remove it from the column, or leave the column out of the agreement. "
                + "If the column's numbers are something else, say so in the agreement and in the policy "
                + "(not_identity_codes)."
        case .unmappedValues(let columns):
            "the agreement's map lacks codes that the register has: "
                + columns.map { "\(Self.count($0.count, "row")) in \(ShownName.of($0.column))" }.joined(separator: ", ")
                + ". Agree on a map of all codes, or on what others become ('otherwise')."
        case .notRoundable:
            "the number cannot be rounded within its type. Correct it, or agree on a decimal column."
        case .badNeverReleaseCode(let reason):
            "the list of people who are never released has something that is no usable code (\(reason.rawValue)). "
                + "Correct it: no round begins, so that nobody is released by mistake."
        case .tooManyNeverReleased(let limit):
            "more than \(limit) people are never to be released. Give a view of the register without them."
        case .columnNotChosen:
            "the list has several columns. Say with --column which one has the identity codes."
        case .badWithdrawnCode(let reason):
            "the list has something that is no usable code (\(reason.rawValue)). Correct it and run again: a list is "
                + "taken whole or not at all, and nothing was noted."
        case .tooManyWithdrawn(let limit):
            "the list has more than \(limit) codes, which is as many as a round of withdrawals can tell of. Nothing "
                + "was noted."
        case .unreadableMark:
            "the value is in neither list of never_release_if ('values', 'otherwise'), or is a fraction or binary. "
                + " Name all values that the column has, as they are stored: no round begins, so that nobody "
                + "is released by mistake."
        case .markWithoutCode(let reason):
            "the row marks a person who is never to be released, but its identity code is not usable "
                + "(\(reason.rawValue)), so the person's other rows could not be found. Correct it: no round begins, "
                + "so that nobody is released by mistake."
        case .neverReleaseNotKept(let cohort):
            "the configuration names people who are never released, but the agreement's cohort \(ShownName.of(cohort)) "
                + "is defined by this register and opened without it, so they could not be kept out. "
                + "Agree to release some register for it, or on another cohort."
        case .tooFewUsableCodes(let usable, let rows, let percent, let shapes):
            "of \(Self.count(rows, "row")) only \(usable) have a usable identity code, less than the \(percent) % of "
                + "usable_codes. Not usable are: \(shapes.words.isEmpty ? "missing codes" : shapes.words). "
                + "Correct the column or the configuration, or agree on a lower usable_codes."
        case .tooFewUsablePairs(let usable, let rows, let percent):
            "of \(Self.count(rows, "pair")) of the history only \(usable) are usable, less than the \(percent) % of "
                + "usable_codes. Check that both columns hold identity codes, and as they are issued."
        case .tooFewReadableDates(let field, let readable, let rows, let percent):
            "of \(Self.count(rows, "row")) with a date in the match field \(ShownName.of(field)) only \(readable) can "
                + "be read, less than the \(percent) % of usable_codes. Write YYYY-MM-DD or D.M.YYYY."
        case .tooFewPeople(let people, let least):
            "there are \(people) people, fewer than the \(least) of min_people. Check that all of the register is read "
                + "(files, views, rights and filters), or agree on a lower min_people."
        case .tooManyRowsOfPerson(let limit):
            "a person has more than \(limit) rows. Check for a placeholder identity, or aggregate the rows."
        case .tooManyRowsNamePerson(let limit):
            "more than \(limit) rows name one person. Check for a placeholder among the codes, or leave the column out "
                + "of the agreement."
        case .tooManyCellsOfNamed(let cells, let limit):
            "the rows that name one person need \(cells) cells, more than the \(limit) allowed. Check for a "
                + "placeholder among the codes, or agree on a higher max_cells_per_person of the column, or on larger "
                + "cell_bytes."
        case .personTooLarge(let limit):
            "a person's rows take more than \(limit) bytes. Check for a placeholder identity, or release less text."
        case .spoolFailed(let reason):
            "the working space for sorting failed: \(reason). Check the space and rights of the node's spool folder."
        case .spoolDamaged:
            "what was read back from the working space for sorting is damaged. Check the disk, then try again."
        case .cancelled:
            "the reading was stopped before its end."
        }
    }

    private static func count(_ number: Int, _ noun: String) -> String {
        "\(number) \(noun)\(number == 1 ? "" : "s")"
    }
}

extension ColumnType {
    fileprivate var article: String {
        switch self {
        case .integer: "an integer"
        case .decimal: "a decimal number"
        case .date: "a date"
        case .boolean: "a boolean"
        case .code: "a code"
        case .text: "a text"
        case .person: "an identity code"
        }
    }

    /// How such a value is written.
    fileprivate var form: String {
        switch self {
        case .integer:
            "Write digits with an optional sign, within 64 bits; in a database store it as INTEGER."
        case .decimal:
            "Write at most 64 digits with the configured decimal sign, no grouping and no exponent; "
                + "in SQLite store it as INTEGER, REAL or TEXT with a point, in PostgreSQL as numeric."
        case .date:
            "Write YYYY-MM-DD, D.M.YYYY, YYYYMMDD or a timestamp of an existing day; in SQLite store it as TEXT, in "
                + "PostgreSQL as date."
        case .boolean:
            "Write true/false, 1/0, K/E, kyllä/ei or yes/no; in SQLite store it as INTEGER or TEXT, in PostgreSQL as "
                + "boolean."
        case .code:
            "A code is not empty; in a database store it as TEXT, so that leading zeros stay."
        case .text:
            "In a database store it as TEXT."
        case .person:
            "Write the person's code, or nothing where nobody is named."
        }
    }
}
