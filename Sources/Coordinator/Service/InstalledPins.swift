internal import Daemon
internal import Exchange
internal import Files
internal import Logging
internal import Values

/// The pins of the participants of the agreements that the coordinator has signed.
///
/// Files are read once each; their list is read anew each time, so that an agreement counts as soon as it is signed and
/// no longer when it is taken away.
struct InstalledPins {
    private var byFile: [String: Set<TLSPin>] = [:]

    mutating func contains(_ pin: TLSPin, in agreements: AgreementStore, logger: Logger) -> Bool {
        let names: [String]
        do { names = try agreements.directory.names().filter { $0.hasSuffix(".yaml") } } catch {
            logger.error("The agreements can't be listed", metadata: ["error": "\(ErrorReport(error).sentence)"])
            return false
        }
        byFile = byFile.filter { names.contains($0.key) }
        for name in names where byFile[name] == nil {
            guard let id = AgreementID(hex: name.dropLast(5)) else { continue }
            do {
                // Signing writes the signature after the agreement: until then it is not installed.
                guard let installed = try agreements.load(id) else { continue }
                byFile[name] = Set(installed.agreement.participants.compactMap { TLSPin(bytes: $0.tlsPin) })
            } catch FileError.notFound {
                continue
            } catch {
                logger.error(
                    "An agreement can't be read",
                    metadata: ["file": "\(name)", "error": "\(ErrorReport(error).sentence)"])
                byFile[name] = []
            }
        }
        return byFile.values.contains { $0.contains(pin) }
    }
}
