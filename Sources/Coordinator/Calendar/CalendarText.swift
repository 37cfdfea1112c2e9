/// An agreement's calendar in lines for people.
struct CalendarText {
    let standing: AgreementStanding
    let calendar: CalendarStatus

    var lines: [String] {
        var lines: [String] = []
        if !calendar.isLodged {
            lines.append(
                "  calendar     no round is opened by itself: everybody's signatures are to be lodged with "
                    + "`agreement lodge`")
        }
        if calendar.isToday {
            lines.append("  calendar     today: \(today)")
        }
        if let next = calendar.next {
            lines.append("  calendar     the next \(calendar.isToday ? "day after that" : "day") is \(next)")
        } else if !calendar.isToday {
            lines.append("  calendar     no day is left")
        }
        for day in calendar.passed { lines.append("  calendar     \(day) passed without a round") }
        return lines
    }

    private var today: String {
        if calendar.isOpenedToday { return "a round was opened" }
        if standing.isReady { return "a round is due, and nothing stands in its way" }
        let waiting = standing.participants.filter { standing.waitingFor.contains($0.participant) }
            .map { "\($0.participant) (\($0.code ?? "has said nothing"))" }
        return "a round is due and waits for "
            + (waiting + (standing.coordinator.isEmpty ? [] : ["the coordinator itself"])).joined(separator: ", ")
    }
}
