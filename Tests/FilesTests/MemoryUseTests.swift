import Testing

@testable import Files

@Suite("Memory")
struct MemoryUseTests {
    @Test("Memory as the kernel tells it")
    func memory() throws {
        let now = try #require(MemoryUse.current())
        #expect(now.residentByteCount > 1 << 20 && now.peakByteCount >= now.residentByteCount)
        let parsed = MemoryUse(processStatus: "Name:\tx\nVmHWM:\t  2048 kB\nVmRSS:\t    1024 kB\n")
        #expect(parsed?.peakByteCount == 2_097_152 && parsed?.residentByteCount == 1_048_576)
        for bad in ["", "VmRSS: 1 kB", "VmHWM: x kB\nVmRSS: 1 kB", "VmHWM: 9223372036854775807 kB\nVmRSS: 1 kB"] {
            #expect(MemoryUse(processStatus: bad) == nil)
        }
    }
}
