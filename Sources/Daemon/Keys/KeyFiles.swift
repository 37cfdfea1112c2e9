internal import Files
internal import Foundation

/// Where a key directory's secret files are: in it, or among the credentials that systemd hands to a service.
///
/// A credential has the directory's name before the file's, as `keys.signing.key`, since the coordinator has two key
/// directories. systemd decrypts `LoadCredentialEncrypted=` into memory that only the service's account can read.
struct KeyFiles {
    let directory: PrivateDirectory
    /// systemd's `CREDENTIALS_DIRECTORY`; nil outside of a service.
    let credentials: String?

    /// The files of a key directory that only their owner may read: with the signing key, or with the PIN of a token
    /// that has it.
    static func secretNames(in directory: String) -> [String] {
        let keys = SecretKeyFile.allCases.map(\.rawValue) + [KeyDirectory.tlsKeyName]
        guard FileStatus.exists("\(directory)/\(SigningToken.name)") else { return keys }
        return keys.map { $0 == SecretKeyFile.signing.rawValue ? SigningToken.pinName : $0 }
    }
    /// The others.
    static let publicNames = [
        KeyDirectory.certificateName, KeyDirectory.requestName, SigningToken.name, ParticipantFile.name,
    ]

    /// systemd's, for this process.
    static var systemCredentials: String? { ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"] }

    /// Hands over a secret file's bytes, wiped when `body` returns, and the path for errors.
    ///
    /// - Throws: `KeyError.twice` when there is the file and the credential: one of them would be forgotten, and only
    ///   the credential can be encrypted at rest.
    func read<Result>(
        _ name: String, _ body: (UnsafeRawBufferPointer, _ path: String) throws -> Result
    ) throws -> Result {
        let path = directory.file(name)
        guard let credential = credential(name), FileStatus.exists(credential) else {
            return try SecretFile.read(path, maxByteCount: Self.byteCountLimit) { try body($0, path) }
        }
        guard !FileStatus.exists(path) else { throw KeyError.twice(path: path, credential: credential) }
        return try SecretFile.readCredential(credential, maxByteCount: Self.byteCountLimit) {
            try body($0, credential)
        }
    }

    private static let byteCountLimit = 4_096

    private func credential(_ name: String) -> String? {
        guard let credentials, !credentials.isEmpty else { return nil }
        let own = URL(filePath: directory.path).lastPathComponent
        return credentials + "/" + own + "." + name
    }
}
