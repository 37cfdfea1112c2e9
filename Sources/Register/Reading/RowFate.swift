/// What becomes of a row of somebody who may be recognised.
public enum RowFate: UInt8, Sendable {
    /// The agreement's `rows` keep it: its values are its person's.
    case kept
    /// They leave it out and keep its person: it only tells who is in the register.
    case presence
    /// They leave it out with its person: it puts nobody into the register.
    case outside
    /// Its person is never to be released.
    case withheld
}
