public import Values

/// Why a dataset could not be received, kept or written. Names files, registers, columns and cohorts; never a person, a
/// pseudonym, a value or a count below the smallest cell.
public enum DatasetError: Error, Equatable, Sendable {
    // The machine.
    case diskFull(path: String)
    case noPermission(path: String)
    /// Any other failure of the system, as its error number.
    case inputOutput(path: String, code: Int32)
    /// The directory that should hold the file or the dataset does not exist, or is not a directory.
    case noDirectory(path: String)
    /// The directory can be read by others than the user who runs this program.
    case directoryNotPrivate(path: String)
    case badPath(path: String)

    // The dataset.
    case datasetExists(path: String)
    /// A prepared dataset is not the one that was approved.
    case preparedChanged(path: String)
    /// The agreement releases no rows.
    case nothingReleased
    /// An identifier of the agreement cannot name a file, table or column of a dataset.
    case unusableName(String, reason: NameFault)
    case cohortBelowSmallestCell(CohortID)
    case countNotRounded(registers: [RegisterID])
    /// No generalisation reaches k or l for some people of a cohort, and more of them than the agreement lets be left
    /// out.
    case disclosureUnreachable(cohort: CohortID, percent: Int)
    /// What was about to be written does not keep what the agreement asks for.
    case disclosureNotKept
    /// More people and quasi-identifiers than are worked on at once.
    case disclosureTooLarge
    /// A table has too many different values.
    case tableTooLarge(title: String, limit: Int)
    /// Two tables count some of the same people by the same column.
    case tablesOverlap(String, String)
    /// A count of the round's report is none that the agreement lets be published.
    case qualityCountNotRounded(register: RegisterID?)
    /// The round's report is about registers that the agreement does not have, or names one twice.
    case reportMismatch(register: RegisterID)

    // One dataset of several rounds.
    case roundOfAnotherStudy(RoundID)
    case roundWithoutLastingPseudonyms(RoundID)
    /// New pseudonyms have begun since.
    case roundOfAnotherGeneration(RoundID)
    /// A column has another type in this round, or was made otherwise.
    case roundColumnDiffers(RoundID, register: RegisterID, column: String)
    /// Records are joined in a way that the last round's agreement doesn't know.
    case roundLinksDiffer(RoundID, link: String)
    case tooManyPeriods(register: RegisterID, column: String)
    /// The rounds together have more people of a cohort than the agreement lets be released.
    case joinedCohortTooLarge(CohortID)

    // The working store.
    case storeOfAnotherAgreement(path: String)
    case storeOfAnotherRound(path: String)
    case storeUnusable(path: String)
    case storeInUse(path: String)
    /// A write failed earlier; what was kept before it is safe.
    case storeStopped(path: String)
    case storeFinished
    case storeNotFinished

    // What was received.
    case unknownRegister(RegisterID)
    case unknownCohort(bit: Int)
    case personInNoReleasedCohort
    case personChanged
    /// A record is said to be joined by a link that the agreement doesn't have.
    case unknownLink(register: RegisterID)
    case linkChanged(register: RegisterID)
    case rowsBeforePerson(register: RegisterID)
    case rowsNotReleased(register: RegisterID)
    case rowsChanged(register: RegisterID)
    case wrongValueCount(register: RegisterID, expected: Int, found: Int)
    case wrongType(register: RegisterID, column: String)
    case missingValue(register: RegisterID, column: String)
    /// A text holds U+0000, which CSV and SQLite readers cut or refuse.
    case unusableText(register: RegisterID, column: String)
}

/// What is wrong with a name.
public enum NameFault: Sendable, Equatable {
    case form
    case reserved
    case repeated
    case tooMany
    /// A register is released for a cohort that the agreement does not declare.
    case undeclared
}

