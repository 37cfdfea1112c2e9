/// What can be wrong with the bytes of a file of text: how they are compressed, and how they mean characters.
public enum TextFileFailure: SourceFailure {
    // Characters.
    /// A byte that means nothing in an encoding of one byte a character.
    case undefinedByte(TextEncoding)
    case unpairedSurrogate
    case endsWithinCharacter(TextEncoding)
    case noByteOrderMark
    /// The byte order mark is that of the other order of bytes.
    case otherByteOrder

    // Compression.
    /// It is compressed, and neither the configuration nor its name says so.
    case isCompressed(FileCompression)
    case isNotCompressed(FileCompression)
    case truncated(FileCompression)
    case corrupt(FileCompression)
    /// Unpacking it would take more memory than is given to it.
    case windowTooLarge
    /// It unpacks to far more than registers do.
    case swells(ratioLimit: Int)
    case unpackerFailed

    public var sentence: String {
        switch self {
        case .undefinedByte(let encoding):
            "a byte here means nothing in \(encoding.rawValue). Check encoding in the configuration"
                + "\(Self.hint(encoding)), or have the file written anew."
        case .unpairedSurrogate:
            "half a character (an unpaired surrogate) stands here. Check encoding in the configuration, or have the "
                + "file written anew."
        case .endsWithinCharacter(let encoding):
            "the file ends within a character of \(encoding.rawValue). Check encoding in the configuration, and that "
                + "the file was copied whole."
        case .noByteOrderMark:
            "the file has no byte order mark, so the order of its bytes is not known. Write encoding: utf-16le or "
                + "utf-16be; Windows and Intel machines write utf-16le."
        case .otherByteOrder:
            "the file's byte order mark is that of the other order of bytes. Write encoding: utf-16, or the other of "
                + "utf-16le and utf-16be."
        case .isCompressed(let compression):
            "the file is compressed. Write compression: \(compression.rawValue), or unpack it."
        case .isNotCompressed(let compression):
            "the file is not compressed by \(compression.rawValue), although its name or the configuration says so. "
                + "Correct compression, or the file."
        case .truncated(let compression):
            "the file ends before its compressed contents do (\(compression.rawValue)). Copy or write it anew; its "
                + "size or checksum may tell where it was cut."
        case .corrupt(let compression):
            "the compressed contents are damaged (\(compression.rawValue)). Try \(Self.test(compression)), and copy or "
                + "write the file anew."
        case .windowTooLarge:
            "unpacking the file takes more than 128 MiB of memory. Compress it without --ultra, and with --long=27 at "
                + "most."
        case .swells(let limit):
            "the file unpacks to more than \(limit) times its size, which no register does. Check it; if it is right, "
                + "unpack it."
        case .unpackerFailed:
            "unpacking could not begin. Check the machine's memory, then try again."
        }
    }

    private static func hint(_ encoding: TextEncoding) -> String {
        switch encoding {
        case .latin1, .latin9: " (files of Windows are windows-1252 mostly)"
        default: " (it may be utf-8)"
        }
    }

    private static func test(_ compression: FileCompression) -> String {
        compression == .zstd ? "zstd --test" : "gzip --test"
    }
}

extension RegisterError.Kind {
    static func textFile(_ failure: TextFileFailure) -> RegisterError.Kind { .source(AnySourceFailure(failure)) }
}
