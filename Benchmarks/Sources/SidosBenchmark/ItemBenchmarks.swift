internal import Agreement
internal import Crypto
internal import Foundation
internal import PSIProtocol
internal import Values

/// What else is done for each item of a list: capsules, sorting, cells, and the chunks in which everything travels.
struct ItemBenchmarks {
    let stopwatch: Stopwatch

    func run() throws -> [Measurement] { try capsules() + tags() + sorting() + cells() + chunks() }

    /// Three key holders: two nodes and the research environment.
    private func capsules() throws -> [Measurement] {
        let count = 256
        let first = Ristretto255.randomScalar()
        let second = Ristretto255.randomScalar()
        let research = Ristretto255.randomScalar()
        let key = try CapsuleKey(
            sumOf: [
                Ristretto255.multiplyGenerator(by: first), Ristretto255.multiplyGenerator(by: second),
                Ristretto255.multiplyGenerator(by: research),
            ])
        let capsules = Capsule.seal(count: count, to: key).capsules
        var (a, b): ([UInt8], [UInt8]) = ([], [])
        for start in stride(from: 0, to: capsules.count, by: Capsule.byteCount) {
            a += capsules[start..<(start + 32)]
            b += capsules[(start + 32)..<(start + 64)]
        }
        guard let points = ElementBatch<Ristretto255>(bytes: a) else {
            throw BenchmarkError.failed(operation: "capsules")
        }
        let shares = [
            try Capsule.shares(of: points, key: first).bytes, try Capsule.shares(of: points, key: second).bytes,
        ]
        let left = a
        let right = b
        return [
            try stopwatch.measure("capsule", "seal", count: count, own: { _ = Capsule.seal(count: count, to: key) }),
            try stopwatch.measure(
                "capsule", "re-randomise", count: count, own: { _ = try Capsule.rerandomize(capsules, for: key) }),
            try stopwatch.measure(
                "capsule", "share", count: count, own: { _ = try Capsule.shares(of: points, key: first) }),
            try stopwatch.measure(
                "capsule", "open with two shares", count: count,
                own: { _ = try Capsule.open(a: left, b: right, shares: shares, key: research) }),
        ]
    }

    /// What the last hop makes of elements of one kind.
    private func tags() throws -> [Measurement] {
        let count = 2_048
        let codes = RepeatedHMAC(key: SymmetricKey(size: .bits256), prefix: randomBytes(64))
        return try [(SuiteID.ristretto255, 32), (.p256, 33), (.ffdhe3072, 384)].map { suite, width in
            let elements = randomBytes(width * count)
            var tags = [UInt8](repeating: 0, count: 16 * count)
            return try stopwatch.measure(suite.rawValue, "tags", count: count) {
                tags.withUnsafeMutableBytes { tags in
                    elements.withUnsafeBytes {
                        codes.codes(
                            of: $0, every: width, width: width, count: count, byteCount: 16, into: tags, every: 16)
                    }
                }
            }
        }
    }

    /// Items as they go round the ring: an element and a capsule.
    private func sorting() throws -> [Measurement] {
        let width = 96
        let count = 1 << 16
        let records = randomBytes(width * count)
        let sort = { (memory: Int) throws in
            var sorter = ExternalSorter(spool: MemorySpool(), memoryByteCount: memory)
            try sorter.add(records: records, width: width)
            var sorted = try sorter.sorted()
            var seen = 0
            while try sorted.next() != nil { seen += 1 }
            guard seen == count else { throw BenchmarkError.failed(operation: "sort") }
        }
        return [
            try stopwatch.measure("sort", "a record of 96 bytes, one run", count: count, own: { try sort(24 << 20) }),
            try stopwatch.measure("sort", "a record of 96 bytes, 8 runs", count: count, own: { try sort(1 << 20) }),
        ]
    }

    private func cells() throws -> [Measurement] {
        guard let round = RoundID(bytes: randomBytes(32)), let start = CalendarDate(year: 2024, month: 5, day: 17)
        else {
            throw BenchmarkError.failed(operation: "cells")
        }
        let codec = RowCodec(columns: [
            ColumnDeclaration(name: "start_date", type: .date, nullable: false, title: "Start"),
            ColumnDeclaration(name: "service", type: .code, nullable: false, title: "Service"),
        ])
        var encoded: [UInt8] = []
        try codec.encode([.date(start), .code("counselling")], into: &encoded)
        let row = encoded
        let sealer = CellSealer(
            round: round, register: "register", cellByteCount: 1_024, registerSecret: SymmetricKey(size: .bits256))
        let secret = SymmetricKey(size: .bits256)
        var cells: [UInt8] = []
        try sealer.seal(rows: row, rowCount: 1, secret: secret, maxCells: 1, into: &cells)
        let sealed = cells
        let open = { () throws -> [FieldValue] in
            let keys = sealer.keys(for: secret)
            let rows = try sealer.rows(from: [try keys.open(sealed, index: 0)])
            var position = 0
            return try codec.decode(rows, at: &position)
        }
        guard try open() == [.date(start), .code("counselling")] else {
            throw BenchmarkError.failed(operation: "cells")
        }
        let count = 256
        let secrets = SecretBytes(randomByteCount: 32 * count)
        let people = [CellContent](repeating: CellContent(rows: row, rowCount: 1), count: count)
        let many = try sealer.seal(people, secrets: secrets, maxCells: 1)
        let stored = (0..<count).map { Array(many[($0 * 1_024)..<(($0 + 1) * 1_024)]) }
        let openMany = { () throws in
            for case let payload? in sealer.openFirst(stored, secrets: secrets) {
                let rows = try sealer.rows(from: [payload])
                var position = 0
                _ = try codec.decode(rows, at: &position)
            }
        }
        guard sealer.openFirst(stored, secrets: secrets).allSatisfy({ $0 != nil }) else {
            throw BenchmarkError.failed(operation: "cells")
        }
        return [
            try stopwatch.measure(
                "vault", "seal one short row, a cell of 1,024 bytes", count: 1,
                own: {
                    cells.removeAll(keepingCapacity: true)
                    try sealer.seal(rows: row, rowCount: 1, secret: secret, maxCells: 1, into: &cells)
                }),
            try stopwatch.measure("vault", "open and decode it", count: 1, own: { _ = try open() }),
            try stopwatch.measure(
                "vault", "seal 256 such cells at once", count: count,
                own: { _ = try sealer.seal(people, secrets: secrets, maxCells: 1) }),
            try stopwatch.measure("vault", "open and decode them", count: count, own: openMany),
        ]
    }

    /// The construction of sealed streams: X-Wing HPKE with AES-256-GCM, one encapsulation a stream, chunks of 1 MiB.
    private func chunks() throws -> [Measurement] {
        let receiver = try XWingMLKEM768X25519.PrivateKey()
        let suite = HPKE.Ciphersuite.XWingMLKEM768X25519_SHA256_AES_GCM_256
        let info = Data("benchmark".utf8)
        var sender = try HPKE.Sender(recipientKey: receiver.publicKey, ciphersuite: suite, info: info)
        let chunk = Data(randomBytes(1 << 20))
        return [
            try stopwatch.measure(
                "stream", "open a stream: encapsulate", count: 1,
                own: { _ = try HPKE.Sender(recipientKey: receiver.publicKey, ciphersuite: suite, info: info) }),
            try stopwatch.measure(
                "stream", "seal a chunk of 1 MiB", count: 1, own: { _ = try sender.seal(chunk, authenticating: info) }),
        ]
    }
}
