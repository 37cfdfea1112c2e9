internal import Values

/// A register has more people than the agreement or its owner's policy allows.
public struct RegisterOverCap: Error, CustomStringConvertible {
    let register: RegisterID
    /// The column that names these people; nil where they are the register's own.
    var column: String?
    let people: Int
    let cap: Int

    public var description: String {
        if let column {
            return "column \(column) of register \(register) names \(people) people, more than the \(cap) that the "
                + "agreement or the local policy allows: agree on a higher max_people of the column, or give a view "
                + "with fewer"
        }
        return "register \(register) has \(people) people, more than the \(cap) that the agreement or the local policy "
            + "allows: agree on a higher max_people, or give a view with fewer"
    }
}
