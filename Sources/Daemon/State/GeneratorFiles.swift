public import Crypto
public import Files
public import Logging
public import PSIProtocol
internal import Synchronization

/// The generators of shuffle proofs on this machine's disk, in pieces sealed under the state key.
///
/// Nothing of them is secret. The seal is there so that a file which was damaged, exchanged or made by others is found:
/// its generators are then made again.
public final class GeneratorFiles: GeneratorKeeper {
    private let pieces: SealedPieces
    private let logger: Logger
    private let hasComplained = Mutex(false)

    /// - Parameter freeByteCount: what is free on the disk now; nil asks the system.
    /// - Throws: `FileError`.
    public init(
        in directory: PrivateDirectory, key: SymmetricKey, logger: Logger,
        freeByteCount: (@Sendable () -> Int?)? = nil
    ) throws {
        pieces = try SealedPieces(
            in: directory, key: key, label: GeneratorPiece.name, freeByteCount: freeByteCount)
        self.logger = logger
    }

    public func piece(_ number: Int) -> [UInt8]? {
        do { return try pieces.read(number, byteCount: GeneratorPiece.byteCount) } catch {
            logger.warning(
                "Kept generators of proofs are not as they were written; making them again",
                metadata: ["piece": "\(number)", "error": "\(ErrorReport(error).sentence)"])
            return nil
        }
    }

    public func keep(_ piece: [UInt8], as number: Int) {
        do {
            if try !pieces.write(piece, as: number) { complain("the disk has little space left") }
        } catch {
            complain(ErrorReport(error).sentence)
        }
    }

    /// Once: proofs go on without, and take longer.
    private func complain(_ reason: String) {
        let isFirst = hasComplained.withLock { done in
            defer { done = true }
            return !done
        }
        if isFirst {
            logger.warning("Generators of proofs are not kept, so proofs take longer", metadata: ["error": "\(reason)"])
        }
    }
}
