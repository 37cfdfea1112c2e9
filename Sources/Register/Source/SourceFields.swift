/// The fields under which the node's configuration describes a table.
///
/// An accessor that finds a mistake records it and returns a stand-in, so that all mistakes are told at once; with any
/// recorded, nothing of what was read is used. Ask for every field that is allowed: one that is given and was not asked
/// for is a mistake too.
public protocol SourceFields {
    /// The names of the fields that are given.
    var names: [String] { get }

    /// Whether the field is given with a value. Asking so doesn't make it known.
    func has(_ name: String) -> Bool

    /// Text that must be there.
    func string(_ name: String) -> String
    func optionalString(_ name: String) -> String?

    /// A path, made absolute as seen from the configuration's directory.
    func path(_ name: String) -> String
    func optionalPath(_ name: String) -> String?

    func optionalInt(_ name: String, in range: ClosedRange<Int>) -> Int?
    func bool(_ name: String, default value: Bool) -> Bool

    /// One of the cases' raw values.
    func enumeration<Choice>(_ name: String, _ type: Choice.Type, default value: Choice) -> Choice
    where Choice: CaseIterable & RawRepresentable, Choice.RawValue == String

    /// The fields inside the field.
    func optionalMapping(_ name: String) -> Self?

    /// Records a mistake in a field's value, or between fields.
    func reject(_ name: String, _ reason: String)
}
