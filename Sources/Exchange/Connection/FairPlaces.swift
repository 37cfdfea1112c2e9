/// A bounded number of places for connections, shared out so that nobody's many can keep another's one out.
///
/// Whoever comes gets a place. When there are too many, the holder that has the most loses the one that came first.
struct FairPlaces<Holder: Hashable & Sendable>: Sendable {
    typealias ID = UInt64

    let limit: Int
    let limitPerHolder: Int
    private(set) var count = 0
    /// Each holder's places, those that came first in front.
    private var held: [Holder: [ID]] = [:]

    init(limit: Int, limitPerHolder: Int) {
        self.limit = limit
        self.limitPerHolder = limitPerHolder
    }

    /// Gives a place.
    ///
    /// - Parameter id: greater than any before.
    /// - Returns: the one that lost its place for it, if any; its connection has to be closed.
    mutating func enter(_ id: ID, of holder: Holder) -> ID? {
        held[holder, default: []].append(id)
        count += 1
        if count(of: holder) > limitPerHolder { return evict(from: holder) }
        guard count > limit, let largest = largestHolder() else { return nil }
        return evict(from: largest)
    }

    /// Gives a place up; nothing happens when it was lost before.
    mutating func leave(_ id: ID, of holder: Holder) {
        guard let index = held[holder]?.firstIndex(of: id) else { return }
        remove(index, of: holder)
    }

    func count(of holder: Holder) -> Int { held[holder]?.count ?? 0 }

    private mutating func evict(from holder: Holder) -> ID? {
        guard let id = held[holder]?.first else { return nil }
        remove(0, of: holder)
        return id
    }

    /// The one with the most places; of several, the one whose first came first.
    private func largestHolder() -> Holder? {
        held.max { left, right in
            if left.value.count != right.value.count { return left.value.count < right.value.count }
            return (left.value.first ?? 0) > (right.value.first ?? 0)
        }?.key
    }

    private mutating func remove(_ index: Int, of holder: Holder) {
        held[holder]?.remove(at: index)
        if held[holder]?.isEmpty == true { held[holder] = nil }
        count -= 1
    }
}
