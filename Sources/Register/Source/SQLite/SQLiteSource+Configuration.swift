extension SQLiteSource {
    public static var field: String { "sqlite" }

    public init(_ fields: some SourceFields) { self.init(path: fields.path("file"), table: fields.string("table")) }
}
