internal import Daemon
internal import Foundation
internal import PSIProtocol
internal import StrictYAML

/// `config.yaml` of a research environment.
struct ResearchConfiguration {
    let coordinator: CoordinatorAddress
    let workers: Workers

    init(home: Home) throws {
        (coordinator, workers) = try ConfigurationFile.decode(path: home.configurationPath) { root in
            _ = root.int("sidos_research", in: 1...1)
            let address = CoordinatorAddress(root.mapping("coordinator"))
            let cores = root.int("cores", in: 1...1_024, default: ProcessInfo.processInfo.activeProcessorCount)
            return (address, Workers(count: cores))
        }
    }
}
