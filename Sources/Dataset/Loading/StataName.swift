/// What Stata can name, and which codes it can hold as numbers.
enum StataName {
    private static let length = 32
    private static let reserved: Set<String> = [
        "_all", "_b", "_coef", "_cons", "_n", "_pi", "_pred", "_rc", "_skip", "byte", "double", "float", "if", "in",
        "int", "long", "strl", "using", "with",
    ]

    /// Names of the variables of a table, in the order of its columns: 1…32 of a–z, A–Z, 0–9, `_`, each once.
    ///
    /// What does not fit becomes `_`, a long name is cut, a number at the end tells equal ones apart; the same columns
    /// give the same names.
    static func variables(_ names: [String]) -> [String] {
        var taken: Set<String> = []
        return names.map { name in
            let base = valid(name)
            var candidate = base
            var number = 2
            while !taken.insert(candidate).inserted {
                let suffix = "_\(number)"
                candidate = String(base.prefix(length - suffix.count)) + suffix
                number += 1
            }
            return candidate
        }
    }

    private static func valid(_ name: String) -> String {
        var text = String(name.unicodeScalars.map { $0.isASCII && Self.isWord($0) ? Character($0) : "_" })
        if text.first.map({ $0.isNumber }) != false { text = "_" + text }
        text = String(text.prefix(length))
        let lower = text.lowercased()
        let isStringType = lower.hasPrefix("str") && lower.dropFirst(3).allSatisfy(\.isNumber)
        return reserved.contains(lower) || isStringType ? "v_" + text.prefix(length - 2) : text
    }

    private static func isWord(_ scalar: Unicode.Scalar) -> Bool {
        scalar == "_" || ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar)
    }

    /// Whether a code is an integer in plain digits, without leading zeros, that value labels can be given to.
    static func isNumber(_ code: String) -> Bool {
        guard let number = Int32(code), String(number) == code else { return false }
        return (-2_147_483_647...2_147_483_620).contains(number)
    }
}
