import Testing

@testable import Agreement
@testable import PlainWords

/// Signers read the same in Finnish, Swedish and English.
struct AgreementLanguageTests {
    private struct Version {
        let language: PlainLanguage
        let sections: [AgreementSummary.Section]
    }

    private static func versions(_ agreement: Agreement) -> [Version] {
        PlainLanguage.allCases.map {
            Version(language: $0, sections: AgreementSummary(agreement, language: $0).sections)
        }
    }

    /// What stands in the study's section is the agreement's own, but for its validity.
    private static func isOwn(_ section: AgreementSummary.Section, _ index: Int) -> Bool {
        section.id == .study && index < 4
    }

    @Test(arguments: AgreementVariety.all) func sectionsAndItemsAreTheSame(_ variety: AgreementVariety) throws {
        let versions = Self.versions(try variety.parsed())
        for version in versions {
            #expect(version.sections.map(\.id) == versions[0].sections.map(\.id))
            for (section, other) in zip(version.sections, versions[0].sections) {
                #expect(section.items.map(\.level) == other.items.map(\.level), "\(section.id)")
                #expect(section.items.map(\.isPoint) == other.items.map(\.isPoint), "\(section.id)")
                #expect(section.items.map { $0.term == nil } == other.items.map { $0.term == nil }, "\(section.id)")
            }
        }
    }

