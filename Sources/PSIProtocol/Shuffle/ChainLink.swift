internal import Crypto

/// Where the chain ĉ_i = r̂_i·G + u'_i·ĉ_(i−1), ĉ_0 = h_0, stands: ĉ_i = R·G + U·h_0. Secret.
///
/// A link also says what a run of steps does to whatever comes before it: R becomes r + u·R, U becomes u·U.
struct ChainLink: Sendable {
    /// R and U, 32 bytes each.
    let key: SymmetricKey

    init(_ key: SymmetricKey) { self.key = key }

    /// Before the first step: h_0 itself.
    static let start = ChainLink(
        SymmetricKey(data: [UInt8](repeating: 0, count: 32) + [1] + [UInt8](repeating: 0, count: 31)))

    private init(_ list: borrowing ScalarList) {
        key = SymmetricKey(data: UnsafeRawBufferPointer(rebasing: list.memory.bytes[..<64]))
    }

    var r: SymmetricKey { half(0) }
    var u: SymmetricKey { half(32) }

    private func half(_ start: Int) -> SymmetricKey {
        key.withUnsafeBytes { SymmetricKey(data: UnsafeRawBufferPointer(rebasing: $0[start..<(start + 32)])) }
    }

    /// R and U before the first of these steps, after it, after the second …
    func links(r: borrowing ScalarList, u: borrowing ScalarList) -> ScalarRecurrence {
        ScalarRecurrence(sum: self.r, product: self.u, r: r, u: u)
    }

    /// Where the chain stands after a step for each r̂_i and u'_i.
    func following(r: borrowing ScalarList, u: borrowing ScalarList) -> ChainLink {
        let links = links(r: r, u: u)
        let last = ScalarList(count: 2)
        last.set(0, links.sums[r.count])
        last.set(1, links.products[r.count])
        return ChainLink(last)
    }

    /// Where it stands after a run of steps.
    func followed(by run: ChainLink) -> ChainLink {
        let own = ScalarList(count: 2)
        let factor = ScalarList(count: 2)
        own.set(0, r)
        own.set(1, u)
        factor.set(0, run.r)
        return ChainLink(own.times(run.u, plus: factor))
    }
}
