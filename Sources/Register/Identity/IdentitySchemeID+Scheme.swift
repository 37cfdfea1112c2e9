public import Agreement
public import Values

extension IdentitySchemeID {
    public func scheme(today: CalendarDate?) -> any IdentityScheme {
        switch self {
        case .finland: FinnishIdentityScheme(today: today)
        case .sweden: SwedishIdentityScheme(today: today)
        case .estonia: EstonianIdentityScheme(today: today)
        }
    }
}
