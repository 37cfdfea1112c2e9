internal import COpenSSL
internal import Values

/// Many people's cells at once, whose keys are derived together and which are sealed and opened where they lie.
///
/// Secrets S are 32 bytes each, one after the other.
extension CellSealer {
    /// What people's sealed cells are, one person's after the other's.
    ///
    /// - Throws: `VaultError.tooManyCells` when somebody's rows need more than `maxCells`.
    public func seal(
        _ people: [CellContent], secrets: borrowing SecretBytes, maxCells: Int
    ) throws(VaultError) -> [UInt8] {
        precondition(secrets.byteCount == 32 * people.count, "each person has a secret")
        var cells: [UInt8] = []
        cells.reserveCapacity(people.count * cellByteCount)
        // Of each cell, whose it is and its index among theirs.
        var owners: [Int] = []
        var indexes: [Int] = []
        let deflater = Deflater()
        for (person, content) in people.enumerated() {
            let payload = try CellPayload(content, cellPayloadByteCount: cellPayloadByteCount, deflater: deflater)
            guard payload.cellCount <= maxCells else { throw .tooManyCells }
            let start = cells.count
            cells += repeatElement(0, count: payload.cellCount * cellByteCount)
            cells.withUnsafeMutableBytes {
                payload.write(to: UnsafeMutableRawBufferPointer(rebasing: $0[start...]), cellByteCount: cellByteCount)
            }
            owners += repeatElement(person, count: payload.cellCount)
            indexes += 0..<payload.cellCount
        }
        let total = indexes.count
        let ofPeople = derivation.pseudorandomKeys(of: secrets)
        let ofCells = WipedMemory(byteCount: total * 32)
        for (cell, person) in owners.enumerated() {
            ofCells.write(
                UnsafeRawBufferPointer(rebasing: ofPeople.bytes[(person * 32)..<(person * 32 + 32)]), at: cell * 32)
        }
        let derived = CellDerivation.expand(ofCells, each: 2) { (($1 == 0 ? .handle : .key), indexes[$0]) }
        let additional = additional(of: indexes)
        let sealedCount = cells.withUnsafeMutableBytes { cells in
            guard let base = cells.baseAddress, total > 0 else { return 0 }
            for index in 0..<total {
                UnsafeMutableRawBufferPointer(rebasing: cells[(index * cellByteCount)...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: derived.bytes[(index * 64)...].prefix(Self.handleByteCount)))
            }
            return derived.withPointer(at: 32) { keys in
                sidos_aes256gcm_seal_batch(
                    (base + Self.handleByteCount).assumingMemoryBound(to: UInt8.self), cellByteCount,
                    cellPayloadByteCount, keys, 64, additional, context.count + 4, total)
            }
        }
        guard sealedCount == total else { throw .sealingFailed }
        return cells
    }

    /// The first `count` handles of each person, one person's after the other's, 16 bytes each.
    public func handles(of secrets: borrowing SecretBytes, count: Int) -> [UInt8] {
        let keys = derivation.pseudorandomKeys(of: secrets)
        let derived = CellDerivation.expand(keys, each: count) { (.handle, $1) }
        let total = secrets.byteCount / 32 * count
        return [UInt8](byteCount: total * Self.handleByteCount) { output in
            let handles = UnsafeMutableRawBufferPointer(start: output, count: total * Self.handleByteCount)
            for index in 0..<total {
                UnsafeMutableRawBufferPointer(rebasing: handles[(index * Self.handleByteCount)...]).copyMemory(
                    from: UnsafeRawBufferPointer(rebasing: derived.bytes[(index * 32)...].prefix(Self.handleByteCount)))
            }
        }
    }

    /// The payloads of people's first cells: nil where there is no cell, or one that does not open.
    public func openFirst(_ cells: [[UInt8]?], secrets: borrowing SecretBytes) -> [[UInt8]?] {
        precondition(secrets.byteCount == 32 * cells.count, "each person has a secret")
        var payloads = [[UInt8]?](repeating: nil, count: cells.count)
        let present = cells.indices.filter { cells[$0]?.count == cellByteCount }
        guard !present.isEmpty else { return payloads }
        let secretsOfCells = SecretBytes(count: present.count * 32) { output in
            secrets.withUnsafeBytes { secrets in
                for (place, index) in present.enumerated() {
                    UnsafeMutableRawBufferPointer(rebasing: output[(place * 32)...]).copyMemory(
                        from: UnsafeRawBufferPointer(rebasing: secrets[(index * 32)..<(index * 32 + 32)]))
                }
            }
        }
        // Ciphertext and tag.
        let width = cellPayloadByteCount + Self.tagByteCount
        let pieces = WipedMemory(byteCount: present.count * width)
        for (place, index) in present.enumerated() {
            cells[index]?.withUnsafeBytes {
                _ = pieces.write(UnsafeRawBufferPointer(rebasing: $0[Self.handleByteCount...]), at: place * width)
            }
        }
        let keys = derivation.pseudorandomKeys(of: secretsOfCells)
        let derived = CellDerivation.expand(keys, each: 1) { _, _ in (.key, 0) }
        let additional = additional(of: [Int](repeating: 0, count: present.count))
        var isOpen = [UInt8](repeating: 0, count: present.count)
        let opened = pieces.withPointer { pieces in
            derived.withPointer { keys in
                sidos_aes256gcm_open_batch(
                    pieces, width, cellPayloadByteCount, &isOpen, keys, 32, additional, context.count + 4,
                    present.count)
            }
        }
        guard opened == present.count else { return payloads }
        for (place, index) in present.enumerated() where isOpen[place] == 1 {
            payloads[index] = Array(pieces.bytes[(place * width)...].prefix(cellPayloadByteCount))
        }
        return payloads
    }

    /// What is authenticated with each cell: the context and its index.
    private func additional(of indexes: [Int]) -> [UInt8] {
        let width = context.count + 4
        return [UInt8](byteCount: indexes.count * width) { output in
            let all = UnsafeMutableRawBufferPointer(start: output, count: indexes.count * width)
            for (place, index) in indexes.enumerated() {
                let one = UnsafeMutableRawBufferPointer(rebasing: all[(place * width)..<((place + 1) * width)])
                one.copyBytes(from: context)
                one.storeBytes(
                    of: UInt32(truncatingIfNeeded: index).bigEndian, toByteOffset: context.count, as: UInt32.self)
            }
        }
    }
}
