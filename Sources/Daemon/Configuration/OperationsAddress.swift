public import Exchange
public import StrictYAML

extension OperationsServer.Address {
    /// Reads `{host, port}` of `operations`.
    public init(_ mapping: StrictMapping) {
        let host = mapping.optionalValue("host", expected: "an address, such as 127.0.0.1") { $0.isEmpty ? nil : $0 }
        self.init(host: host ?? "127.0.0.1", port: mapping.int("port", in: 0...65_535))
    }
}
