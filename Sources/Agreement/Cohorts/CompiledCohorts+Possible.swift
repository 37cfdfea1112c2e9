extension CompiledCohorts {
    /// The cohorts that somebody may be in, and those that they must be in, where only some registers are known. A
    /// sample takes some and leaves others, so both are possible.
    ///
    /// - Parameters:
    ///   - present: bit r: the person is in the known register r.
    ///   - known: bit r: `present` says so, or says that they are not.
    ///   - earlier: what a cohort that is named stands for, 0 or 1, given its index and what has been found.
    public func possible(
        present: UInt32, known: UInt32, earlier: (Int, (may: UInt64, must: UInt64)) -> (may: UInt64, must: UInt64)
    ) -> (may: UInt64, must: UInt64) {
        var found: (may: UInt64, must: UInt64) = (0, 0)
        for (index, cohort) in cohorts.enumerated() {
            // Two stacks of bits, as in `cohorts(registers:sampled:operands:)`: may be in, and must be in.
            var (may, must): (UInt64, UInt64) = (0, 0)
            for step in cohort.steps {
                let (mayTop, mustTop) = (may & 1, must & 1)
                switch step {
                case .register(let register):
                    let (isIn, isKnown) = (
                        UInt64(present >> UInt32(register) & 1), UInt64(known >> UInt32(register) & 1)
                    )
                    may = may << 1 | isIn & isKnown | 1 & ~isKnown
                    must = must << 1 | isIn & isKnown
                case .cohort(let name):
                    let named = earlier(name, found)
                    may = may << 1 | named.may
                    must = must << 1 | named.must
                case .union:
                    may = may >> 1 | mayTop
                    must = must >> 1 | mustTop
                case .intersect:
                    may = may >> 1 & (mayTop | ~1)
                    must = must >> 1 & (mustTop | ~1)
                case .except:
                    may = may >> 1 & ~mustTop
                    must = must >> 1 & ~mayTop
                case .sample:
                    must &= ~1
                }
            }
            found.may |= (may & 1) << UInt64(index)
            found.must |= (must & 1) << UInt64(index)
        }
        return found
    }
}
