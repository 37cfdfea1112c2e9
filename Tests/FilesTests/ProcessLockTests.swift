import Foundation
import Glibc
import TestDirectories
import Testing

@testable import Files

@Suite("Process lock")
struct ProcessLockTests {
    @Test("Held once, named by its holder, free again afterwards")
    func excludes() throws {
        let place = try TemporaryDirectory()
        let directory = try PrivateDirectory(place.path)
        let lock = try ProcessLock(in: directory)
        let error = #expect(throws: FileError.self) { try ProcessLock(in: directory) }
        #expect(error == .inUse(path: place.file("lock"), process: getpid()))
        #expect(error?.description.contains("process \(getpid())") == true)
        lock.release()
        let again = try ProcessLock(in: directory)
        #expect(again.path == place.file("lock"))
    }

    @Test("Given up, it is free also while a process that was started meanwhile still has the file open")
    func inherited() throws {
        let place = try TemporaryDirectory()
        let directory = try PrivateDirectory(place.path)
        let lock = try ProcessLock(in: directory)
        // What a child has between fork and exec: the same open file.
        let held = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
            .first { (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\($0)")) == lock.path }
        let copy = dup(try #require(held))
        defer { close(copy) }
        #expect(throws: FileError.self) { try ProcessLock(in: directory) }
        lock.release()
        _ = try ProcessLock(in: directory)
    }

    @Test("To look whether it is held makes nothing, changes nothing, and is in nobody's way")
    func looked() async throws {
        let place = try TemporaryDirectory()
        let directory = try PrivateDirectory(place.path)
        #expect(try !ProcessLock.isHeld(in: place.path))
        #expect(try directory.names() == [])
        let lock = try ProcessLock(in: directory)
        let before = try Data(contentsOf: URL(fileURLWithPath: place.file("lock")))
        #expect(try ProcessLock.isHeld(in: place.path))
        #expect(try Data(contentsOf: URL(fileURLWithPath: place.file("lock"))) == before)
        lock.release()
        #expect(try !ProcessLock.isHeld(in: place.path))
        // Others look all the time.
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    _ = try ProcessLock.isHeld(in: directory.path)
                    await Task.yield()
                }
            }
            for _ in 0..<200 { try ProcessLock(in: directory).release() }
            group.cancelAll()
        }
    }

    @Test("A killed holder leaves no stale lock")
    func survivesKill() async throws {
        let place = try TemporaryDirectory()
        let path = place.path
        await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
            let lock = try ProcessLock(in: PrivateDirectory(path))
            withExtendedLifetime(lock) { _ = kill(getpid(), SIGKILL) }
        }
        #expect(try place.contents() == ["lock"])
        _ = try ProcessLock(in: PrivateDirectory(path))
    }
}
