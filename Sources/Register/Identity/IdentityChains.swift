/// Follows each identity's successors to their end, by numbers. Without recursion: a chain may be as long as its input.
struct IdentityChains {
    /// By number, the number of the person's current identity.
    private(set) var current: [Int32]
    /// By number, the steps to the current identity.
    private var steps: [Int32]
    private(set) var cycleCount = 0
    /// People outside circles with an identity of two or more steps.
    private(set) var longChainCount = 0

    private static let unseen: Int32 = -1
    /// On the path that is being followed.
    private static let open: Int32 = -2

    /// - Parameters:
    ///   - successors: by number, another identity's number; negative when there is none to follow.
    ///   - identities: by number.
    init(successors: [Int32], identities: [CodeIdentity]) {
        current = Array(repeating: Self.unseen, count: successors.count)
        steps = Array(repeating: 0, count: successors.count)
        var isCircle = Array(repeating: false, count: successors.count)
        var isLong = Array(repeating: false, count: successors.count)
        var path: [Int] = []
        for start in successors.indices {
            path.removeAll(keepingCapacity: true)
            var number = start
            while current[number] == Self.unseen {
                current[number] = Self.open
                path.append(number)
                if successors[number] < 0 { break }
                number = Int(successors[number])
            }
            if let last = path.last, successors[last] < 0 {
                current[last] = Int32(last)
                path.removeLast()
            } else if current[number] == Self.open {
                let person = close(circle: number, successors: successors, identities: identities)
                isCircle[person] = true
                cycleCount += 1
            }
            // From the end of the path back; what belongs to a circle is known by now.
            for member in path.reversed() where current[member] == Self.open {
                let next = Int(successors[member])
                current[member] = current[next]
                steps[member] = steps[next] + 1
            }
        }
        for (number, person) in current.enumerated() {
            let person = Int(person)
            if steps[number] < 2 || isCircle[person] || isLong[person] { continue }
            isLong[person] = true
            longChainCount += 1
        }
    }

    /// Makes a circle one person.
    ///
    /// - Returns: the number of the current identity, the one with the greatest bytes.
    private mutating func close(circle start: Int, successors: [Int32], identities: [CodeIdentity]) -> Int {
        var person = start
        var count: Int32 = 0
        var number = start
        repeat {
            if Self.precedes(identities[person], identities[number]) { person = number }
            count += 1
            number = Int(successors[number])
        } while number != start
        current[person] = Int32(person)
        number = Int(successors[person])
        var rest = count - 1
        while number != person {
            current[number] = Int32(person)
            steps[number] = rest
            rest -= 1
            number = Int(successors[number])
        }
        return person
    }

    /// Each person's former identities together, those with the fewest steps first, of equally many the greatest bytes.
    ///
    /// - Returns: their numbers, and by number of a current identity where its person's begin, with one more for the
    ///   end.
    func formers(identities: [CodeIdentity]) -> (numbers: [Int32], starts: [Int32]) {
        var starts = Array(repeating: Int32(0), count: current.count + 1)
        for (number, person) in current.enumerated() where Int(person) != number { starts[Int(person) + 1] += 1 }
        for index in current.indices { starts[index + 1] += starts[index] }
        var numbers = Array(repeating: Int32(0), count: Int(starts.last ?? 0))
        var places = starts
        for (number, person) in current.enumerated() where Int(person) != number {
            numbers[Int(places[Int(person)])] = Int32(number)
            places[Int(person)] += 1
        }
        for index in current.indices where starts[index + 1] - starts[index] > 1 {
            numbers[Int(starts[index])..<Int(starts[index + 1])].sort { left, right in
                let (left, right) = (Int(left), Int(right))
                if steps[left] != steps[right] { return steps[left] < steps[right] }
                return Self.precedes(identities[right], identities[left])
            }
        }
        return (numbers, starts)
    }

    /// By bytes, compared as unsigned numbers from the first on.
    private static func precedes(_ left: CodeIdentity, _ right: CodeIdentity) -> Bool {
        left.person.bytes.lexicographicallyPrecedes(right.person.bytes)
    }
}
