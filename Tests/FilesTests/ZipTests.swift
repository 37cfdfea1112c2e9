import Foundation
import TestDirectories
import Testing

@testable import Files

@Suite("Zips that can be written in one way only")
struct ZipTests {
    private let place: TemporaryDirectory

    init() throws { place = try TemporaryDirectory() }

    private typealias Contents = [(name: String, bytes: [UInt8])]

    private static let contents: Contents = [
        ("README.txt", Array("Read me".utf8)), ("board.txt", [UInt8](repeating: 0x41, count: 300)), ("empty", []),
        ("streams/left.1.0.0", (0..<70).map { UInt8($0) }),
    ]

    private func write(_ contents: Contents, _ name: String = "a.zip", form: ZipForm = ZipForm()) throws -> [UInt8] {
        let writer = try ZipWriter(place.file(name), form: form)
        for file in contents { try writer.add(file.name, file.bytes) }
        try writer.finish()
        return try place.read(name)
    }

    /// All that a reader gives, in its order.
    private func read(_ name: String = "a.zip", form: ZipForm = ZipForm()) throws -> Contents {
        let reader = try ZipReader(place.file(name), form: form)
        return try reader.entries.map { ($0.name, try reader.contents($0.name, maxByteCount: 1 << 20)) }
    }

    private func same(_ one: Contents, _ other: Contents) -> Bool {
        one.map(\.name) == other.map(\.name) && one.map(\.bytes) == other.map(\.bytes)
    }

    @Test("What was written is read, also where sizes and offsets need 64 bits", arguments: [0xFFFF_FFFF, 64, 1])
    func roundTrip(wideFrom: Int) throws {
        let form = ZipForm(wideFrom: wideFrom)
        _ = try write(Self.contents, form: form)
        #expect(same(try read(form: form), Self.contents))
        #expect(try place.mode("a.zip") == 0o644)
        #expect(try place.contents() == ["a.zip"])
    }

    @Test("A zip without a file is one")
    func empty() throws {
        #expect(try write([]).count == 22)
        #expect(try read().isEmpty)
    }

    @Test("Ordinary programs read it, in both forms of sizes", arguments: [0xFFFF_FFFF, 64])
    func others(wideFrom: Int) async throws {
        _ = try write(Self.contents, form: ZipForm(wideFrom: wideFrom))
        let script = """
            import sys, zipfile
            z = zipfile.ZipFile(sys.argv[1])
            assert z.testzip() is None
            for i in z.infolist():
                print(i.filename, i.file_size, oct(i.external_attr >> 16), z.read(i).hex())
            """
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/python3")
        process.arguments = ["-c", script, place.file("a.zip")]
        try place.write("", to: "output")
        let output = FileHandle(forWritingAtPath: place.file("output"))
        process.standardOutput = output
        process.standardError = output
        try await withCheckedThrowingContinuation { (ended: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in ended.resume() }
            do { try process.run() } catch { ended.resume(throwing: error) }
        }
        let expected = Self.contents.map { file in
            let hex = file.bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
            return "\(file.name) \(file.bytes.count) 0o100644 \(hex)\n"
        }
        let said = String(decoding: try place.read("output"), as: UTF8.self)
        #expect(said == expected.joined() && process.terminationStatus == 0, "\(said)")
    }

    @Test("Every byte of it matters: with any one changed it is refused", arguments: [0xFFFF_FFFF, 64])
    func everyByte(wideFrom: Int) async throws {
        let form = ZipForm(wideFrom: wideFrom)
        let whole = try write(Self.contents, form: form)
        try place.overwrite("b.zip", whole)
        let file = try OpenFile(changing: place.file("b.zip"))
        for index in whole.indices {
            for change: UInt8 in [0x01, 0x20, 0x80] {
                try file.write([whole[index] ^ change], at: index)
                #expect(throws: ZipError.self, "byte \(index) ^ \(change)") { try read("b.zip", form: form) }
            }
            try file.write([whole[index]], at: index)
            // Other tests share the few threads.
            await Task.yield()
        }
    }

    @Test("Nothing can be cut off or added, at either end or between")
    func lengths() throws {
        let whole = try write(Self.contents)
        for count in 0..<whole.count {
            try place.overwrite("b.zip", Array(whole.prefix(count)))
            #expect(throws: ZipError.self, "\(count)") { try read("b.zip") }
        }
        for index in [0, 4, 40, whole.count / 2, whole.count - 22, whole.count] {
            var bytes = whole
            bytes.insert(0, at: index)
            try place.overwrite("b.zip", bytes)
            #expect(throws: ZipError.self, "\(index)") { try read("b.zip") }
        }
    }

