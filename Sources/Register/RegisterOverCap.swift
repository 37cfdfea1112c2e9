internal import Values

/// A register has more people than the agreement or its owner's policy allows.
public struct RegisterOverCap: Error, CustomStringConvertible {
    let register: RegisterID
    let people: Int
    let cap: Int

    public var description: String {
        "register \(register) has \(people) people, more than the \(cap) that the agreement or the local policy "
            + "allows: agree on a higher max_people, or give a view with fewer"
    }
}
