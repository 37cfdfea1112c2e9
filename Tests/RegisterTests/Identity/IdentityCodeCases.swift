@testable import Register

/// Published examples, test persons of the Finnish population register authority (individual numbers 900–999), sign
/// variants of published examples, and altered codes: facts about the code's form. No value of the issued range is here
/// that isn't published as an example.
///
/// Drawn together from the test lists of the Finnish learner register and KOSKI (Finnish National Agency for
/// Education), python-stdnum, rOpenGov/hetu and Respect/Validation. The expectations are those of a source's text, of
/// which lower case, white space and look-alikes are forgiven; `forgiven` are the cases that are no code as they stand.
enum IdentityCodeCases {
    enum Expectation: Equatable {
        case population, temporary
        case refused(RefusalReason)
    }

    /// Dates are judged as of this day.
    static let today = (year: 2025, month: 11, day: 1)

    static let forgiven: Set<String> = [
        "010594y9032", " 010594Y9032", "010594Y9032 ", "010594\u{2212}9032", "010594\u{2013}9032",
    ]

    static let all: [(code: String, expected: Expectation)] = [
        ("010594Y9032", .temporary),
        ("010594Y9021", .temporary),
        ("020594X903P", .temporary),
        ("020594X902N", .temporary),
        ("030594W903B", .temporary),
        ("030694W9024", .temporary),
        ("040594V9030", .temporary),
        ("040594V902Y", .temporary),
        ("050594U903M", .temporary),
        ("050594U902L", .temporary),
        ("010516B903X", .temporary),
        ("010516B902W", .temporary),
        ("020516C903K", .temporary),
        ("020516C902J", .temporary),
        ("030516D9037", .temporary),
        ("030516D9026", .temporary),
        ("010501E9032", .temporary),
        ("020502E902X", .temporary),
        ("020503F9037", .temporary),
        ("020504A902E", .temporary),
        ("020504B904H", .temporary),
        ("123456+789", .refused(.malformed)),
        ("990101A1234", .refused(.impossibleDate)),
        ("000101A1234", .refused(.impossibleDate)),
        ("320101A1234", .refused(.impossibleDate)),
        ("123456:7890", .refused(.malformed)),
        ("300169-915F", .temporary),
        ("211135-989B", .temporary),
        ("220285-9391", .temporary),
        ("210871-963C", .temporary),
        ("070526-9862", .temporary),
        ("100812-958W", .temporary),
        ("081094-902K", .temporary),
        ("161126-922M", .temporary),
        ("280537-9487", .temporary),
        ("140840-9360", .temporary),
        ("111111-111A", .refused(.wrongCheckCharacter)),
        ("121212-1212", .refused(.wrongCheckCharacter)),
        ("131137-133T", .refused(.wrongCheckCharacter)),
        ("123456-7890", .refused(.impossibleDate)),
        ("EI HETU", .refused(.malformed)),
        ("\u{12}", .refused(.malformed)),
        ("", .refused(.missing)),
        ("170249X378D", .population),
        ("170249Y378D", .population),
        ("170249W378D", .population),
        ("170249V378D", .population),
        ("170249U378D", .population),
        ("061109B011D", .population),
        ("061109C011D", .population),
        ("061109D011D", .population),
        ("061109E011D", .population),
        ("061109F011D", .population),
        ("061109-011D", .population),
        ("170249-378D", .population),
        ("131052-308T", .population),
        ("131052+308T", .population),
        ("131052A308T", .refused(.futureBirthDate)),
        ("131052B308T", .refused(.futureBirthDate)),
        ("131052X308T", .population),
        ("131052-308U", .refused(.wrongCheckCharacter)),
        ("131052/308T", .refused(.malformed)),
        ("131052T308T", .refused(.malformed)),
        ("310252-308Y", .refused(.impossibleDate)),
        ("130052-308R", .refused(.impossibleDate)),
        ("10101-0101", .refused(.malformed)),
        ("131052-000V", .refused(.reservedNumber)),
        ("131052-9993", .temporary),
        ("010101-0101", .population),
        ("111111-111C", .population),
        ("010101-900R", .temporary),
        ("320101-010A", .refused(.impossibleDate)),
        ("011301-010P", .refused(.impossibleDate)),
        ("290201-010A", .refused(.impossibleDate)),
        ("010101-000G", .refused(.malformed)),
        ("010101-0102", .refused(.wrongCheckCharacter)),
        ("010101-000P", .refused(.reservedNumber)),
        ("010101-001R", .refused(.reservedNumber)),
        ("010101A900R", .temporary),
        ("010106A9012", .temporary),
        ("290199-907A", .temporary),
        ("280291+923X", .temporary),
        ("010106_9012", .refused(.malformed)),
        ("010594y9032", .temporary),
        (" 010594Y9032", .temporary),
        ("010594Y9032 ", .temporary),
        ("010594-9032", .temporary),
        ("010594\u{2212}9032", .temporary),
        ("010594\u{2013}9032", .temporary),
        ("010594 9032", .refused(.malformed)),
        ("0105949032", .refused(.malformed)),
        ("O10594Y9032", .refused(.malformed)),
        ("010594Y903Z", .refused(.malformed)),
        ("010594G9032", .refused(.malformed)),
        ("290200A903E", .temporary),
        ("290201A903P", .refused(.impossibleDate)),
        ("290200-903E", .refused(.impossibleDate)),
    ]
}
