/// One mapping of a configuration file.
///
/// An accessor that finds a mistake reports it and returns a stand-in (an empty text, the least number, a first case);
/// `decode` returns nothing when any was reported, so a stand-in is never used. Ask for every field that is allowed:
/// what was not asked for by the end of `decode` is reported as unknown.
///
/// Text is taken as it is written, quoted or not: `no` is the text "no". A number is digits without quotes, a flag is
/// `true` or `false`, nothing else. A field without a value is a mistake, as are `~` and `null`.
public final class StrictMapping {
    private static let fields = "fields such as 'name: value'"
    private static let path = "the path of a file or directory"

    /// Nil for a mapping that isn't there: its fields aren't missed.
    private let reader: MappingReader?
    private let origin: ConfigurationOrigin
    /// In the order of asking.
    private var asked: [String] = []
    /// Fields that have no place here and were reported with a reason of their own.
    private var refused: Set<String> = []
    private var children: [StrictMapping] = []

    /// Reads a configuration; `body` asks for what it wants. Nil, with every mistake reported, if there is any.
    ///
    /// - Parameter limit: bytes that the file may have.
    public static func decode<Value>(
        _ bytes: [UInt8], limit: Int, from origin: ConfigurationOrigin, _ mistakes: MistakeCollector,
        _ body: (StrictMapping) -> Value
    ) -> Value? {
        guard let tree = YAMLDocument.read(bytes, limit: limit, mistakes),
            let reader = MappingReader(freeKeys: tree, path: "", meaning: fields, rule: .typed, mistakes)
        else { return nil }
        let root = StrictMapping(reader, origin)
        let value = body(root)
        root.finish()
        return mistakes.mistakes.isEmpty ? value : nil
    }

    private init(_ reader: MappingReader?, _ origin: ConfigurationOrigin) {
        self.reader = reader
        self.origin = origin
    }

    /// Whether the field is given. It counts as asked for, so whoever finds it given reads it or refuses it.
    public func has(_ name: String) -> Bool { ask(name)?.has(name) == true }

    /// The field names given, sorted; for mappings whose keys are the operator's own.
    public var names: [String] { (reader?.entries ?? []).map(\.key).sorted() }

    // MARK: Text

    public func string(_ name: String) -> String { ask(name)?.scalar(name, "text")?.value ?? "" }
    public func string(_ name: String, default value: String) -> String { optionalString(name) ?? value }
    public func optionalString(_ name: String) -> String? { given(name)?.scalar(name, "text")?.value }

    /// A path, made absolute as seen from the configuration file's directory.
    public func path(_ name: String) -> String { ask(name)?.scalar(name, Self.path).flatMap(resolved) ?? "" }
    public func optionalPath(_ name: String) -> String? { given(name)?.scalar(name, Self.path).flatMap(resolved) }

    /// Text that `parse` turns into a value; `expected` completes "Write ". `standIn` is what a mistake yields.
    public func value<Value>(
        _ name: String, expected: String, standIn: Value, _ parse: (String) -> Value?
    ) -> Value {
        ask(name)?.value(name, expected, parse) ?? standIn
    }

