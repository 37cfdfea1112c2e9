internal import PSIProtocol

/// People of a register on the spool, to be read as often as needed. Discarded when it is dropped.
final class PersonRun: Sendable {
    private let run: any SpoolRun
    private let personCount: Int

    init(run: any SpoolRun, personCount: Int) {
        self.run = run
        self.personCount = personCount
    }

    deinit { run.discard() }

    func makeReader() throws -> PersonRunReader {
        PersonRunReader(reader: try run.makeReader(), personCount: personCount)
    }
}

/// Reads the people of several runs, one run after the other.
struct PeopleReader {
    private var runs: ArraySlice<PersonRun>
    private var reader: PersonRunReader?

    init(_ runs: [PersonRun]) { self.runs = runs[...] }

    /// Up to `most` people, in about `byteCount` bytes; nil after the last.
    mutating func next(_ most: Int, byteCount: Int) throws -> PeopleBlock? {
        var people = PeopleBlock()
        while people.count < most, people.bytes.count < byteCount {
            let count = people.count
            try reader?.read(into: &people, most: most, byteCount: byteCount)
            if people.count == count {
                guard let run = runs.popFirst() else { break }
                reader = try run.makeReader()
            }
        }
        return people.count > 0 ? people : nil
    }
}
