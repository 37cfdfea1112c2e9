internal import PSIProtocol

/// A register's people on the spool, to be read as often as needed. Discarded when it is dropped.
final class PersonRun {
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