extension DatasetError: CustomStringConvertible {
    /// One sentence or two: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .diskFull(let path):
            "The disk is full while writing \(path). Free some space and run again; nothing half-written was left."
        case .noPermission(let path):
            "No permission to write \(path). Give the user who runs this program the right to write there."
        case .inputOutput(let path, let code):
            "Reading or writing \(path) failed with system error \(code). Check the disk and run again."
        case .noDirectory(let path):
            "There is no directory \(path). Create it, or name another one."
        case .directoryNotPrivate(let path):
            "Others can read \(path), and rows of people will be kept there. Run: chmod 700 '\(path)'"
        case .badPath(let path):
            "'\(path)' cannot name a dataset or a working store. Name a file or directory inside an existing directory."
        case .datasetExists(let path):
            "\(path) exists already and is not overwritten. Name another directory, or add --replace."
        case .preparedChanged(let path):
            "\(path) is not as it was approved: something was changed, added or removed. Nothing was handed over. "
                + "Prepare the dataset again."
        case .nothingReleased:
            "The agreement releases no rows, so there is no dataset to write. Only its counts are published."
        case .unusableName(let name, let reason):
            "The agreement's name '\(name)' cannot be used in a dataset: \(reason.sentence)"
        case .cohortBelowSmallestCell(let cohort):
            "Cohort \(cohort) has fewer people than the agreement's smallest_cell lets be released; nothing is written."
        case .disclosureUnreachable(let cohort, let percent):
            "The agreement's disclosure goals can't be reached: in cohort \(cohort) some people share their cohorts "
                + "and registers with too few others, or with people whose sensitive values are too alike. This is so "
                + "even when every quasi-identifier is missing, and these people are more than the \(percent) % that "
                + "leave_out allows. Nothing was written. Agree on a smaller k or l, on coarser cohorts or on a larger "
                + "leave_out."
        case .disclosureNotKept:
            "What was about to be written did not keep the agreement's k or l, so it was removed. This is a fault of "
                + "the program: report it."
        case .disclosureTooLarge:
            "There are too many people and quasi-identifiers to work on at once. Agree on fewer quasi_identifiers."
        case .tableTooLarge(let title, let limit):
            "The table '\(title)' would have more than \(limit) lines or columns. Agree on a column with fewer values."
        case .tablesOverlap(let title, let other):
            "The tables '\(title)' and '\(other)' count the same people by the same column, so one could be subtracted "
                + "from the other. Agree on one table of both, or on cohorts that share nobody."
        case .countNotRounded(let registers):
            "The overlap count of \(registers.joined(separator: ", ")) is no multiple of count_rounding. Report "
                + "it to the coordinator's operator."
        case .qualityCountNotRounded(let register):
            "A count of linkage quality\(register.map { " of register \($0)" } ?? "") is no multiple of "
                + "count_rounding, or doesn't fit the agreement. Report it to the coordinator's operator and the "
                + "register's owner."
        case .reportMismatch(let register):
            "The round's report must name each register of the agreement once at most; check \(register)."
        case .roundOfAnotherStudy(let round):
            "Round \(round) is of another study than the last one. Name rounds of one study."
        case .roundWithoutLastingPseudonyms(let round):
            "People have pseudonyms of their own in round \(round): its agreement has no 'pseudonyms: study'. Leave "
                + "this round out; its dataset can be written alone."
        case .roundOfAnotherGeneration(let round):
            "People had other pseudonyms in round \(round): with the last round's pseudonym_generation new ones "
                + "began. Leave this round out; its dataset can be written alone."
        case .roundColumnDiffers(let round, let register, let column):
            "Column \(column) of register \(register) is of another type in round \(round) than in the last one, or "
                + "was made in another way. Leave this round out; its dataset can be written alone."
        case .roundLinksDiffer(let round, let link):
            "Round \(round) joined records by \(link), which the last round's agreement doesn't have. Leave this round "
                + "out; its dataset can be written alone."
        case .tooManyPeriods(let register, let column):
            "Column \(column) of register \(register) is to tell periods, but has more than "
                + "\(JoinedRounds.mostPeriods) values. Amend the agreement: name a coarser column under 'period', or "
                + "none."
        case .joinedCohortTooLarge(let cohort):
            "The rounds together have more people of cohort \(cohort) than its max_people lets be released; nothing is "
                + "written. Leave rounds out, or amend the agreement."
        case .storeOfAnotherAgreement(let path):
            "\(path) holds what was received under another agreement. Name another file, or remove it if not needed."
        case .storeOfAnotherRound(let path):
            "\(path) holds what was received in another round. Name another file, or remove it if not needed."
        case .storeUnusable(let path):
            "\(path) is damaged, or not a working store of this version. Remove it and receive the round again."
        case .storeInUse(let path):
            "\(path) is in use by another process. Wait for it to end, or stop it."
        case .storeStopped(let path):
            "Writing to \(path) failed earlier. Remove the cause and start again; what was kept is not lost."
        case .storeFinished:
            "Everything of this round was received; nothing more can be added."
        case .storeNotFinished:
            "The round was not received to its end, so no dataset is written. Receive the rest first."
        case .unknownRegister(let register):
            "The agreement releases no rows of register \(register)."
        case .unknownCohort(let bit):
            "A person was sent as a member of cohort number \(bit), which the agreement does not have."
        case .personInNoReleasedCohort:
            "A person was sent who is in no cohort that any register is released for."
        case .personChanged:
            "A person was sent twice with different cohorts."
        case .unknownLink(let register):
            "A record of register \(register) was sent as joined in a way that the agreement does not have."
        case .linkChanged(let register):
            "A record of register \(register) was sent twice, joined in different ways."
        case .rowsBeforePerson(let register):
            "Rows of register \(register) arrived for a person who was not selected."
        case .rowsNotReleased(let register):
            "Rows of register \(register) arrived for a person in none of the cohorts it is released for."
        case .rowsChanged(let register):
            "Rows of register \(register) arrived twice for a person, and differ."
        case .wrongValueCount(let register, let expected, let found):
            "A row of register \(register) has \(found) values where the agreement has \(expected) columns."
        case .wrongType(let register, let column):
            "A value of column \(column) of register \(register) is not of the type the agreement says."
        case .missingValue(let register, let column):
            "A value of column \(column) of register \(register) is missing, and the agreement does not allow that."
        case .unusableText(let register, let column):
            "A text in column \(column) of register \(register) holds the character U+0000. Its owner must remove it."
        }
    }
}

extension NameFault {
    fileprivate var sentence: String {
        switch self {
        case .form: "it is empty, too long, or holds a character that file and column names must not have."
        case .reserved: "the dataset uses it itself, as 'person', 'persons', 'link_key' or SQLite's 'sqlite_…'."
        case .repeated: "it is used twice, or differs from another only by capital letters."
        case .tooMany: "there are more of its kind than a dataset holds (64 cohorts, 1,000 columns a register)."
        case .undeclared: "a register is released for it, but no such cohort is declared."
        }
    }
}
