internal import ServiceLifecycle

/// Looks at the calendars of lodged agreements for as long as the coordinator runs.
struct CalendarService: Service {
    let rounds: CoordinatedRounds
    /// Between two looks: readiness and the date change seldom.
    var pause = Duration.seconds(20)

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                while !Task.isCancelled {
                    await rounds.keepCalendars()
                    try await Task.sleep(for: pause)
                }
            } catch is CancellationError { return }
        }
    }
}
