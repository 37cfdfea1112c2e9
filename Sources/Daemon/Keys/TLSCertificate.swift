internal import Agreement
internal import Crypto
internal import Files
internal import Foundation
internal import Glibc
internal import PSIProtocol
internal import SwiftASN1
internal import Values
internal import X509

/// Makes and reads the certificate a participant shows its peers. Peers pin its key, so who signed it and what it is
/// named matter only to machines on the way and to a coordinator's clients that check host names.
enum TLSCertificate {
    static let maxByteCount = 1 << 16
    static let maxChainCount = 8
    /// Room for clocks that are behind the one that made the certificate.
    static let clockAllowance: TimeInterval = 3600

    /// A self-signed certificate and a request for one from a certification authority, for the same key.
    static func make(
        key: Crypto.P256.Signing.PrivateKey, id: ParticipantID, name: String, alternativeNames: [String],
        from now: Date,
        days: Int
    ) throws(KeyError) -> (certificate: String, request: String) {
        guard (1...3650).contains(days) else { throw .badValidity(days: days) }
        let names = try alternativeNames.map { name throws(KeyError) in try generalName(name) }
        do {
            let subject = try DistinguishedName {
                // X.520 allows 64 characters for either.
                OrganizationName(String(name.unicodeScalars.prefix(64)))
                CommonName(id)
            }
            let usage = try ExtendedKeyUsage([.serverAuth, .clientAuth])
            let keyUsage = KeyUsage(digitalSignature: true)
            let signer = Certificate.PrivateKey(key)
            let extensions = try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(keyUsage)
                usage
                SubjectKeyIdentifier(hash: signer.publicKey)
                if !names.isEmpty { SubjectAlternativeNames(names) }
            }
            let certificate = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: signer.publicKey,
                notValidBefore: now.addingTimeInterval(-clockAllowance),
                notValidAfter: now.addingTimeInterval(Double(days) * 86_400), issuer: subject, subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: signer)
            let wanted = try Certificate.Extensions {
                Critical(keyUsage)
                usage
                if !names.isEmpty { SubjectAlternativeNames(names) }
            }
            let request = try CertificateSigningRequest(
                version: .v1, subject: subject, privateKey: signer,
                attributes: .init([.init(ExtensionRequest(extensions: wanted))]), signatureAlgorithm: .ecdsaWithSHA256)
            return (
                try certificate.serializeAsPEM().pemString + "\n", try request.serializeAsPEM().pemString + "\n"
            )
        } catch {
            throw .notMade(what: "the TLS certificate")
        }
    }

    /// SHA-256 of the SubjectPublicKeyInfo, 32 bytes: what agreements pin.
    static func pin(of key: Crypto.P256.Signing.PublicKey) -> [UInt8] {
        Array(SHA256.hash(data: key.derRepresentation))
    }

    /// The host names and addresses of the certificate in a key directory.
    static func alternativeNames(at directory: String) throws(KeyError) -> [String] {
        let path = directory + "/" + KeyDirectory.certificateName
        let pem: [UInt8]
        do throws(FileError) { pem = try PublicFile.read(path, maxByteCount: maxByteCount) } catch {
            throw .file(error)
        }
        guard let text = String(validating: pem, as: UTF8.self),
            let first = try? PEMDocument.parseMultiple(pemString: text).first,
            let certificate = try? Certificate(pemDocument: first),
            let names = try? certificate.extensions.subjectAlternativeNames
        else { return [] }
        return names.compactMap { name in
            switch name {
            case .dnsName(let host): host
            case .ipAddress(let address): Self.address(Array(address.bytes))
            default: nil
            }
        }
    }

    private static func address(_ bytes: [UInt8]) -> String? {
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return nil }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// What the program needs to know of the first certificate of a chain.
    struct Facts: Equatable {
        var notBefore: Date
        var notAfter: Date
    }

    /// Reads a chain, own certificate first, and checks that it is for this key and this participant's use of it.
    static func read(
        chain pem: [UInt8], path: String, key: Crypto.P256.Signing.PublicKey, role: ParticipantRole
    ) throws(KeyError) -> Facts {
        guard let text = String(validating: pem, as: UTF8.self),
            let documents = try? PEMDocument.parseMultiple(pemString: text),
            !documents.isEmpty
        else { throw .unusableCertificate(path: path, reason: "it is not a certificate in PEM form") }
        guard documents.count <= maxChainCount else {
            throw .unusableCertificate(path: path, reason: "its chain has more than \(maxChainCount) certificates")
        }
        var chain: [Certificate] = []
        for document in documents {
            guard let certificate = try? Certificate(pemDocument: document) else {
                throw .unusableCertificate(path: path, reason: "it holds something else than X.509 certificates")
            }
            chain.append(certificate)
        }
        guard let own = chain.first, own.publicKey == Certificate.PublicKey(key) else {
            let reason =
                chain.contains { $0.publicKey == Certificate.PublicKey(key) }
                ? "the participant's own certificate must come first in the chain"
                : "it is for another key than the one in this directory; have it issued for `tls.csr`"
            throw .unusableCertificate(path: path, reason: reason)
        }
        for (issued, issuer) in zip(chain, chain.dropFirst()) {
            guard issued.issuer == issuer.subject, issuer.publicKey.isValidSignature(issued.signature, for: issued)
            else {
                throw .unusableCertificate(
                    path: path, reason: "its chain is out of order: each certificate must be signed by the next one")
            }
        }
        try checkUsage(of: own, path: path, role: role)
        return Facts(notBefore: own.notValidBefore, notAfter: own.notValidAfter)
    }

    private static func checkUsage(of own: Certificate, path: String, role: ParticipantRole) throws(KeyError) {
        let usages: ExtendedKeyUsage?
        do { usages = try own.extensions.extendedKeyUsage } catch {
            throw .unusableCertificate(path: path, reason: "its extended key usage can't be read")
        }
        guard let usages else { return }
        let (wanted, words): (ExtendedKeyUsage.Usage, String) =
            role == .coordinator ? (.serverAuth, "server") : (.clientAuth, "client")
        guard usages.contains(wanted) || usages.contains(.any) else {
            throw .unusableCertificate(
                path: path, reason: "it is not issued for TLS \(words) authentication, which this role needs")
        }
    }

    /// An IP address, or a host name of letters, digits, hyphens and dots.
    static func generalName(_ text: String) throws(KeyError) -> GeneralName {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: four) { ArraySlice(Array($0)) }))
        }
        var six = in6_addr()
        if inet_pton(AF_INET6, text, &six) == 1 {
            return .ipAddress(ASN1OctetString(contentBytes: withUnsafeBytes(of: six) { ArraySlice(Array($0)) }))
        }
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        let allowed = labels.allSatisfy { label in
            (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                && label.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "-")
                }
        }
        // A last label of digits alone would be a mistyped address.
        guard allowed, text.utf8.count <= 253, labels.last?.allSatisfy(\.isNumber) == false else {
            throw .badSubjectAlternativeName(text)
        }
        return .dnsName(text.lowercased())
    }
}
