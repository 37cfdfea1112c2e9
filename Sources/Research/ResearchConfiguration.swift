internal import Daemon
internal import Foundation
internal import PSIProtocol

/// `config.yaml` of a research environment.
struct ResearchConfiguration {
    let coordinator: CoordinatorAddress
    let workers: Workers

    init(home: Home) throws {
        (coordinator, workers) = try StrictYAML.decode(file: home.configurationPath) { root in
            _ = root.int("sidos_research", in: 1...1)
            let address = CoordinatorAddress(root.mapping("coordinator"))
            let cores = root.int("cores", in: 1...1_024, default: ProcessInfo.processInfo.activeProcessorCount)
            return (address, Workers(count: cores))
        }
    }
}
