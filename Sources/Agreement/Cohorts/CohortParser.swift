internal import StrictYAML
internal import Values

/// A word, a number or a sign of an expression.
struct CohortToken {
    enum Kind: Equatable {
        case word(String)
        case number(String)
        case open, close, comma
        case end
    }

    public var kind: Kind
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
struct CohortParser {
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
