internal import Agreement
internal import Daemon
internal import Engine
internal import Exchange
internal import StrictYAML

/// `config.yaml` of the coordinator.
struct CoordinatorConfiguration: Sendable, Equatable {
    var host: String
    /// 0 lets the system choose.
    var port: Int
    /// Nil for no operations listener.
    var operations: OperationsServer.Address?
    /// How operators' commands reach the coordinator; nil for this machine.
    var url: String?
    /// Bytes of the disk that are never filled.
    var reserveByteCount: Int
    /// Files (inodes) of the disk that are never made.
    var reserveFileCount: Int
    /// Bytes that a round may store, less than what its agreement's caps allow; nil for just those.
    var quotaByteCount: Int?
    /// Bytes that the streams of all rounds may take; nil for what the disk has room for.
    var storageQuotaByteCount: Int?
    /// How many days from a round's deadline on its board is kept.
    var boardDays = BoardArchive.standardDays
    /// Who gives time stamps of boards; nil for nobody.
    var timeStamps: TimeStampServer?
    /// Where heavy steps are computed.
    var engine = EngineConfiguration.local
    /// Certificates of operators besides the one in `operator/`, by pin.
    var operatorPins: Set<TLSPin> = []
    /// Participants who take part by courier, by the pin on their card.
    var courierPins: Set<TLSPin> = []

    static func read(file: String) throws(ConfigurationError) -> CoordinatorConfiguration {
        try ConfigurationFile.decode(path: file, decode)
    }

    /// The same for bytes at hand; `file` is for errors.
    static func read(_ bytes: [UInt8], file: String) throws(ConfigurationError) -> CoordinatorConfiguration {
        try ConfigurationFile.decode(bytes, path: file, decode)
    }

    private static func decode(_ root: StrictMapping) -> CoordinatorConfiguration {
        _ = root.int("sidos_coordinator", in: 1...1)
        let listen = root.mapping("listen")
        var configuration = CoordinatorConfiguration(
            host: listen.value("host", expected: "an address, such as 0.0.0.0", standIn: "", address),
            port: listen.int("port", in: 0...65_535),
            reserveByteCount: root.int("reserve_disk_mib", in: 1...1_048_576, default: 256) << 20,
            reserveFileCount: root.int("reserve_files", in: 0...1_000_000_000, default: 4_096),
            quotaByteCount: root.optionalInt("quota_gib", in: 1...1_048_576).map { $0 << 30 })
        configuration.storageQuotaByteCount = root.optionalInt("storage_quota_gib", in: 1...1_048_576).map { $0 << 30 }
        configuration.boardDays = BoardArchive.days(root)
        configuration.timeStamps = root.optionalMapping("time_stamps").map { TimeStampServer($0) }
        configuration.operations = root.optionalMapping("operations").map { OperationsServer.Address($0) }
        configuration.url = root.optionalValue("url", expected: "https://HOST[:PORT]") {
            $0.hasPrefix("https://") ? $0 : nil
        }
        configuration.engine = .read(root)
        configuration.operatorPins = pins("operators", root)
        configuration.courierPins = pins("couriers", root)
        return configuration
    }

    private static func pins(_ field: String, _ root: StrictMapping) -> Set<TLSPin> {
        var pins: Set<TLSPin> = []
        for text in root.strings(field, count: 0...64) {
            guard let bytes = try? ParticipantKey.parse(text, as: .tlsPin), let pin = TLSPin(bytes: bytes) else {
                root.reject(
                    field, "This is no list of pins. Write each as on a card under tls_pin: sha256: and base64.")
                continue
            }
            pins.insert(pin)
        }
        return pins
    }

    private static func address(_ text: String) -> String? { text.isEmpty ? nil : text }

    static let template = """
        # Configuration of a Sidos coordinator. Unknown fields are refused.
        sidos_coordinator: 1

        # Where nodes, the research environment and operators reach it, over TLS 1.3 with pinned certificates.
        listen:
          host: 0.0.0.0
          port: 7443

        # Health and metrics, without TLS: let nobody else reach it. Remove these lines to have none.
        operations:
          host: 127.0.0.1
          port: 7480

        # How `link`, `status`, `rounds` and `abort` reach it, if not on this machine:
        # url: https://coordinator.example:7443

        # Space on the disk that streams never fill, in MiB.
        reserve_disk_mib: 256

        # Files (inodes) on the disk that streams never take.
        reserve_files: 4096

        # What one round may store, in GiB; without this line, what the agreement's caps come to.
        # quota_gib: 50

        # What the streams of all rounds may take together, in GiB; without this line, what the disk has room for.
        # storage_quota_gib: 200

        # How many days after a round's deadline its board is kept; without this line, ten years.
        # keep_evidence_days: 3650

        # Who gives time stamps of each round's opening and end (RFC 3161), and what they are checked by:
        # time_stamps: {url: "http://time-stamps.example/", certificate: time-stamps.pem}

        # Further operators' certificates, besides the one in operator/, by the pin on their card.
        # operators:
        #   - sha256:...

        # Participants without a connection, by the pin on their card: see `courier out` and `courier in`.
        # couriers:
        #   - sha256:...

        """
}
