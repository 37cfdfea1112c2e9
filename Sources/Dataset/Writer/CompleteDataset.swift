/// A dataset of which every file is written, and that is not yet where researchers get it.
public struct CompleteDataset: Sendable {
    /// How much is released in it.
    public let tally: Tally
    private let output: OutputDirectory
    private let interruption: (@Sendable (DatasetWriter.Step) throws(DatasetError) -> Void)?

    init(
        tally: Tally, output: OutputDirectory,
        interruption: (@Sendable (DatasetWriter.Step) throws(DatasetError) -> Void)?
    ) {
        self.tally = tally
        self.output = output
        self.interruption = interruption
    }

    /// Puts it in its place, in one move, or two where it replaces another one. Where that fails nothing is left of it.
    public func install() throws(DatasetError) {
        do throws(DatasetError) {
            try output.install { () throws(DatasetError) in try interruption?(.setAside) }
        } catch {
            discard()
            throw error
        }
    }

    /// Removes it where it was not installed.
    public func discard() { output.discard() }
}
