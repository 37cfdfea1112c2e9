import PSIProtocol
import Testing

/// Attacks by participants and outsiders. docs/threat-model.md has a table of them; each row names a test here.
///
/// Those that run the programs take turns, so that no test's load is another's failure.
@Suite("Attacks", .serialized)
enum AttackTests {}
