/// The words of a name by which it is compared (N-21…N-25).
enum NameWords {
    /// From the words of a spelling, 1 or more, to words of a name, 1 or more. All are secret.
    static func words(_ spelling: [[UInt8]], isFamilyName: Bool) -> [[UInt8]] {
        var words = joinedAbd(spelling).map(abdForm).map(withoutJoinedArticle)
        drop(from: &words) { NameLists.articles.contains($0) }
        if isFamilyName { drop(from: &words) { NameLists.particles.contains($0) } }
        drop(from: &words) { $0.count == 1 && $0.allSatisfy(Letters.isLetter) }
        if !isFamilyName { drop(from: &words, where: isPatronymic) }
        return words
    }

    /// Leaves the words out, unless all would be.
    private static func drop(from words: inout [[UInt8]], where isDropped: ([UInt8]) -> Bool) {
        guard words.count > 1, words.contains(where: isDropped) else { return }
        let rest = words.filter { !isDropped($0) }
        if !rest.isEmpty { words = rest }
    }

    /// `abdul` and its like with the word that completes them, over an article (N-21).
    private static func joinedAbd(_ words: [[UInt8]]) -> [[UInt8]] {
        guard words.dropLast().contains(where: NameLists.abd.contains) else { return words }
        var joined: [[UInt8]] = []
        var rest = words[...]
        while let first = rest.popFirst() {
            var word = first
            if NameLists.abd.contains(first), let next = rest.popFirst() {
                word += next
                if NameLists.abdArticles.contains(next), let last = rest.popFirst() { word += last }
            }
            joined.append(word)
        }
        return joined
    }

    /// One form of the names that begin with *abd al* (N-21).
    private static func abdForm(_ word: [UInt8]) -> [UInt8] {
        guard word.count >= 7, word.starts(with: NameLists.abdStem), word.allSatisfy(Letters.isLetter)
        else { return word }
        var rest = word.dropFirst(NameLists.abdStem.count)
        if rest.starts(with: NameLists.ou), rest.count >= 5 {
            rest = rest.dropFirst(2)
        } else if let vowel = rest.first, Letters.isVowel(vowel), vowel != UInt8(ascii: "y") {
            rest = rest.dropFirst()
        } else {
            return word
        }
        guard rest.count >= 3, let first = rest.first, let second = rest.dropFirst().first else { return word }
        if first == second || (first == UInt8(ascii: "l") && !Letters.isVowel(second)) {
            return NameLists.abdStem + rest.dropFirst()
        }
        return NameLists.abdStem + (Letters.isVowel(first) ? [UInt8(ascii: "l")] : []) + rest
    }

    /// The name behind an article that is written together with it (N-22).
    private static func withoutJoinedArticle(_ word: [UInt8]) -> [UInt8] {
        guard word.count > 4, word[1] == UInt8(ascii: "l"), word[0] == UInt8(ascii: "a") || word[0] == UInt8(ascii: "e")
        else { return word }
        let stem = Array(word.dropFirst(2))
        return NameLists.stems.contains(stem) ? stem : word
    }

    private static func isPatronymic(_ word: [UInt8]) -> Bool {
        // The shortest ending has four letters.
        guard word.count >= 5 else { return false }
        if NameLists.patronymics.contains(word) { return true }
        return NameLists.patronymicEndings.contains { ending in
            guard let stem = word.without(ending: ending) else { return false }
            return stem.count >= 2 && stem.suffix(2).allSatisfy(Letters.isLetter)
        }
    }
}
