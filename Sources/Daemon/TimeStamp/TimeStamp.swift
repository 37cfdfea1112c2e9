internal import COpenSSL
internal import Crypto
public import Exchange
internal import Values

/// A time stamp by RFC 3161 of a board's head, checked: the head was there at that time. [P-79]
public struct TimeStamp: Sendable, Equatable {
    /// The server's answer, as it came.
    public let answer: [UInt8]
    /// Who has signed it, or issued the certificate of who has.
    public let certificate: TimeStampCertificate
    /// Seconds since 1970.
    public let seconds: Int64

    static let nonceByteCount = 8

    /// - Parameters:
    ///   - digest: what it has to be of, 32 bytes.
    ///   - nonce: that it has to have; nil for any, when it was compared before.
    /// - Throws: `TimeStampError`.
    public init(
        _ answer: [UInt8], of digest: [UInt8], nonce: [UInt8]? = nil, certificate: TimeStampCertificate
    ) throws(TimeStampError) {
        guard digest.count == Int(SIDOS_TS_DIGEST_BYTE_COUNT), nonce.map({ $0.count == Self.nonceByteCount }) ?? true
        else { throw .malformed }
        var seconds: Int64 = 0
        let result = sidos_ts_verify(
            &seconds, answer, answer.count, digest, nonce, certificate.bytes, certificate.bytes.count)
        switch Int(result) {
        case Int(SIDOS_TS_GOOD): break
        case Int(SIDOS_TS_REFUSED): throw .refused
        case Int(SIDOS_TS_OTHER): throw .other
        case Int(SIDOS_TS_NOT_SIGNED): throw .notSigned
        default: throw .malformed
        }
        self.answer = answer
        self.certificate = certificate
        self.seconds = seconds
    }

    /// What a server is asked, as `openssl ts -query -cert` makes it.
    ///
    /// - Throws: `TimeStampError.malformed`.
    public static func query(of digest: [UInt8], nonce: [UInt8]) throws(TimeStampError) -> [UInt8] {
        guard digest.count == Int(SIDOS_TS_DIGEST_BYTE_COUNT), nonce.count == nonceByteCount else { throw .malformed }
        let bytes = [UInt8](unsafeUninitializedCapacity: 512) { buffer, count in
            count = sidos_ts_query(buffer.baseAddress, buffer.count, digest, nonce)
        }
        guard !bytes.isEmpty else { throw .malformed }
        return bytes
    }
}

/// The certificate by which time stamps are checked: the server's own, or of whoever issued that.
public struct TimeStampCertificate: Sendable, Equatable {
    /// DER.
    public let bytes: [UInt8]
    /// The subject's name, in one line.
    public let subject: String

    /// No file of one is longer.
    static let byteLimit = Int(SIDOS_TS_BYTE_LIMIT)

    /// SHA-256 of the certificate, in hexadecimal: what people compare.
    public var fingerprint: String { Hex.encode(SHA256.hash(data: bytes)) }

    /// Reads a certificate in PEM or DER; nil for anything else.
    public init?(_ file: [UInt8]) {
        var name = [CChar](repeating: 0, count: 512)
        let bytes = [UInt8](unsafeUninitializedCapacity: Int(SIDOS_TS_BYTE_LIMIT)) { buffer, count in
            count = sidos_ts_certificate(buffer.baseAddress, buffer.count, &name, name.count, file, file.count)
        }
        guard !bytes.isEmpty else { return nil }
        self.bytes = bytes
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
        subject = EventLog.escaped(text)
    }
}

public enum TimeStampError: Error, Equatable, Sendable, CustomStringConvertible {
    /// It is no time stamp.
    case malformed
    /// The server says that it gives none.
    case refused
    /// It is of something else, or answers another query.
    case other
    /// It is not signed by the certificate, or that was not valid then, or is not for time stamps.
    case notSigned

    public var description: String {
        switch self {
        case .malformed: "it is no time stamp"
        case .refused: "the server gives no time stamp"
        case .other: "it is of something else, or answers another query"
        case .notSigned:
            "it is not signed by the configured certificate, or that was not valid then, or is not for time stamps"
        }
    }
}

extension TimeStampError: ReportableError { public var exitStatus: ExitStatus { .badData } }
extension TimeStampFailure: ReportableError { public var exitStatus: ExitStatus { .unavailable } }
