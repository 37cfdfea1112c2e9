internal import Agreement
internal import Daemon
internal import Exchange
internal import Files
internal import Foundation
internal import PSIProtocol
internal import Values

/// A participant that takes part by courier, as an agreement that the coordinator has signed names it.
struct CarriedParticipant {
    let participant: Participant
    let pin: TLSPin

    var party: CourierManifest.Party { .init(id: participant.id, signingKey: participant.signingKey) }

    /// Those whose pins the configuration lists under `couriers`, each once.
    static func all(_ home: CoordinatorHome) throws -> [CarriedParticipant] {
        let pins = try home.configuration().courierPins
        var found: [CarriedParticipant] = []
        for participant in try home.home.agreements().all().reversed().flatMap(\.agreement.participants) {
            guard let pin = TLSPin(bytes: participant.tlsPin), pins.contains(pin),
                !found.contains(where: { $0.pin == pin && $0.participant == participant })
            else { continue }
            found.append(CarriedParticipant(participant: participant, pin: pin))
        }
        return found
    }

    /// The one that an operator names by its id, or by its pin where several have one id.
    static func named(_ name: String, _ home: CoordinatorHome) throws -> CarriedParticipant {
        let found = try all(home).filter { $0.participant.id == name || "\($0.pin)" == name }
        guard let only = found.first else { throw CoordinatorError.notCarried(name) }
        guard found.allSatisfy({ $0.pin == only.pin }) else { throw CoordinatorError.severalCarried(name) }
        return only
    }
}

/// What was carried last between the coordinator and a participant: `courier/PIN.json` of its home. Without it
/// everything is carried again.
struct CourierLedger: Codable, Equatable {
    /// Of the participant, for people.
    var participant: ParticipantID
    /// When the participant made the last disk that was taken; seconds since 1970.
    var takenMade: Int64?
    /// When it was taken.
    var taken: Int64?
    /// When the last disk for it was made.
    var made: Int64?
    /// By round, the entries that were on that.
    var entryCounts: [String: Int] = [:]
    /// Rounds whose boards it wants to see further.
    var follows: [String] = []
    /// Parts of streams that it has: round, and stream.
    var holds: Set<String> = []

    private static let byteCountLimit = 64 << 20

    private static func path(_ pin: TLSPin, _ home: CoordinatorHome) throws -> String {
        try home.home.directory.subdirectory("courier").file("\(Hex.encode(pin.bytes)).json")
    }

    static func read(_ carried: CarriedParticipant, _ home: CoordinatorHome) throws -> CourierLedger {
        let path = try path(carried.pin, home)
        let bytes: [UInt8]
        do { bytes = try PublicFile.read(path, maxByteCount: byteCountLimit) } catch FileError.notFound {
            return CourierLedger(participant: carried.participant.id)
        }
        guard let ledger = try? JSONDecoder().decode(CourierLedger.self, from: Data(bytes)) else {
            throw CourierError.damagedMailbox(path: path)
        }
        return ledger
    }

    func write(_ carried: CarriedParticipant, _ home: CoordinatorHome) throws {
        try AtomicFile.write(Array(try JSONEncoder().encode(self)), to: Self.path(carried.pin, home))
    }

    static func name(_ held: CourierManifest.Held) -> String { "\(held.round) \(held.stream)" }
}
