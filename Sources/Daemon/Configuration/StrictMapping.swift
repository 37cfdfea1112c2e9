internal import Foundation
internal import Yams

/// One mapping of a configuration file.
///
/// An accessor that finds a mistake records it and returns a stand-in (an empty text, the least number, a first case);
/// `StrictYAML.decode` throws when any was recorded, so a stand-in is never used. Ask for every field that is allowed:
/// what was not asked for by the time of `finish` is reported as unknown.
public final class StrictMapping {
    /// `""` for the root, otherwise as in `listen` or `registers[2]`.
    public let path: String
    /// From 1.
    public let line: Int?

    private let fields: [String: (key: Node, value: Node)]
    private let context: ConfigurationContext
    /// A stand-in for a mapping that isn't there: its fields aren't missed.
    private let isStandIn: Bool
    private var asked: Set<String> = []
    private var children: [StrictMapping] = []

    init(_ mapping: Node.Mapping, path: String, context: ConfigurationContext) {
        self.path = path
        self.context = context
        line = mapping.mark?.line
        isStandIn = false
        var fields: [String: (key: Node, value: Node)] = [:]
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else { continue }
            if fields.updateValue((key, value), forKey: scalar.string) != nil {
                context.report(key.mark?.line, Self.join(path, scalar.string), "is given twice")
            }
        }
        self.fields = fields
    }

    private init(standInFor path: String, context: ConfigurationContext) {
        self.path = path
        self.context = context
        line = nil
        isStandIn = true
        fields = [:]
    }

    /// Whether the field is given with a value. Asking so doesn't make it known.
    public func has(_ name: String) -> Bool {
        guard let value = fields[name]?.value else { return false }
        return !Self.isNull(value)
    }

    /// The field names given, sorted; for mappings whose keys are the operator's own.
    public var names: [String] { fields.keys.sorted() }

    // MARK: Text

    public func string(_ name: String) -> String { optionalString(name, required: true) ?? "" }
    public func string(_ name: String, default value: String) -> String { optionalString(name) ?? value }
    public func optionalString(_ name: String) -> String? { optionalString(name, required: false) }

    private func optionalString(_ name: String, required: Bool) -> String? {
        take(name, required: required, "text") { node in Self.text(node) }
    }

    /// Must be readable by the file's owner alone, which is checked of the whole file.
    public func secret(_ name: String) -> ConfigurationSecret { optionalSecret(name, required: true) ?? .init("") }
    public func optionalSecret(_ name: String) -> ConfigurationSecret? { optionalSecret(name, required: false) }

    private func optionalSecret(_ name: String, required: Bool) -> ConfigurationSecret? {
        guard let text = optionalString(name, required: required) else { return nil }
        if let mode = context.mode, mode & 0o077 != 0 {
            reject(name, "is a secret, but other users can reach this file: run `chmod 600 \(context.file)`")
        }
        return ConfigurationSecret(text)
    }

    /// A path, made absolute as seen from the configuration file's directory.
    public func path(_ name: String) -> String { optionalPath(name, required: true) ?? "" }
    public func optionalPath(_ name: String) -> String? { optionalPath(name, required: false) }
    public func path(_ name: String, default value: String) -> String {
        optionalPath(name) ?? Self.resolve(value, besides: context.file)
    }

    private func optionalPath(_ name: String, required: Bool) -> String? {
        guard let text = optionalString(name, required: required) else { return nil }
        if text.isEmpty || text.utf8.contains(0) {
            reject(name, "must be the path of a file or directory")
            return nil
        }
        if text == "~" || text.hasPrefix("~/") {
            reject(name, "begins with `~`, which is not expanded here: write the whole path")
            return nil
        }
        return Self.resolve(text, besides: context.file)
    }

    /// Text that `parse` turns into a value; `expected` completes "must be ". `standIn` is what a mistake yields.
    public func value<Value>(
        _ name: String, expected: String, standIn: Value, _ parse: (String) -> Value?
    ) -> Value {
        take(name, required: true, expected) { node in Self.text(node).flatMap(parse) } ?? standIn
    }

    public func optionalValue<Value>(_ name: String, expected: String, _ parse: (String) -> Value?) -> Value? {
        take(name, required: false, expected) { node in Self.text(node).flatMap(parse) }
    }

    // MARK: Numbers, booleans, choices

    public func int(_ name: String, in range: ClosedRange<Int>) -> Int {
        optionalInt(name, in: range, required: true) ?? range.lowerBound
    }

    public func int(_ name: String, in range: ClosedRange<Int>, default value: Int) -> Int {
        optionalInt(name, in: range) ?? value
    }

    public func optionalInt(_ name: String, in range: ClosedRange<Int>) -> Int? {
        optionalInt(name, in: range, required: false)
    }

    private func optionalInt(_ name: String, in range: ClosedRange<Int>, required: Bool) -> Int? {
        let words =
            range.lowerBound == range.upperBound
            ? "\(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound), without quotes"
        return take(name, required: required, words) { node in
            guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any,
                let number = Int(scalar.string), String(number) == scalar.string, range.contains(number)
            else { return nil }
            return number
        }
    }

    public func bool(_ name: String) -> Bool { optionalBool(name, required: true) ?? false }
    public func bool(_ name: String, default value: Bool) -> Bool { optionalBool(name, required: false) ?? value }
    public func optionalBool(_ name: String) -> Bool? { optionalBool(name, required: false) }

    private func optionalBool(_ name: String, required: Bool) -> Bool? {
        take(name, required: required, "true or false, without quotes") { node in
            guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return nil }
            switch scalar.string {
            case "true": return true
            case "false": return false
            default: return nil
            }
        }
    }

    /// One of the cases' raw values.
    public func enumeration<Choice>(_ name: String, _ type: Choice.Type) -> Choice
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        if let choice = choice(name, type, required: true) { return choice }
        guard let first = Choice.allCases.first else { preconditionFailure("a choice needs cases") }
        return first
    }

    public func enumeration<Choice>(_ name: String, _ type: Choice.Type, default value: Choice) -> Choice
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        choice(name, type, required: false) ?? value
    }

    public func optionalEnumeration<Choice>(_ name: String, _ type: Choice.Type) -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        choice(name, type, required: false)
    }

    private func choice<Choice>(_ name: String, _ type: Choice.Type, required: Bool) -> Choice?
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue)
        let expected = "one of " + names.joined(separator: ", ")
        var near: String?
        func read(_ node: Node) -> Choice? {
            guard let text = Self.text(node) else { return nil }
            near = NearestName.of(text, among: names)
            return Choice(rawValue: text)
        }
        return take(name, required: required, expected, hint: { near }, read)
    }

    // MARK: Lists and mappings

    /// A list of texts; empty when absent and not required.
    public func strings(_ name: String, count: ClosedRange<Int> = 0...1024) -> [String] {
        items(name, count) { node, path in
            if let text = Self.text(node), !Self.isNull(node) { return text }
            context.report(node.mark?.line, path, "must be text")
            return nil
        }
    }

    /// A list of paths, made absolute as seen from the configuration file's directory.
    public func paths(_ name: String, count: ClosedRange<Int> = 0...1024) -> [String] {
        strings(name, count: count).map { Self.resolve($0, besides: context.file) }
    }

    /// A list of mappings, each decoded by `body`.
    public func list<Value>(
        _ name: String, count: ClosedRange<Int> = 0...1024, _ body: (StrictMapping) -> Value
    ) -> [Value] {
        items(name, count) { node, path in
            guard case .mapping(let fields) = node else {
                context.report(node.mark?.line, path, "must have fields of its own, each `name: value`")
                return nil
            }
            return body(child(fields, path))
        }
    }

    public func mapping(_ name: String) -> StrictMapping {
        if let found = optionalMapping(name, required: true) { return found }
        return StrictMapping(standInFor: Self.join(path, name), context: context)
    }

    public func optionalMapping(_ name: String) -> StrictMapping? { optionalMapping(name, required: false) }

    private func optionalMapping(_ name: String, required: Bool) -> StrictMapping? {
        take(name, required: required, "fields of its own, each `name: value`") { node in
            guard case .mapping(let fields) = node else { return nil }
            return child(fields, Self.join(path, name))
        }
    }

    // MARK: Mistakes

    /// Records a mistake that the caller found in a field's value or between fields.
    public func reject(_ name: String, _ reason: String) {
        context.report(fields[name]?.key.mark?.line ?? line, Self.join(path, name), reason)
    }

    /// Reports the fields that were given but never asked for, here and in the mappings inside. Asked for again, it
    /// reports nothing new.
    public func finish() {
        for (name, field) in fields where !asked.contains(name) {
            let near = NearestName.of(name, among: asked.subtracting(fields.keys))
            let hint = near.map { ": did you mean `\($0)`?" } ?? ""
            let shown = String(name.prefix(64))
            context.report(field.key.mark?.line, Self.join(path, shown), "is not a field that is known here" + hint)
            asked.insert(name)
        }
        for child in children { child.finish() }
    }

    private func child(_ fields: Node.Mapping, _ path: String) -> StrictMapping {
        let child = StrictMapping(fields, path: path, context: context)
        children.append(child)
        return child
    }

    private func items<Value>(
        _ name: String, _ count: ClosedRange<Int>, _ body: (Node, String) -> Value?
    ) -> [Value] {
        let found: [Value]? = take(name, required: count.lowerBound > 0, "a list") { node in
            guard case .sequence(let sequence) = node else { return nil }
            if !count.contains(sequence.count) {
                reject(name, "must have from \(count.lowerBound) to \(count.upperBound) items")
                return []
            }
            return sequence.enumerated().compactMap { index, item in
                body(item, "\(Self.join(path, name))[\(index)]")
            }
        }
        return found ?? []
    }

    private func take<Value>(
        _ name: String, required: Bool, _ expected: String, hint: () -> String? = { nil }, _ read: (Node) -> Value?
    ) -> Value? {
        asked.insert(name)
        if isStandIn { return nil }
        guard let field = fields[name] else {
            if required { context.report(line, Self.join(path, name), "is missing: it must be \(expected)") }
            return nil
        }
        if Self.isNull(field.value) {
            let advice = required ? "" : ", or leave the field out"
            context.report(
                field.key.mark?.line, Self.join(path, name), "has no value: it must be \(expected)\(advice)")
            return nil
        }
        if let value = read(field.value) { return value }
        let near = hint().map { ": did you mean `\($0)`?" } ?? ""
        context.report(field.value.mark?.line, Self.join(path, name), "must be \(expected)\(near)")
        return nil
    }

    /// The text of a scalar, quoted or not, exactly as written: `no` is the text "no".
    private static func text(_ node: Node) -> String? {
        guard case .scalar(let scalar) = node else { return nil }
        return scalar.string
    }

    private static func isNull(_ node: Node) -> Bool {
        guard case .scalar(let scalar) = node, scalar.style == .plain || scalar.style == .any else { return false }
        return ["", "~", "null", "Null", "NULL"].contains(scalar.string)
    }

    private static func join(_ path: String, _ name: String) -> String { path.isEmpty ? name : path + "." + name }

    static func resolve(_ path: String, besides file: String) -> String {
        let base = URL(fileURLWithPath: file).deletingLastPathComponent()
        return URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path
    }
}
