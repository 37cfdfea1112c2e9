public import Files
public import Foundation

/// What is wrong with a participant's keys. Never holds a key.
public enum KeyError: Error, Equatable, Sendable {
    case file(FileError)
    /// `path` is already there; keys are never overwritten.
    case exists(path: String)
    /// A file of the key directory is absent.
    case missing(path: String)
    /// A secret is in the key directory and among systemd's credentials.
    case twice(path: String, credential: String)
    /// A file is not what this version writes; `reason` completes "… : ".
    case malformed(path: String, reason: String)
    /// The key in `path` is sound, but isn't the one whose public half `participant` names.
    case otherKey(path: String, participant: String)
    case badParticipantID(String)
    case badName
    case badSubjectAlternativeName(String)
    case badValidity(days: Int)
    /// The certificate offered in `path` can't be used; the reason is a sentence without its full stop.
    case unusableCertificate(path: String, reason: String)
    case certificateExpired(path: String, notAfter: Date)
    case certificateNotYetValid(path: String, notBefore: Date)
    /// A security module has no key, or does not sign with it; `reason` completes "… : ".
    case token(module: String, reason: String)
    /// The library refused to make a key or a certificate.
    case notMade(what: String)
    /// Former keys are there yet, so no further ones are made.
    case rotating(path: String)
    /// The signing keys of all key directories were lost.
    case allLost(path: String)
    /// A key directory beside the newest one is another participant's.
    case otherOwner(path: String, newest: String)
}

extension KeyError: CustomStringConvertible {
    public var description: String {
        switch self {
        case .file(let error):
            return error.description
        case .exists(let path):
            return "\(path) already exists and keys are never overwritten: give another directory, "
                + "or move this one away if its keys are no longer pinned in any agreement"
        case .missing(let path):
            return "\(path) is missing: restore it from the backup, or move the directory away and make new keys "
                + "(which every agreement must then name)"
        case .twice(let path, let credential):
            return "\(path) is here and the service gets it as \(credential) too: remove the file once the credential "
                + "is backed up, or the line with LoadCredential"
        case .malformed(let path, let reason):
            return "\(path) is damaged: \(reason); restore it from the backup"
        case .otherKey(let path, let participant):
            return
                "the key in \(path) is not the one that \(participant) names: the files come from two key directories; "
                + "restore the whole directory from one backup"
        case .badParticipantID(let id):
            return "the participant id `\(id.prefix(64))` is not allowed: use 1 to 32 characters a–z, 0–9, _ or -, "
                + "beginning with a letter"
        case .badName:
            return "the participant's name is empty, longer than 200 characters or holds control characters: "
                + "give another with --name"
        case .badSubjectAlternativeName(let name):
            return "`\(name.prefix(80))` is neither a host name nor an IP address that a certificate can hold: "
                + "give another with --host"
        case .badValidity(let days):
            return "a certificate can't be made for \(days) days: give 1 to 3650"
        case .unusableCertificate(let path, let reason):
            return "the certificate in \(path) can't be used: \(reason)"
        case .certificateExpired(let path, let notAfter):
            return "the certificate in \(path) expired at \(MachineClock.timestamp(notAfter)): make or get a new "
                + "one with `keys certificate --keys \(SplitPath(SplitPath(path).parent).name)`"
        case .certificateNotYetValid(let path, let notBefore):
            return "the certificate in \(path) is valid only from \(MachineClock.timestamp(notBefore)): "
                + "check this machine's clock"
        case .token(let module, let reason):
            return "the security module \(module) does not sign: \(reason)"
        case .notMade(let what):
            return "the cryptographic library could not make \(what)"
        case .rotating(let path):
            return "the former keys in \(path) are there yet: let every agreement pin the new ones and run `keys "
                + "retire`, or run `keys discard` if no agreement pins the new ones"
        case .allLost(let path):
            return "the signing key in \(path) was said to be lost, and there is no other one: make new keys with "
                + "`keys rotate --key-lost`"
        case .otherOwner(let path, let newest):
            return "the keys in \(path) are not of the same participant and machine as those in \(newest): move the "
                + "directory that does not belong here away"
        }
    }
}
