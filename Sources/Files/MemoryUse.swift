/// This process's memory as the kernel counts it.
public struct MemoryUse: Sendable, Equatable {
    /// In memory now (`VmRSS`).
    public let residentByteCount: Int
    /// The most there ever was (`VmHWM`).
    public let peakByteCount: Int

    /// Nil where the kernel doesn't tell.
    public static func current() -> MemoryUse? {
        // Not through `PublicFile`: files of /proc claim to have no bytes.
        guard let bytes = try? OpenFile(reading: "/proc/self/status").read(1 << 16, at: 0) else { return nil }
        return MemoryUse(processStatus: String(decoding: bytes, as: UTF8.self))
    }

    /// Reads the text of `/proc/PID/status`.
    public init?(processStatus text: String) {
        func byteCount(_ label: String) -> Int? {
            guard let line = text.split(separator: "\n").first(where: { $0.hasPrefix(label + ":") }) else { return nil }
            let words = line.dropFirst(label.count + 1).split(whereSeparator: \.isWhitespace)
            guard words.count == 2, words[1] == "kB", let kibibytes = Int(words[0]) else { return nil }
            let (bytes, overflow) = kibibytes.multipliedReportingOverflow(by: 1024)
            return overflow || bytes < 0 ? nil : bytes
        }
        guard let resident = byteCount("VmRSS"), let peak = byteCount("VmHWM") else { return nil }
        residentByteCount = resident
        peakByteCount = peak
    }
}
