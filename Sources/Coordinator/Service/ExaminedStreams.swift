internal import Exchange
internal import Values

/// What whole streams turned out to be, so that an entry that is posted again and again does not have them read as
/// often.
///
/// A stream that has ended does not change. Forgotten with its round; bounded by the attempts that may be stored.
struct ExaminedStreams {
    var known: [StreamStore.Key: RecordExamination] = [:]
    /// Being read now.
    var underWay: [StreamStore.Key: Task<RecordExamination, any Error>] = [:]

    mutating func forget(_ round: RoundID) { known = known.filter { $0.key.round != round } }
}
