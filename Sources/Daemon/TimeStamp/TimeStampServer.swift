internal import Exchange
internal import Files
public import StrictYAML

/// Who gives time stamps: `time_stamps:` in a configuration.
public struct TimeStampServer: Sendable, Equatable {
    public let url: String
    /// A file with the server's certificate, or that of whoever issued it; PEM or DER.
    let certificateFile: String
    let proxy: ProxyAddress?

    /// Reads `{url, certificate, proxy}`.
    public init(_ mapping: StrictMapping) {
        url = mapping.value("url", expected: "http://HOST/… or https://HOST/…", standIn: "") {
            TimeStampClient.isAllowed($0) ? $0 : nil
        }
        certificateFile = mapping.path("certificate")
        proxy = mapping.optionalMapping("proxy").map { ProxyAddress($0) }
    }

    /// - Throws: `TimeStampServerError`, `FileError`.
    func certificate() throws -> TimeStampCertificate { try TimeStampCertificate.read(certificateFile) }
}

extension TimeStampCertificate {
    /// - Throws: `TimeStampServerError`, `FileError`.
    static func read(_ path: String) throws -> TimeStampCertificate {
        let bytes = try PublicFile.read(path, maxByteCount: byteLimit)
        guard let found = TimeStampCertificate(bytes) else { throw TimeStampServerError.notACertificate(path: path) }
        return found
    }
}

enum TimeStampServerError: Error, Equatable, ReportableError {
    case notACertificate(path: String)
    case notAnAddress(String)

    var sentence: String {
        switch self {
        case .notACertificate(let path): "\(path) is no certificate in PEM or DER"
        case .notAnAddress(let url): "\(url) is no address of HTTP or HTTPS"
        }
    }
    var exitStatus: ExitStatus { .configuration }
}
