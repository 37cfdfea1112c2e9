import PSIProtocol
import Synchronization

/// A spool in memory that counts its runs and fails or damages as it is told.
final class CountingSpool: Spool {
    enum Fault: Sendable {
        case make, append, finish, read, truncate, flip
        /// The first run is empty when it is read.
        case loseFirstRun
    }

    struct Full: Error, CustomStringConvertible { var description: String { "full" } }

    private let fault: Fault?
    private let counts = Mutex((made: 0, discarded: 0))

    init(fault: Fault? = nil) { self.fault = fault }

    var made: Int { counts.withLock { $0.made } }
    var open: Int { counts.withLock { $0.made - $0.discarded } }

    func makeRun() throws -> any SpoolWriter {
        if fault == .make { throw Full() }
        return counts.withLock { counts in
            counts.made += 1
            return Writer(spool: self, number: counts.made)
        }
    }

    /// Registers are not sorted by blocks.
    func makeBlocks(byteCount: Int) throws -> any SpoolBlocks { throw Full() }

    private struct Writer: SpoolWriter {
        let spool: CountingSpool
        /// 1 for the first.
        let number: Int
        var bytes: [UInt8] = []

        mutating func append(_ bytes: [UInt8]) throws {
            if spool.fault == .append { throw Full() }
            self.bytes += bytes
        }
        mutating func finish() throws -> any SpoolRun {
            switch spool.fault {
            case .finish: throw Full()
            case .truncate: bytes.removeLast()
            case .flip: if !bytes.isEmpty { bytes[0] ^= 0x80 }
            case .loseFirstRun: if number == 1 { bytes = [] }
            default: break
            }
            return Run(spool: spool, bytes: bytes)
        }
    }

    private struct Run: SpoolRun {
        let spool: CountingSpool
        let bytes: [UInt8]
        func makeReader() throws -> any SpoolReader { Reader(fault: spool.fault, bytes: bytes) }
        func discard() { spool.counts.withLock { $0.discarded += 1 } }
    }

    private struct Reader: SpoolReader {
        let fault: Fault?
        var bytes: [UInt8]
        mutating func read(upTo byteCount: Int) throws -> [UInt8] {
            if fault == .read { throw Full() }
            defer { bytes.removeFirst(min(byteCount, bytes.count)) }
            return Array(bytes.prefix(byteCount))
        }
    }
}
