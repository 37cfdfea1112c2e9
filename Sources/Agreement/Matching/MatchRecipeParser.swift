internal import StrictYAML

/// What is wrong with a recipe, and where; positions count characters from 1.
public enum MatchRecipeError: Error, Equatable, CustomStringConvertible {
    case tooLong
    case unexpected(position: Int)
    case unknownName(String, suggestion: String?, position: Int)
    case wordsExpected(RecipeFunction, position: Int)
    case dateExpected(RecipeFunction, position: Int)
    case termCount(RecipeFunction, position: Int)
    case count(RecipeFunction, position: Int)
    case tooManyTerms
    case tooDeep(position: Int)

    public var description: String {
        switch self {
        case .tooLong: "A recipe has at most \(MatchRecipe.byteLimit) bytes. Shorten it."
        case .unexpected(let position):
            "At character \(position) a field or a function was expected. Write terms joined by +, "
                + "such as phonetic(family) + birth."
        case .unknownName(let name, let suggestion, let position):
            "At character \(position), \(MappingReader.shown(name)) is neither a field under match_fields nor a "
                + "function"
                + (suggestion.map { " (did you mean \($0)?)." } ?? ".")
        case .wordsExpected(let function, let position):
            "At character \(position), \(function.rawValue) needs a field of words, not a date."
        case .dateExpected(let function, let position):
            "At character \(position), \(function.rawValue) needs a field of kind date by itself."
        case .termCount(let function, let position):
            "At character \(position), \(function.rawValue) takes "
                + "\(function.termCount == 1 ? "one term" : "two terms"); separate them by a comma and close the "
                + "parenthesis."
        case .count(let function, let position):
            "At character \(position), \(function.rawValue) takes a term and a number from 1 to 16, "
                + "such as \(function.rawValue)(given, 3)."
        case .tooManyTerms: "A recipe has at most \(MatchRecipe.termLimit) terms. Leave some out."
        case .tooDeep(let position):
            "At character \(position) more than \(MatchRecipe.depthLimit) functions stand within each other."
        }
    }
}

extension MatchRecipe {
    /// Reads a recipe over the fields that the agreement declares.
    static func parse(_ text: String, fields: [MatchField]) throws(MatchRecipeError) -> MatchRecipe {
        guard text.utf8.count <= byteLimit else { throw .tooLong }
        var parser = MatchRecipeParser(text: Array(text.utf8), fields: fields)
        return try parser.parse()
    }
}

/// Recursive descent; recursion is bounded by `MatchRecipe.depthLimit`.
private struct MatchRecipeParser {
    let text: [UInt8]
    let fields: [MatchField]
    private var index = 0

    init(text: [UInt8], fields: [MatchField]) {
        self.text = text
        self.fields = fields
    }

    private var position: Int { index + 1 }

    mutating func parse() throws(MatchRecipeError) -> MatchRecipe {
        var terms: [MatchRecipe.Term] = []
        repeat {
            guard terms.count < MatchRecipe.termLimit else { throw .tooManyTerms }
            terms.append(try term(depth: 1))
        } while take("+")
        guard index == text.count else { throw .unexpected(position: position) }
        return MatchRecipe(terms)
    }

    private mutating func term(depth: Int) throws(MatchRecipeError) -> MatchRecipe.Term {
        skipSpaces()
        let start = position
        let name = word()
        guard !name.isEmpty else { throw .unexpected(position: start) }
        skipSpaces()
        guard index < text.count, text[index] == UInt8(ascii: "(") else {
            guard fields.contains(where: { $0.name == name }) else { throw unknown(name, start) }
            return .field(name)
        }
        guard let function = RecipeFunction(rawValue: name) else { throw unknown(name, start) }
        guard depth <= MatchRecipe.depthLimit else { throw .tooDeep(position: start) }
        index += 1
        var terms: [MatchRecipe.Term] = []
        repeat {
            guard terms.count < function.termCount else { break }
            terms.append(try term(depth: depth + 1))
        } while terms.count < function.termCount && take(",")
        guard terms.count == function.termCount else { throw .termCount(function, position: start) }
        var count: Int?
        if function.takesCount {
            guard take(",") else { throw .count(function, position: start) }
            skipSpaces()
            let digits = word()
            guard let number = Int(digits), (1...16).contains(number), String(number) == digits else {
                throw .count(function, position: start)
            }
            count = number
        }
        guard take(")") else { throw .termCount(function, position: start) }
        try check(function, terms, start)
        return .call(function, terms, count: count)
    }

    private func check(
        _ function: RecipeFunction, _ terms: [MatchRecipe.Term], _ start: Int
    ) throws(MatchRecipeError) {
        for term in terms {
            if function.takesDate {
                guard case .field(let name) = term, kind(name) == .date else {
                    throw .dateExpected(function, position: start)
                }
            } else if case .field(let name) = term, kind(name) == .date {
                throw .wordsExpected(function, position: start)
            }
        }
    }

    private func kind(_ name: String) -> MatchFieldKind? { fields.first { $0.name == name }?.kind }

    private func unknown(_ name: String, _ position: Int) -> MatchRecipeError {
        let known = fields.map(\.name) + RecipeFunction.allCases.map(\.rawValue)
        return .unknownName(name, suggestion: NearName.of(name, among: known), position: position)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        skipSpaces()
        guard index < text.count, text[index] == UInt8(ascii: character) else { return false }
        index += 1
        return true
    }

    private mutating func skipSpaces() { while index < text.count, text[index] == 0x20 { index += 1 } }

    private mutating func word() -> String {
        let start = index
        while index < text.count, isWordByte(text[index]) { index += 1 }
        return String(decoding: text[start..<index], as: UTF8.self)
    }

    private func isWordByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"): true
        default: false
        }
    }
}
