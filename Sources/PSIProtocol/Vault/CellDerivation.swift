internal import CSHA2
internal import Crypto

/// Keys and handles of many people's cells in one register at once: HKDF-SHA256 of RFC 5869. [P-46]
///
/// `CellKeys` gives the same for one person.
struct CellDerivation: Sendable {
    private let registerSecret: SymmetricKey
    /// HKDF-Extract, whose salt is the context.
    private let extract: RepeatedHMAC

    init(registerSecret: SymmetricKey, extract: RepeatedHMAC) {
        self.registerSecret = registerSecret
        self.extract = extract
    }

    /// The pseudorandom key of each secret of 32 bytes: 32 bytes each.
    func pseudorandomKeys(of secrets: borrowing SecretBytes) -> WipedMemory {
        precondition(secrets.byteCount.isMultiple(of: 32), "secrets have 32 bytes")
        let count = secrets.byteCount / 32
        let width = 32 + registerSecret.bitCount / 8
        let materials = WipedMemory(byteCount: count * width)
        secrets.withUnsafeBytes { secrets in
            registerSecret.withUnsafeBytes { registerSecret in
                for index in 0..<count {
                    let secret = UnsafeRawBufferPointer(rebasing: secrets[(index * 32)..<(index * 32 + 32)])
                    materials.write(registerSecret, at: materials.write(secret, at: index * width))
                }
            }
        }
        let keys = WipedMemory(byteCount: count * 32)
        extract.codes(
            of: UnsafeRawBufferPointer(materials.bytes), every: width, width: width, count: count, byteCount: 32,
            into: keys.bytes, every: 32)
        return keys
    }

    /// HKDF-Expand under each pseudorandom key: `each` blocks T(1) of 32 bytes.
    ///
    /// - Parameter info: what the n-th block of a key is for, and of which cell.
    static func expand(
        _ keys: borrowing WipedMemory, each: Int, _ info: (_ key: Int, _ block: Int) -> (CellPurpose, index: Int)
    ) -> WipedMemory {
        let keyCount = keys.bytes.count / 32
        let blocks = WipedMemory(byteCount: keyCount * each * 32)
        guard keyCount > 0, each > 0 else { return blocks }
        let prepared = WipedMemory(byteCount: keyCount * MemoryLayout<sidos_hmac_sha256_key>.stride)
        keys.withPointer { keys in
            prepared.withMemory(of: sidos_hmac_sha256_key.self) {
                checkKernel(sidos_hmac_sha256_keys($0, keys, 32, keyCount))
            }
        }

        // As many keys at a time as there are slots for all of their blocks.
        let slots = MessageSlots<SHA256>(longest: CellPurpose.longestInfo, wanted: keyCount * each)
        var lengths = [Int](repeating: 0, count: slots.count)
        let inSlots = max(1, slots.count / each)
        for first in stride(from: 0, to: keyCount, by: inSlots) {
            let some = min(inSlots, keyCount - first)
            // A key whose blocks are more than there are slots is used with some of them, and again with others.
            for begin in stride(from: 0, to: each, by: slots.count) {
                let blocksOfKey = min(slots.count, each - begin)
                for message in 0..<(some * blocksOfKey) {
                    let (purpose, index) = info(first + message / blocksOfKey, begin + message % blocksOfKey)
                    lengths[message] = purpose.writeInfo(index, to: slots.memory, at: message * slots.byteCount)
                }
                blocks.withPointer(at: (first * each + begin) * 32) { output in
                    slots.memory.withPointer { slot in
                        prepared.withMemory(of: sidos_hmac_sha256_key.self) { states in
                            checkKernel(
                                sidos_hmac_sha256_many(
                                    output, 32, 32, slot, slots.byteCount, lengths, some * blocksOfKey,
                                    states?.advanced(by: first), blocksOfKey))
                        }
                    }
                }
            }
        }
        return blocks
    }
}

/// What HKDF-Expand is asked for.
enum CellPurpose {
    case handle
    case key

    /// Bytes of the longest info with the counter that HKDF puts behind it.
    static let longestInfo = 11

    /// Writes info and counter: the purpose's name, the cell's index, and 1.
    ///
    /// - Returns: how many bytes these are.
    func writeInfo(_ index: Int, to memory: borrowing WipedMemory, at offset: Int) -> Int {
        let name: StaticString =
            switch self {
            case .handle: "handle"
            case .key: "key"
            }
        let end = memory.write(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), at: offset)
        memory.bytes.storeBytes(of: UInt32(truncatingIfNeeded: index).bigEndian, toByteOffset: end, as: UInt32.self)
        memory.bytes[end + 4] = 1
        return end + 5 - offset
    }
}
