/// Somebody who does not exist, with a well-formed personal identity code.
struct InventedPerson: Hashable, Sendable {
    let index: Int
    let code: String
    let name: String

    init(_ index: Int) {
        self.index = index
        let birth = Self.padded(1 + index % 28, 2) + Self.padded(1 + index % 12, 2) + Self.padded(40 + index % 60, 2)
        let number = Self.padded(2 + (index * 37) % 890, 3)
        let check = Array("0123456789ABCDEFHJKLMNPRSTUVWXY")[(Int(birth + number) ?? 0) % 31]
        code = "\(birth)-\(number)\(check)"
        name = "Tekosukunimi\(Self.padded(index, 4)) Keksitty"
    }

    private static func padded(_ value: Int, _ width: Int) -> String {
        let digits = String(value)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