    public func optionalValue<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) -> Value? {
        given(name)?.value(name, expected, parse)
    }

    // MARK: Numbers, flags, choices

    /// A number of the range, which begins with 0 or more.
    public func int(_ name: String, in range: ClosedRange<Int>) -> Int {
        ask(name)?.integer(name, range)?.value ?? range.lowerBound
    }

    public func int(_ name: String, in range: ClosedRange<Int>, default value: Int) -> Int {
        optionalInt(name, in: range) ?? value
    }

    public func optionalInt(_ name: String, in range: ClosedRange<Int>) -> Int? {
        given(name)?.integer(name, range)?.value
    }

    public func bool(_ name: String, default value: Bool) -> Bool {
        given(name)?.flag(name, standard: value) ?? value
    }

    /// One of the cases' raw values.
    public func enumeration<Choice>(_ name: String, _ type: Choice.Type) -> Choice
    where Choice: CaseIterable & RawRepresentable<String> {
        if let choice: Located<Choice> = ask(name)?.choice(name) { return choice.value }
        guard let first = Choice.allCases.first else { preconditionFailure("a choice needs cases") }
        return first
    }

    public func enumeration<Choice>(_ name: String, _ type: Choice.Type, default value: Choice) -> Choice
    where Choice: CaseIterable & RawRepresentable<String> {
        let choice: Located<Choice>? = given(name)?.choice(name)
        return choice?.value ?? value
    }

    // MARK: Lists and mappings

    /// A list of texts; empty when absent and not required.
    public func strings(_ name: String, count: ClosedRange<Int> = 0...1024) -> [String] {
        items(name, count, "texts") { reader, value, path in reader.scalar(value, path, "text")?.value }
    }

    /// A list of paths, made absolute as seen from the configuration file's directory.
    public func paths(_ name: String, count: ClosedRange<Int> = 0...1024) -> [String] {
        items(name, count, "paths") { reader, value, path in
            reader.scalar(value, path, Self.path).flatMap(resolved)
        }
    }

    /// A list of mappings, each decoded by `body`.
    public func list<Value>(
        _ name: String, count: ClosedRange<Int> = 0...1024, _ body: (StrictMapping) -> Value
    ) -> [Value] {
        items(name, count, "entries with fields of their own") { _, value, path in child(value, path).map(body) }
    }

    public func mapping(_ name: String) -> StrictMapping {
        let found = ask(name).flatMap { reader in
            reader.required(name, Self.fields).flatMap { child($0, reader.path(of: name)) }
        }
        return found ?? StrictMapping(nil, origin)
    }

    public func optionalMapping(_ name: String) -> StrictMapping? { given(name) == nil ? nil : mapping(name) }

    // MARK: Mistakes

    /// Reports a mistake that the caller found in a field's value or between fields: one or two sentences that say what
    /// is wrong and what to write.
    public func reject(_ name: String, _ reason: String) { reader?.fail(name, reason) }

    /// Reports a field, if it is given, that has no place here although some would look for it. Its value is not read.
    public func refuse(_ name: String, _ reason: String) {
        guard let reader, reader.has(name) else { return }
        refused.insert(name)
        reject(name, reason)
    }

    /// Reports the fields that were given but never asked for, here and in the mappings inside.
    private func finish() {
        reader?.refuseUnknown(known: asked.filter { !refused.contains($0) }, told: refused)
        for child in children { child.finish() }
    }

    // MARK: Reading

    private func ask(_ name: String) -> MappingReader? {
        if !asked.contains(name) { asked.append(name) }
        return reader
    }

    /// The reader, if a field that may be left out is there with a value.
    private func given(_ name: String) -> MappingReader? {
        guard let reader = ask(name), let value = reader.optional(name) else { return nil }
        guard !value.isNull else {
            reject(name, "This field is empty. Write a value, or remove the field.")
            return nil
        }
        return reader
    }

    private func child(_ value: YAMLValue, _ path: String) -> StrictMapping? {
        guard let mistakes = reader?.mistakes,
            let fields = MappingReader(freeKeys: value, path: path, meaning: Self.fields, rule: .typed, mistakes)
        else { return nil }
        let child = StrictMapping(fields, origin)
        children.append(child)
        return child
    }

    private func items<Value>(
        _ name: String, _ count: ClosedRange<Int>, _ what: String,
        _ body: (MappingReader, YAMLValue, String) -> Value?
    ) -> [Value] {
        let isRequired = count.lowerBound > 0
        guard let reader = isRequired ? ask(name) : given(name),
            let found = reader.list(
                name, least: count.lowerBound, limit: count.upperBound, isRequired: isRequired, what)
        else { return [] }
        return found.compactMap { body(reader, $0.value, $0.path) }
    }

    private func resolved(_ text: Located<String>) -> String? {
        if text.value.isEmpty || text.value.utf8.contains(0) {
            reader?.mistakes.add(text.place, text.path, "This is no path. Write \(Self.path).")
        } else if text.value == "~" || text.value.hasPrefix("~/") {
            reader?.mistakes.add(text.place, text.path, "A '~' is not expanded here. Write the whole path.")
        } else {
            return origin.resolve(text.value)
        }
        return nil
    }
}
