internal import StrictYAML

/// Why a cohort expression cannot be read. Positions count characters of the expression from 1.
public enum CohortExpressionError: Error, Sendable, Equatable, CustomStringConvertible {
    case empty
    /// Longer than `CohortExpression.byteLimit`.
    case tooLong
    case unexpectedCharacter(position: Int)
    /// A word where an operator, a comma or a closing parenthesis is due.
    case unexpectedWord(String, position: Int)
    /// The end, an operator or a parenthesis where a register, a cohort or a parenthesis is due.
    case operandMissing(position: Int)
    case parenthesisOpen(position: Int)
    /// `sample` without its form `sample(cohort, count)`.
    case sampleForm(position: Int)
    /// A count outside 1…`CohortExpression.sampleLimit`.
    case sampleCount(position: Int)
    case unknownName(String, suggestion: String?, position: Int)
    /// Nested deeper, or with more operators in a row, than `CohortExpression.depthLimit`.
    case tooDeep(position: Int)
    /// More than `CohortEvaluator.sampleLimit` samples among an agreement's cohorts.
    case tooManySamples
    /// Samples of an agreement's cohorts that add up to more than `CohortEvaluator.sampledPeopleLimit` people.
    case samplesTooLarge
    /// More than 32 registers or 64 cohorts.
    case tooManyNames

    public var description: String {
        switch self {
        case .empty: "The expression is empty. Name a register, such as 'clients', or combine several."
        case .tooLong:
            "The expression is longer than \(CohortExpression.byteLimit) bytes. Name parts as earlier cohorts."
        case .unexpectedCharacter(let position):
            "Character \(position) does not belong in an expression. Use register and cohort ids, "
                + "union, intersect, except, sample, parentheses."
        case .unexpectedWord(let word, let position):
            "At character \(position), \(MappingReader.shown(word)) follows a complete part. "
                + "Put union, intersect or except before it."
        case .operandMissing(let position): "At character \(position) a register, a cohort or '(' must follow."
        case .parenthesisOpen(let position): "The parenthesis at character \(position) is not closed. Add ')'."
        case .sampleForm(let position):
            "At character \(position) write sample(cohort, number), for example sample(clients, 500)."
        case .sampleCount(let position):
            "At character \(position) write a whole number from 1 to \(CohortExpression.sampleLimit)."
        case .unknownName(let name, let suggestion, let position):
            "At character \(position), \(MappingReader.shown(name)) is no register and no earlier cohort"
                + (suggestion.map { "; did you mean \($0)?" } ?? ".")
        case .tooDeep(let position):
            "At character \(position) the expression has more than \(CohortExpression.depthLimit) levels. "
                + "Name parts of it as earlier cohorts."
        case .tooManySamples: "The cohorts draw more than \(CohortEvaluator.sampleLimit) samples. Draw fewer."
        case .samplesTooLarge:
            "The cohorts' samples add up to more than \(CohortEvaluator.sampledPeopleLimit) people. Draw smaller ones."
        case .tooManyNames: "An agreement has at most 32 registers and 64 cohorts."
        }
    }
}
