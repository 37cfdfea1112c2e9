internal import Agreement
internal import Values

/// How an agreement's calendar stands on a day.
struct CalendarStatus: Codable, Equatable {
    /// Days that passed without a round, that are told.
    static let toldCount = 5

    /// Whether everybody's signatures lie at the coordinator, so that it can open rounds by itself.
    var isLodged: Bool
    /// Whether today is one of its days.
    var isToday: Bool
    /// Whether a round was opened today, by itself or by the operator.
    var isOpenedToday: Bool
    /// The next day after today, if any.
    var next: String?
    /// The latest days that passed without a round since the agreement was lodged.
    var passed: [String]

    /// - Parameters:
    ///   - lodgedOn: nil if it is not lodged.
    ///   - openedOn: days on which rounds of the agreement were opened.
    init(_ calendar: [CalendarDate], today: CalendarDate, lodgedOn: CalendarDate?, openedOn: Set<CalendarDate>) {
        isLodged = lodgedOn != nil
        isToday = calendar.contains(today)
        isOpenedToday = openedOn.contains(today)
        next = calendar.first { $0 > today }?.description
        passed = calendar.filter { day in
            day < today && lodgedOn.map { day >= $0 } == true && !openedOn.contains(day)
        }.suffix(Self.toldCount).map(\.description)
    }

    /// Whether a round is due now, as soon as everybody is ready.
    var isDue: Bool { isLodged && isToday && !isOpenedToday }
}