    /// No sentence is left in another's language.
    @Test(arguments: AgreementVariety.all) func everySentenceIsTranslated(_ variety: AgreementVariety) throws {
        let agreement = try variety.parsed()
        let versions = Self.versions(agreement)
        for (one, other) in [(0, 1), (0, 2), (1, 2)] {
            for (left, right) in zip(versions[one].sections, versions[other].sections) {
                #expect(left.heading != right.heading || left.heading == "Register", "\(left.id)")
                for (index, (first, second)) in zip(left.items, right.items).enumerated() {
                    if let term = first.term { #expect(term != second.term) }
                    if !Self.isOwn(left, index) { #expect(first.text != second.text, "\(first.text)") }
                }
            }
        }
        for language in PlainLanguage.allCases {
            #expect(agreement.cautions(in: language).count == agreement.cautions.count)
        }
        #expect(agreement.cautions(in: .english) == agreement.cautions)
    }

    /// A word that two versions of a sentence share is the agreement's own, a word of its format, or in both languages.
    @Test(arguments: AgreementVariety.all) func noWordIsLeftInEnglish(_ variety: AgreementVariety) throws {
        let own = Set(Self.words(variety.yaml)).union([
            // Of the format, in the file or not.
            "counts", "epsilon", "total_epsilon", "delta", "discrete_laplace", "discrete_gaussian", "vault_access",
            "selected", "padding", "padme", "none", "smallest_cell", "identity_code", "former_code", "tolerant",
            "tolerant_matching", "bits", "date_shift", "except", "no_days", "not_identity_codes", "normalisation",
            "sidos", "NA", "nan", "replaced_since", "check", "tokens", "patterns", "most_frequent", "max_people",
            "disclosure", "Q3", "ristretto255", "SHA512",
            // Standard names of bands, as the dataset has them.
            "under", "to", "or", "more",
        ])
        // Words of Swedish too.
        let swedish: Set<String> = [
            "register", "text", "under", "person", "material", "part", "pseudonym", "generation",
        ]
        let versions = Self.versions(try variety.parsed())
        for version in versions.dropLast() {
            for (section, english) in zip(version.sections, versions[2].sections) {
                for (item, other) in zip(section.items, english.items) {
                    let shared = Set(Self.words(item.text)).intersection(Self.words(other.text)).subtracting(own)
                    let left = version.language == .swedish ? shared.subtracting(swedish) : shared
                    #expect(left.isEmpty, "\(left): \(item.text)")
                }
            }
        }
    }

    @Test(arguments: AgreementVariety.all) func numbersAndIdentifiersAgree(_ variety: AgreementVariety) throws {
        let versions = Self.versions(try variety.parsed())
        for version in versions {
            for (section, english) in zip(version.sections, versions[2].sections) {
                for (item, other) in zip(section.items, english.items) {
                    #expect(
                        Self.numbers(item.text, version.language) == Self.numbers(other.text, .english),
                        "\(item.text)\n\(other.text)")
                    #expect(Self.identifiers(item.text) == Self.identifiers(other.text), "\(item.text)")
                }
            }
        }
    }

    @Test func numbersAreReadAsEachLanguageWritesThem() {
        #expect(
            Self.numbers("3\u{A0}000 ja 0,5 1.2.2009–31.12.2024", .finnish) == [
                "0.5", "2009-02-01", "2024-12-31", "3000",
            ])
        #expect(
            Self.numbers("3,000 and 0.5, 2009-02-01 to 2024-12-31", .english) == [
                "0.5", "2009-02-01", "2024-12-31", "3000",
            ])
        #expect(Self.numbers("5 of 6", .english) != Self.numbers("5 av 7", .swedish))
    }

    // MARK: Taking sentences apart

    private static func words(_ text: String) -> [String] {
        text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init).filter { word in
            word.count > 1 && !word.allSatisfy(\.isNumber)
        }
    }

    private static func numbers(_ text: String, _ language: PlainLanguage) -> [String] {
        var text = text
        if language == .english {
            text = text.replacing(#/(\d),(\d{3})(?!\d)/#) { "\($0.output.1)\($0.output.2)" }
        } else {
            text = text.replacing(#/(\d)\u{A0}(\d)/#) { "\($0.output.1)\($0.output.2)" }
            text = text.replacing(#/(\d),(\d)/#) { "\($0.output.1).\($0.output.2)" }
            text = text.replacing(#/(\d{1,2})\.(\d{1,2})\.(\d{4})/#) { date in
                let (day, month) = ("0\(date.output.1)".suffix(2), "0\(date.output.2)".suffix(2))
                return "\(date.output.3)-\(month)-\(day)"
            }
        }
        return text.matches(of: #/\d{4}-\d{2}-\d{2}|\d+(\.\d+)?/#).map { String($0.output.0) }.sorted()
    }

    /// Names with a low line or a point in them; kinds of fields are translated.
    private static func identifiers(_ text: String) -> [String] {
        text.matches(of: #/[a-z][a-z0-9]*(_[a-z0-9]+)+(\.[a-z][a-z0-9_]*)?/#).map { String($0.output.0) }
            .filter { !["given_names", "family_name"].contains($0) }.sorted()
    }

    // MARK: Examples

    @Test(arguments: [
        ("a", "henkilöt, jotka ovat rekisterissä a", "personer som finns i registret a"),
        (
            "a union b union c", "henkilöt, jotka ovat rekisterissä a tai rekisterissä b tai rekisterissä c",
            "personer som finns i registret a eller i registret b eller i registret c"
        ),
        (
            "a except (b union x)",
            "henkilöt, jotka ovat rekisterissä a mutta eivät ole (rekisterissä b tai kohortissa x)",
            "personer som finns i registret a men inte (i registret b eller i kohorten x)"
        ),
        (
            "(a except b) intersect c",
            "henkilöt, jotka ovat (rekisterissä a mutta ei rekisterissä b) ja rekisterissä c",
            "personer som finns (i registret a men inte i registret b) och i registret c"
        ),
        (
            "sample(a except b, 1500)",
            "enintään 1\u{A0}500 henkilön satunnaisotos joukosta: henkilöt, jotka ovat rekisterissä a mutta eivät ole "
                + "rekisterissä b",
            "ett slumpmässigt urval på högst 1\u{A0}500 av personer som finns i registret a men inte i registret b"
        ),
        (
            "a union sample(b, 20)",
            "henkilöt, jotka ovat rekisterissä a tai (enintään 20 henkilön satunnaisotoksessa joukosta: henkilöt, "
                + "jotka ovat rekisterissä b)",
            "personer som finns i registret a eller (i ett slumpmässigt urval på högst 20 av personer som finns i "
                + "registret b)"
        ),
    ]) func cohortsInWords(_ text: String, _ finnish: String, _ swedish: String) throws {
        let expression = try CohortExpression.parse(text, registers: ["a", "b", "c"], cohorts: ["x"])
        #expect(expression.words(in: .finnish) == finnish)
        #expect(expression.words(in: .swedish) == swedish)
    }

    @Test(arguments: PlainLanguage.allCases) func linesAreShort(_ language: PlainLanguage) throws {
        for variety in AgreementVariety.all {
            for line in AgreementSummary(try variety.parsed(), language: language).text.split(separator: "\n") {
                #expect(line.count <= 100, "\(line)")
            }
        }
    }

    @Test func numbersDoNotBreak() throws {
        let text = AgreementSummary(try AgreementSample.parsed(), language: .finnish).text
        #expect(text.contains("80\u{A0}000"))
    }
}
