public import Daemon
public import Dataset

extension DatasetError: ReportableError {
    public var sentence: String {
        description.hasSuffix(".") ? String(description.dropLast()) : description
    }

    public var exitStatus: ExitStatus {
        switch self {
        case .diskFull, .inputOutput, .storeStopped: .inputOutput
        case .noPermission, .directoryNotPrivate: .noPermission
        case .noDirectory: .noInput
        case .badPath: .usage
        case .datasetExists: .cannotCreate
        case .nothingReleased, .cohortBelowSmallestCell, .unusableName: .refused
        case .storeInUse, .storeNotFinished: .temporary
        case .storeFinished: .software
        default: .badData
        }
    }

    /// Whether what arrived is at fault, and not this machine: trying again cannot help.
    var isOfSender: Bool {
        switch self {
        case .unknownRegister, .unknownCohort, .personInNoReleasedCohort, .personChanged, .unknownLink,
            .linkChanged, .rowsBeforePerson, .rowsNotReleased, .rowsChanged, .wrongValueCount, .wrongType,
            .missingValue,
            .unusableText:
            true
        default: false
        }
    }
}

extension ExampleDataError: ReportableError {
    public var sentence: String { description.hasSuffix(".") ? String(description.dropLast()) : description }

    public var exitStatus: ExitStatus {
        switch self {
        case .tooManyPeople, .tooFewPeople: .usage
        case .nobody, .rulesNotKept: .refused
        case .dataset(let error): error.exitStatus
        }
    }
}
