internal import Files
internal import Foundation

/// Where a user's name and password are, as one line `user:password`.
public enum ODBCCredentials: Sendable, Equatable {
    /// A file that only the node's account may read.
    case file(String)
    /// A credential that systemd hands to the service, by its name.
    case systemd(String)

    private static let byteCountLimit = 1_024

    /// Hands over the end of a connection string, `;UID=…;PWD=…`, in a buffer that is wiped when `body` returns.
    func withFields<Result>(
        _ body: (UnsafeRawBufferPointer) throws(ODBCFailure) -> Result
    ) throws(ODBCFailure) -> Result {
        // What `body` throws keeps its type on the way through the reading of files.
        let outcome: Swift.Result<Result, ODBCFailure>
        do {
            outcome = try read { line in
                guard let fields = Self.fields(of: line) else { return .failure(.credentialsUnreadable(path: shown)) }
                return fields.withBytes { bytes in
                    do throws(ODBCFailure) { return .success(try body(bytes)) } catch { return .failure(error) }
                }
            }
        } catch let error as FileError {
            throw .credentialsFile(error.description)
        } catch {
            throw .credentialsUnreadable(path: shown)
        }
        return try outcome.get()
    }

    private var shown: String {
        switch self {
        case .file(let path): path
        case .systemd(let name): name
        }
    }

    private func read<Result>(_ body: (UnsafeRawBufferPointer) -> Result) throws -> Result {
        switch self {
        case .file(let path): return try SecretFile.read(path, maxByteCount: Self.byteCountLimit, body)
        case .systemd(let name):
            guard let folder = ProcessInfo.processInfo.environment["CREDENTIALS_DIRECTORY"], !folder.isEmpty else {
                throw FileError.notFound(path: "$CREDENTIALS_DIRECTORY/" + name)
            }
            return try SecretFile.readCredential(folder + "/" + name, maxByteCount: Self.byteCountLimit, body)
        }
    }

    /// User and password, the latter in braces, in which only the closing brace has a meaning, and is doubled. Nil if
    /// the line is not one.
    private static func fields(of line: UnsafeRawBufferPointer) -> WipedBuffer? {
        var line = line[...]
        if line.last == UInt8(ascii: "\n") { line = line.dropLast() }
        if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
        guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
            !line.contains(where: { $0 < 0x20 || $0 == 0x7F }),
            line.withContiguousStorageIfAvailable(UTF8Validity.isValid) == true
        else { return nil }
        let user = line[..<colon]
        // psqlODBC takes braces around a user's name for a part of it.
        let needsBraces = user.contains { isBrace($0) || $0 == UInt8(ascii: "{") || $0 == UInt8(ascii: ";") }
        let parts: [(String, Slice<UnsafeRawBufferPointer>)] = [
            (needsBraces ? ";UID={" : ";UID=", user),
            (needsBraces ? "};PWD={" : ";PWD={", line[line.index(after: colon)...]), ("}", line[line.endIndex...]),
        ]
        var byteCount = 0
        for (words, value) in parts { byteCount += words.utf8.count + value.count + value.count(where: isBrace) }
        let fields = WipedBuffer(byteCount: byteCount)
        fields.withMutableBytes { bytes in
            var end = 0
            func append(_ byte: UInt8) {
                bytes[end] = byte
                end += 1
            }
            for (words, value) in parts {
                words.utf8.forEach(append)
                for byte in value {
                    append(byte)
                    if isBrace(byte) { append(byte) }
                }
            }
        }
        return fields
    }

    private static func isBrace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "}") }
}
