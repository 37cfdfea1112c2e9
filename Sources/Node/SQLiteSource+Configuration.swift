internal import Daemon
internal import Register
internal import StrictYAML

extension SQLiteSource: ConfiguredSource {
    static var field: String { "sqlite" }

    init(_ mapping: StrictMapping) { self.init(path: mapping.path("file"), table: mapping.string("table")) }
}
