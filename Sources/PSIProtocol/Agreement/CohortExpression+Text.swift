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

extension CohortExpression: CustomStringConvertible {
    /// Longest expression that is read.
    public static let byteLimit = 4096
    /// Greatest depth of an expression that is read; a chain of operators is as deep as it is long.
    public static let depthLimit = 64
    /// Largest sample.
    public static let sampleLimit = 1_000_000
    /// Words that cannot be the id of a register or a cohort.
    public static let reservedWords = ["union", "intersect", "except", "sample"]

    /// Reads set algebra in SQL's words: `intersect` binds tighter than `union` and `except`, which are read from left
    /// to right. Words in any case; ids as they are declared.
    ///
    /// - Parameters:
    ///   - registers: ids that may be named.
    ///   - cohorts: ids of the cohorts declared earlier.
    public static func parse(
        _ text: String, registers: [RegisterID], cohorts: [CohortID]
    ) throws(CohortExpressionError) -> CohortExpression {
        var parser = CohortParser(try CohortToken.list(text), registers: registers, cohorts: cohorts)
        return try parser.parse()
    }

    /// The expression with no parentheses but those it needs; `parse` reads the same expression from it.
    public var description: String {
        switch self {
        case .register(let id): id
        case .cohort(let id): id
        case .union(let left, let right): "\(left.text(0)) union \(right.text(1))"
        case .intersect(let left, let right): "\(left.text(1)) intersect \(right.text(2))"
        case .except(let left, let right): "\(left.text(0)) except \(right.text(1))"
        case .sample(let of, let count): "sample(\(of), \(count))"
        }
    }

    /// The text, in parentheses if it binds less tightly than `least`.
    private func text(_ least: Int) -> String {
        let binding =
            switch self {
            case .union, .except: 0
            case .intersect: 1
            case .register, .cohort, .sample: 2
            }
        return binding < least ? "(\(self))" : description
    }

    /// Whether people are sampled anywhere in the expression itself; cohorts that it names are not looked into.
    public var hasSample: Bool {
        switch self {
        case .register, .cohort: false
        case .sample: true
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            left.hasSample || right.hasSample
        }
    }

    /// Registers and cohorts named, in order of first mention.
    public var names: [String] {
        switch self {
        case .register(let id), .cohort(let id): return [id]
        case .sample(let of, _): return of.names
        case .union(let left, let right), .intersect(let left, let right), .except(let left, let right):
            let first = left.names
            return first + right.names.filter { !first.contains($0) }
        }
    }
}

/// A word, a number or a sign of an expression.
private struct CohortToken {
    enum Kind: Equatable {
        case word(String)
        case number(String)
        case open, close, comma
        case end
    }

    var kind: Kind
    /// Of its first character, from 1.
    var position: Int

    /// The tokens, then `end`.
    static func list(_ text: String) throws(CohortExpressionError) -> [CohortToken] {
        guard text.utf8.count <= CohortExpression.byteLimit else { throw .tooLong }
        let scalars = Array(text.unicodeScalars)
        var tokens: [CohortToken] = []
        var index = 0
        func run(_ allowed: (Unicode.Scalar) -> Bool) -> String {
            let start = index
            while index < scalars.count, allowed(scalars[index]) { index += 1 }
            return scalars[start..<index].reduce(into: "") { $0.unicodeScalars.append($1) }
        }
        while index < scalars.count {
            let position = index + 1
            switch scalars[index] {
            case " ", "\n": index += 1
            case "(", ")", ",":
                let kind: Kind = scalars[index] == "(" ? .open : scalars[index] == ")" ? .close : .comma
                tokens.append(CohortToken(kind: kind, position: position))
                index += 1
            case "0"..."9":
                tokens.append(CohortToken(kind: .number(run(isWord)), position: position))
            case let scalar where isWord(scalar):
                tokens.append(CohortToken(kind: .word(run(isWord)), position: position))
            default: throw .unexpectedCharacter(position: position)
            }
        }
        guard !tokens.isEmpty else { throw .empty }
        return tokens + [CohortToken(kind: .end, position: scalars.count + 1)]
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_": true
        default: false
        }
    }

    /// Whether this is the operator, in any case.
    func isWord(_ word: String) -> Bool {
        if case .word(let text) = kind { return text.lowercased() == word }
        return false
    }
}

