/// Words of addresses whose kind of street is written out or abbreviated (N-60).
enum StreetWords {
    /// The word with its kind of street abbreviated. Secret, as the word is.
    static func folded(_ word: [UInt8]) -> [UInt8] {
        if let short = words[word] { return short }
        for (ending, short) in endings {
            if let stem = word.without(ending: ending), stem.count >= 3,
                stem.suffix(3).allSatisfy(Letters.isLetterOrDigit)
            {
                return stem + short
            }
        }
        return word
    }

    static let wordList = """
        katu=k tie=t kuja=kj polku=p kaari=kri gatan=g gata=g vagen=v vag=v grand=gr granden=gr stigen=st street=st
        str=st road=rd avenue=ave av=ave lane=ln drive=dr square=sq boulevard=blvd bulevardi=blvd asunto=as
        lagenhet=as lgh=as apartment=as apt=as rappu=rp porras=rp trappa=rp trapp=rp
        """

    static let endingList = """
        katu=k tie=t kuja=kj polku=p kaari=kri gatan=g vagen=v granden=gr grand=gr stigen=st
        """

    private static let words = Dictionary(
        Letters.pairs(wordList).map { ($0.left, $0.right) }, uniquingKeysWith: { first, _ in first })

    private static let endings = Letters.pairs(endingList)
}
