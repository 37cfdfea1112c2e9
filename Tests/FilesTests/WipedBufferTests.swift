import Foundation
import Testing

@testable import Files

@Suite("Wiped buffers")
struct WipedBufferTests {
    @Test("Begins with zeros, takes what is written, copies any collection")
    func holds() {
        let zeros = WipedBuffer(byteCount: 5)
        #expect(zeros.byteCount == 5)
        #expect(zeros.withBytes { Array($0) } == [0, 0, 0, 0, 0])
        zeros.withMutableBytes { $0[3] = 9 }
        #expect(zeros.withBytes { Array($0) } == [0, 0, 0, 9, 0])
        let bytes: [UInt8] = [1, 2, 3]
        #expect(WipedBuffer(copying: bytes).withBytes { Array($0) } == bytes)
        #expect(WipedBuffer(copying: Data(bytes)).withBytes { Array($0) } == bytes)
        #expect(bytes.withUnsafeBytes { buffer in WipedBuffer(copying: buffer).withBytes { Array($0) } } == bytes)
        #expect(WipedBuffer(copying: [UInt8]()).byteCount == 0)
    }

    @Test("Random ones differ")
    func random() {
        var seen: Set<[UInt8]> = []
        for _ in 0..<100 { seen.insert(WipedBuffer.random(byteCount: 16).withBytes { Array($0) }) }
        #expect(seen.count == 100 && seen.allSatisfy { $0.count == 16 })
    }

    @Test("Wiping leaves only zeros")
    func wipes() {
        var bytes = [UInt8](repeating: 7, count: 1_000)
        bytes.withUnsafeMutableBytes { WipedBuffer.wipe($0) }
        #expect(bytes.allSatisfy { $0 == 0 })
        WipedBuffer.wipe(UnsafeMutableRawBufferPointer(start: nil, count: 0))
    }
}
