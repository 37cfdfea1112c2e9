public import Daemon
internal import Exchange
internal import Foundation
internal import Values

/// What is to be carried, for `status`.
public struct CourierStatus {
    private let folder: CourierFolder
    private let me: ParticipantID
    private let isRunning: Bool

    /// Nil for a participant that has a connection.
    public init?(home: Home, coordinator: CoordinatorWay, isRunning: Bool) throws {
        guard case .courier = coordinator else { return nil }
        folder = try CourierFolder(home.courier())
        me = home.keys.id
        self.isRunning = isRunning
    }

    /// A sentence each.
    public func lines() throws -> [String] {
        let imported = try folder.imported()
        var lines = [
            imported.map {
                "last brought \(Self.time($0.at)), made at the coordinator \(Self.time($0.made))"
            } ?? "nothing was brought yet: run `courier in` with what the coordinator's operator sends"
        ]
        if let imported, let count = imported.leftOut, count > 0 {
            lines.append(
                "rounds left out, as their agreements were not signed here: \(count); sign them if you take part, and "
                    + "run `courier in` with the same directory again")
        }
        if try !folder.unfinished(me).isEmpty {
            return lines + [
                isRunning
                    ? "at work on what was brought: wait before `courier out`"
                    : "there is work to do with what was brought: start `serve`"
            ]
        }
        let waiting = try folder.waiting()
        let exported = try folder.exported()
        let new = waiting.filter { exported?.entries.contains($0.digest) != true }
        if !new.isEmpty {
            lines.append("something to carry out: \(EntryText.count(new.count)); run `courier out`")
        } else if let exported, !waiting.isEmpty {
            lines.append(
                "written out \(Self.time(exported.made)), and waiting for what the coordinator answers; `courier out` "
                    + "writes it again")
        } else if imported != nil {
            lines.append("nothing to carry out; waiting for what the coordinator sends")
        }
        return lines
    }

    private static func time(_ seconds: Int64) -> String {
        MachineClock.timestamp(Date(timeIntervalSince1970: TimeInterval(seconds)))
    }
}
