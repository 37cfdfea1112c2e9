internal import CODBC
internal import Synchronization

/// The statement that a driver works on, so that another thread can ask it to stop.
final class ODBCInterrupt: Sendable {
    /// The handle's address; 0 if there is none.
    private let statement = Mutex<UInt>(0)

    func begin(_ handle: SQLHANDLE) { statement.withLock { $0 = UInt(bitPattern: handle) } }

    /// From here on the handle may be freed.
    func end() { statement.withLock { $0 = 0 } }

    /// May wait as long as the driver's call: unixODBC lets it pass only where the driver's entry in `odbcinst.ini` has
    /// `Threading` below 3.
    func stop() {
        statement.withLock { address in
            if let handle = SQLHANDLE(bitPattern: address) { SQLCancel(handle) }
        }
    }
}
