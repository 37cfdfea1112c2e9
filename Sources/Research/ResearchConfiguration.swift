internal import Daemon
internal import Engine
internal import Exchange
internal import Foundation
internal import PSIProtocol
internal import StrictYAML

/// `config.yaml` of a research environment.
struct ResearchConfiguration {
    let coordinator: CoordinatorWay
    let workers: Workers
    /// Where heavy steps are computed.
    let engine: EngineConfiguration
    /// Where health and metrics are told; nil for nowhere.
    let operations: OperationsServer.Address?
    /// How many days from a round's deadline on its board is kept.
    let boardDays: Int
    /// Who gives time stamps of boards; nil for nobody.
    let timeStamps: TimeStampServer?
    /// What the approvers approve.
    let document: [UInt8]

    init(home: Home) throws {
        let path = home.configurationPath
        let bytes = try ConfigurationFile.read(path)
        document = ConfigurationDocument.bytes(configuration: bytes, policy: nil)
        (coordinator, workers, engine, operations, boardDays, timeStamps) = try ConfigurationFile.decode(
            bytes, path: path
        ) {
            root in
            _ = root.int("sidos_research", in: 1...1)
            let way = CoordinatorWay(root.mapping("coordinator"))
            let cores = root.int("cores", in: 1...1_024, default: ProcessInfo.processInfo.activeProcessorCount)
            let operations = root.optionalMapping("operations").map { OperationsServer.Address($0) }
            let stamps = root.optionalMapping("time_stamps").map { TimeStampServer($0) }
            return (
                way, Workers(count: cores), EngineConfiguration.read(root), operations, BoardArchive.days(root), stamps
            )
        }
    }
}
