internal import Crypto
internal import Files
internal import Foundation
internal import PSIProtocol

/// What reads values of a sealed state: the program that has it open, or one beside that.
protocol StateReading: Sendable {
    func get(_ name: StateName) throws(SealedStateError) -> [UInt8]?
    func secret(_ name: StateName) throws(SealedStateError) -> SecretBytes?
}

extension SealedState: StateReading {}

/// A sealed state as it is on the disk now, for commands that run while a daemon has it open. Takes no lock and changes
/// nothing; each value is whole, two of them may be of different moments.
struct SealedStateView: StateReading {
    private static let tries = 200
    private static let pause: TimeInterval = 0.005

    let directory: PrivateDirectory
    let key: SymmetricKey

    /// - Throws: as the state itself would of a value that was altered, or is being changed all the time.
    private func buffer(_ name: StateName) throws(SealedStateError) -> WipedBuffer? {
        var failure: SealedStateError?
        for _ in 0..<Self.tries {
            guard let entry = try SealedState.index(in: directory, key)?.present(name.text) else { return nil }
            do throws(SealedStateError) { return try SealedState.open(name.text, entry, directory, key) } catch {
                switch error {
                // Announced, and not begun.
                case .vanished where entry.settled == nil: return nil
                // The daemon may be just changing it.
                case .vanished, .altered: failure = error
                default: throw error
                }
            }
            Thread.sleep(forTimeInterval: Self.pause)
        }
        throw failure ?? .altered(path: directory.path)
    }

    func get(_ name: StateName) throws(SealedStateError) -> [UInt8]? {
        guard let bytes = try buffer(name) else { return nil }
        return bytes.withBytes { Array($0) }
    }

    func secret(_ name: StateName) throws(SealedStateError) -> SecretBytes? {
        guard let bytes = try buffer(name) else { return nil }
        return SecretBytes(bytes.withBytes { SymmetricKey(data: $0) })
    }
}

extension Home {
    /// The state as it is now, also while a daemon has it open.
    func stateView() throws -> SealedStateView {
        SealedStateView(directory: try directory.subdirectory("state"), key: keys.stateKey)
    }
}