    /// A zip of these files as they are, whatever their names and order, with a directory of its own.
    private func forged(_ contents: Contents, directory order: [Int]? = nil, count: Int? = nil) throws {
        let form = ZipForm()
        var bytes: [UInt8] = []
        var entries: [ZipEntry] = []
        for file in contents {
            var checksum = ZipChecksum()
            checksum.update(file.bytes)
            let entry = ZipEntry(
                name: file.name, byteCount: file.bytes.count, checksum: checksum.value, offset: bytes.count)
            bytes += form.header(entry) + file.bytes
            entries.append(entry)
        }
        let listed = (order ?? Array(entries.indices)).map { entries[$0] }
        let directory = listed.flatMap(form.directoryEntry)
        bytes += directory
        bytes += form.end(
            entryCount: count ?? listed.count, directory: (bytes.count - directory.count, directory.count))
        try place.overwrite("b.zip", bytes)
    }

    @Test("Files out of order, twice, not in the directory, or in it twice are refused")
    func order() throws {
        let (a, b): ((name: String, bytes: [UInt8]), (name: String, bytes: [UInt8])) = (("a", [1]), ("b", [2]))
        try forged([a, b])
        #expect(same(try read("b.zip"), [a, b]))
        try forged([b, a])
        #expect(throws: ZipError.self) { try read("b.zip") }
        try forged([a, a])
        #expect(throws: ZipError.self) { try read("b.zip") }
        for order in [[], [0], [1], [1, 0], [0, 0], [0, 1, 1]] {
            try forged([a, b], directory: order)
            #expect(throws: ZipError.self, "\(order)") { try read("b.zip") }
        }
        for count in [0, 1, 3, 0xFFFF] {
            try forged([a, b], count: count)
            #expect(throws: ZipError.self, "\(count)") { try read("b.zip") }
        }
    }

    @Test(
        "No name leads out of the directory that it is unpacked to, or is anything but plain",
        arguments: [
            "../a", "a/../b", "/a", "a//b", "a/", "", ".a", "a/.b", "a\\b", "C:a", "a b", "ä", "a\u{0}b", "a\nb",
            String(repeating: "a", count: 201),
        ])
    func names(name: String) throws {
        try forged([(name, [1])])
        #expect(throws: ZipError.self) { try read("b.zip") }
        let writer = try ZipWriter(place.file("c.zip"))
        #expect(throws: ZipError.unwritable(name: name)) { try writer.add(name, [1]) }
    }

    @Test("What a directory says of sizes is compared with the file before anything is allocated")
    func sizes() throws {
        _ = try write(Self.contents)
        let whole = try place.read("a.zip")
        let end = whole.count - 22
        // The directory's length and offset, and the first entry's sizes and name's length.
        let directory = Int(whole[end + 16]) | Int(whole[end + 17]) << 8
        for (offset, width) in [
            (end + 12, 4), (end + 16, 4), (end + 10, 2), (directory + 20, 4), (directory + 24, 4),
            (directory + 28, 2), (directory + 30, 2), (directory + 42, 4),
        ] {
            for value: UInt8 in [0xFF, 0x7F, 0xFE] {
                var bytes = whole
                for index in 0..<width { bytes[offset + index] = value }
                try place.overwrite("b.zip", bytes)
                #expect(throws: ZipError.self, "\(offset) \(value)") { try read("b.zip") }
            }
        }
        let reader = try ZipReader(place.file("a.zip"))
        #expect(throws: ZipError.self) { try reader.contents("board.txt", maxByteCount: 299) }
        #expect(throws: ZipError.missing(path: place.file("a.zip"), name: "other")) {
            try reader.contents("other", maxByteCount: 9)
        }
    }

    @Test("A writer replaces nothing, keeps the order, and writes as many bytes as it said")
    func writing() throws {
        try place.overwrite("a.zip", [1])
        #expect(throws: FileError.exists(path: place.file("a.zip"))) { try ZipWriter(place.file("a.zip")) }
        let writer = try ZipWriter(place.file("b.zip"))
        try writer.begin("b", byteCount: 2)
        try writer.append([1])
        #expect(throws: ZipError.unwritable(name: "b")) { try writer.append([2, 3]) }
        #expect(throws: ZipError.unwritable(name: "b")) { try writer.finish() }
        try writer.append([2])
        #expect(throws: ZipError.unwritable(name: "a")) { try writer.add("a", []) }
        #expect(throws: ZipError.unwritable(name: "b")) { try writer.add("b", []) }
        // Somebody has made the file meanwhile.
        try place.overwrite("b.zip", [1])
        #expect(throws: FileError.exists(path: place.file("b.zip"))) { try writer.finish() }
        #expect(try place.read("b.zip") == [1])
        do {
            let left = try ZipWriter(place.file("c.zip"))
            try left.add("a", [1])
        }
        #expect(try place.contents() == ["a.zip", "b.zip"])
    }

    @Test("There is no room for more than so many files")
    func count() throws {
        let writer = try ZipWriter(place.file("a.zip"))
        for number in 10_000..<(10_000 + ZipReader.entryCountLimit) { try writer.add("\(number)", []) }
        #expect(throws: ZipError.self) { try writer.add("x", []) }
        try writer.finish()
        #expect(try ZipReader(place.file("a.zip")).entries.count == ZipReader.entryCountLimit)
    }
}
