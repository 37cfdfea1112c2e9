/// A bounded number of places for connections, shared out so that nobody's many can keep another's one out.
///
/// Whoever comes gets a place. When there are too many, one that is there must go: one of the holder that has the most,
/// first one that has said nothing, then the one that came first.
struct FairPlaces<Holder: Hashable & Sendable>: Sendable {
    typealias ID = UInt64

    private struct Place {
        var id: ID
        var isSilent: Bool
    }

    let limit: Int
    let limitPerHolder: Int
    private(set) var count = 0
    /// Each holder's places, those that came first in front.
    private var held: [Holder: [Place]] = [:]

    init(limit: Int, limitPerHolder: Int) {
        self.limit = limit
        self.limitPerHolder = limitPerHolder
    }

    /// Gives a place.
    /// - Returns: the one that lost its place for it, if any; its connection has to be closed.
    mutating func enter(_ id: ID, of holder: Holder, isSilent: Bool) -> ID? {
        held[holder, default: []].append(Place(id: id, isSilent: isSilent))
        count += 1
        if held[holder, default: []].count > limitPerHolder { return evict(from: holder) }
        guard count > limit, let largest = largestHolder() else { return nil }
        return evict(from: largest)
    }

    /// Notes that something came from the connection.
    mutating func speak(_ id: ID, of holder: Holder) {
        guard let index = held[holder]?.firstIndex(where: { $0.id == id }) else { return }
        held[holder]?[index].isSilent = false
    }

    /// Gives a place up; nothing happens when it was lost before.
    mutating func leave(_ id: ID, of holder: Holder) {
        guard let index = held[holder]?.firstIndex(where: { $0.id == id }) else { return }
        remove(index, of: holder)
    }

    func count(of holder: Holder) -> Int { held[holder]?.count ?? 0 }

    private mutating func evict(from holder: Holder) -> ID? {
        guard let places = held[holder], !places.isEmpty else { return nil }
        let index = places.firstIndex { $0.isSilent } ?? 0
        let id = places[index].id
        remove(index, of: holder)
        return id
    }

    /// The one with the most places; of several, one that has a silent connection, and of those the one whose first
    /// came first. Numbers grow, so the smaller came first.
    private func largestHolder() -> Holder? {
        held.max { left, right in
            if left.value.count != right.value.count { return left.value.count < right.value.count }
            let (leftSilent, rightSilent) = (
                left.value.contains { $0.isSilent }, right.value.contains { $0.isSilent }
            )
            if leftSilent != rightSilent { return rightSilent }
            return (left.value.first?.id ?? 0) > (right.value.first?.id ?? 0)
        }?.key
    }

    private mutating func remove(_ index: Int, of holder: Holder) {
        held[holder]?.remove(at: index)
        if held[holder]?.isEmpty == true { held[holder] = nil }
        count -= 1
    }
}
