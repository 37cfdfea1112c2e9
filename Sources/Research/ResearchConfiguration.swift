internal import Daemon
internal import Exchange
internal import Foundation
internal import PSIProtocol
internal import StrictYAML

/// `config.yaml` of a research environment.
struct ResearchConfiguration {
    let coordinator: CoordinatorAddress
    let workers: Workers
    /// Where health and metrics are told; nil for nowhere.
    let operations: OperationsServer.Address?

    init(home: Home) throws {
        (coordinator, workers, operations) = try ConfigurationFile.decode(path: home.configurationPath) { root in
            _ = root.int("sidos_research", in: 1...1)
            let address = CoordinatorAddress(root.mapping("coordinator"))
            let cores = root.int("cores", in: 1...1_024, default: ProcessInfo.processInfo.activeProcessorCount)
            let operations = root.optionalMapping("operations").map { OperationsServer.Address($0) }
            return (address, Workers(count: cores), operations)
        }
    }
}