/// Recursive descent; recursion is bounded by `CohortExpression.depthLimit`.
private struct CohortParser {
    /// An expression and the number of its levels.
    private typealias Part = (expression: CohortExpression, depth: Int)

    private let tokens: [CohortToken]
    private let registers: [RegisterID]
    private let cohorts: [CohortID]
    private var index = 0
    /// Parentheses and samples around the current token.
    private var nesting = 0

    init(_ tokens: [CohortToken], registers: [RegisterID], cohorts: [CohortID]) {
        self.tokens = tokens
        self.registers = registers
        self.cohorts = cohorts
    }

    /// The last token is `end`, which is never passed.
    private var current: CohortToken { tokens[min(index, tokens.count - 1)] }

    mutating func parse() throws(CohortExpressionError) -> CohortExpression {
        let part = try sum()
        switch current.kind {
        case .end: return part.expression
        case .word(let word), .number(let word): throw .unexpectedWord(word, position: current.position)
        case .open, .close, .comma: throw .unexpectedCharacter(position: current.position)
        }
    }

    /// Parts joined by `union` and `except`, left to right.
    private mutating func sum() throws(CohortExpressionError) -> Part {
        var left = try product()
        while true {
            let position = current.position
            let isUnion = current.isWord("union")
            guard isUnion || current.isWord("except") else { return left }
            index += 1
            let right = try product()
            let expression: CohortExpression =
                isUnion ? .union(left.expression, right.expression) : .except(left.expression, right.expression)
            left = try joined(expression, max(left.depth, right.depth), position)
        }
    }

    /// Parts joined by `intersect`, left to right.
    private mutating func product() throws(CohortExpressionError) -> Part {
        var left = try operand()
        while current.isWord("intersect") {
            let position = current.position
            index += 1
            let right = try operand()
            left = try joined(
                .intersect(left.expression, right.expression), max(left.depth, right.depth), position)
        }
        return left
    }

    private func joined(
        _ expression: CohortExpression, _ depth: Int, _ position: Int
    ) throws(CohortExpressionError) -> Part {
        guard depth < CohortExpression.depthLimit else { throw .tooDeep(position: position) }
        return (expression, depth + 1)
    }

    private mutating func operand() throws(CohortExpressionError) -> Part {
        let token = current
        switch token.kind {
        case .open:
            index += 1
            let part = try nested(token.position)
            guard current.kind == .close else { throw unclosed(token.position) }
            index += 1
            return part
        case .word where token.isWord("sample"):
            return try sample()
        case .word(let word):
            if CohortExpression.reservedWords.contains(word.lowercased()) {
                throw .operandMissing(position: token.position)
            }
            index += 1
            if registers.contains(word) { return (.register(word), 1) }
            if cohorts.contains(word) { return (.cohort(word), 1) }
            throw .unknownName(
                word, suggestion: NearName.of(word, among: registers + cohorts), position: token.position)
        case .number, .close, .comma, .end:
            throw .operandMissing(position: token.position)
        }
    }

    private mutating func sample() throws(CohortExpressionError) -> Part {
        let start = current.position
        index += 1
        guard current.kind == .open else { throw .sampleForm(position: start) }
        index += 1
        let part = try nested(start)
        guard current.kind == .comma else { throw .sampleForm(position: start) }
        index += 1
        guard case .number(let digits) = current.kind else { throw .sampleForm(position: start) }
        guard digits.utf8.count <= 7, digits.utf8.first != UInt8(ascii: "0"), let count = Int(digits),
            count <= CohortExpression.sampleLimit
        else { throw .sampleCount(position: current.position) }
        index += 1
        guard current.kind == .close else { throw .sampleForm(position: start) }
        index += 1
        return try joined(.sample(part.expression, count: count), part.depth, start)
    }

    /// What stands between parentheses.
    private mutating func nested(_ position: Int) throws(CohortExpressionError) -> Part {
        guard nesting < CohortExpression.depthLimit else { throw .tooDeep(position: position) }
        nesting += 1
        let part = try sum()
        nesting -= 1
        return part
    }

    private func unclosed(_ position: Int) -> CohortExpressionError {
        switch current.kind {
        case .word(let word), .number(let word): .unexpectedWord(word, position: current.position)
        case .comma: .unexpectedCharacter(position: current.position)
        case .open, .close, .end: .parenthesisOpen(position: position)
        }
    }
}
