internal import Values

/// Why no made-up dataset could be written. Nothing in it is of a person: there is none.
public enum ExampleDataError: Error, Equatable, Sendable {
    /// More people, or more of their values, than one example holds.
    case tooManyPeople(most: Int)
    /// So few people cannot fill the agreement's cohorts.
    case tooFewPeople(least: Int)
    /// No cohort that is released can have anybody.
    case nobody
    /// So few people do not keep what the agreement asks for.
    case rulesNotKept(DatasetError)
    case dataset(DatasetError)
}

extension ExampleDataError: CustomStringConvertible {
    /// One sentence or two: what is wrong, and what to do.
    public var description: String {
        switch self {
        case .tooManyPeople(let most):
            "An example of this agreement has at most \(most) people. Ask for fewer with --people."
        case .tooFewPeople(let least):
            "With this agreement's cohorts and disclosure rules an example needs at least \(least) people. "
                + "Ask for more with --people."
        case .nobody:
            "Nobody can be in a cohort that this agreement releases rows for. Look at the cohorts' expressions with "
                + "`agreement show`."
        case .rulesNotKept(let error):
            "The made-up people do not keep what the agreement asks for. Ask for more with --people. If that does not "
                + "help, the agreement may ask for more than its columns can give. What the dataset's writer says: "
                + "\(error)"
        case .dataset(let error): error.description
        }
    }
}
