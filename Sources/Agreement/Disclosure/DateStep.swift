/// Parts of the calendar, each inside the next.
public enum DateStep: String, Sendable, CaseIterable {
    case month, quarter, year
    case fiveYears = "five_years"
    case tenYears = "ten_years"
}
