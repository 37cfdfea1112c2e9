/// The spool gave back something else than was written.
struct SpoolDamage: Error {}
