public import StrictYAML

extension SQLiteSource {
    public static var field: String { "sqlite" }

    public init(_ mapping: StrictMapping) { self.init(path: mapping.path("file"), table: mapping.string("table")) }
}
