internal import PSIProtocol

/// What is counted of a row: what its code is, and what its quality is reported by. Secret; never leaves the node.
///
/// As bytes on the way through the sorts: kind of code, whether it was repaired, u16 year or 0, group.
struct RowTally: Equatable {
    var codes: SourceSurvey.CodeCounts
    var quality: QualityValues

    /// A longer group is none's, see `RegisterSurvey.count`.
    private static let groupByteLimit = 255

    init(_ code: Result<IdentityReading, RefusalReason>, _ quality: QualityValues) {
        codes = SourceSurvey.CodeCounts()
        codes.count(code)
        self.quality = quality
    }

    var encoded: [UInt8] {
        let kind: UInt8 = codes.official > 0 ? 0 : codes.temporary > 0 ? 1 : codes.missing > 0 ? 2 : 3
        let year = quality.year ?? 0
        let group = quality.group.map { Array($0.utf8.prefix(Self.groupByteLimit)) }
        return [
            kind, codes.repaired > 0 ? 1 : 0, UInt8(truncatingIfNeeded: year >> 8), UInt8(truncatingIfNeeded: year),
        ]
            + [group == nil ? 0 : 1] + (group ?? [])
    }

    init?(encoded bytes: [UInt8]) {
        guard bytes.count >= 5, bytes[0] <= 3 else { return nil }
        codes = SourceSurvey.CodeCounts()
        switch bytes[0] {
        case 0: codes.official = 1
        case 1: codes.temporary = 1
        case 2: codes.missing = 1
        default: codes.invalid = 1
        }
        codes.repaired = bytes[1] == 1 ? 1 : 0
        let year = Int(bytes[2]) << 8 | Int(bytes[3])
        quality = QualityValues(
            year: year == 0 ? nil : year, group: bytes[4] == 0 ? nil : String(decoding: bytes[5...], as: UTF8.self))
    }
}

extension SourceSurvey.CodeCounts {
    mutating func count(_ code: Result<IdentityReading, RefusalReason>) {
        switch code {
        case .success(let reading):
            if reading.isRepaired { repaired += 1 }
            switch reading.code.codeClass {
            case .official: official += 1
            case .temporary: temporary += 1
            }
        case .failure(.missing): missing += 1
        case .failure: invalid += 1
        }
    }
}
