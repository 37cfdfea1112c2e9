internal import Values

/// Lists that this process has mixed and has yet to prove. What it loses with the process, it makes again. [P-68]
public actor MixedLists {
    private var lists: [StreamID: ShuffledList] = [:]

    public init() {}

    /// Keeps what was mixed into this stream.
    func keep(_ list: ShuffledList, as stream: StreamID) {
        lists[stream]?.discard()
        lists[stream] = list
    }

    /// Hands a list over; whoever takes it discards it.
    func take(_ stream: StreamID) -> ShuffledList? { lists.removeValue(forKey: stream) }

    /// Discards all lists: their round is over.
    public func discard() {
        for list in lists.values { list.discard() }
        lists = [:]
    }
}
