internal import Daemon
internal import Exchange
internal import Files
internal import Values

/// The pins of the participants of the agreements that the coordinator has signed.
///
/// Files are read once each; their list is read anew each time, so that an agreement counts as soon as it is signed and
/// no longer when it is taken away.
struct InstalledPins {
    private var byFile: [String: Set<TLSPin>] = [:]
    /// Files that can't be taken, as they and their signatures were then: not read again before they have changed.
    private var unusable: [String: [FileStatus?]] = [:]

    /// - Parameter log: callers decide how often it is written to.
    mutating func contains(_ pin: TLSPin, in agreements: AgreementStore, log: LogBudget) -> Bool {
        let names: [String]
        do { names = try agreements.directory.names().filter { $0.hasSuffix(".yaml") } } catch FileError.notFound {
            names = []
        } catch {
            log.log(.error, "The agreements can't be listed", ["error": "\(ErrorReport(error).sentence)"])
            // As when they could be: nobody is shut out because no descriptor is left for a moment.
            return byFile.values.contains { $0.contains(pin) }
        }
        byFile = byFile.filter { names.contains($0.key) }
        unusable = unusable.filter { names.contains($0.key) }
        for name in names where byFile[name] == nil {
            guard let id = AgreementID(hex: name.dropLast(5)) else { continue }
            let found = [name, "\(id).signature.json"].map { try? FileStatus.at(agreements.directory.file($0)) }
            if unusable[name] == found { continue }
            do {
                // With its signature beside it, or it is not installed.
                guard let installed = try agreements.load(id) else { continue }
                byFile[name] = Set(installed.agreement.participants.compactMap { TLSPin(bytes: $0.tlsPin) })
            } catch FileError.notFound {
                continue
            } catch {
                log.log(
                    .error, "An agreement can't be read",
                    ["file": "\(name)", "error": "\(ErrorReport(error).sentence)"])
                unusable[name] = Self.mayPass(error) ? nil : found
            }
        }
        return byFile.values.contains { $0.contains(pin) }
    }

    /// Whether it is not what the files hold: no descriptor may be left for a moment.
    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case FileError.altered: false
        default: error is FileError
        }
    }
}
