public import Logging
public import ServiceLifecycle

/// Runs a daemon's services together until its work is done or it is told to stop.
public enum DaemonServices {
    /// Returns when `main` is done, or after SIGTERM or SIGINT once every service has shut down gracefully.
    ///
    /// - Parameters:
    ///   - supporting: end together with `main`; one that ends by itself before that ends the daemon with an error.
    ///   - gracePeriod: how long services may take to shut down before they are cancelled.
    /// - Throws: the first service's error, after the others have been stopped.
    public static func run(
        _ main: any Service, supporting: [any Service] = [], logger: Logger, gracePeriod: Duration = .seconds(30)
    ) async throws {
        var services = supporting.map { ServiceGroupConfiguration.ServiceConfiguration(service: $0) }
        services.append(
            .init(
                service: main, successTerminationBehavior: .gracefullyShutdownGroup,
                failureTerminationBehavior: .cancelGroup))
        var configuration = ServiceGroupConfiguration(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = gracePeriod
        try await ServiceGroup(configuration: configuration).run()
    }
}
