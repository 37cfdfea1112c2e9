/// Finds a name that is written with other code points.
enum SameName {
    /// The name itself, or the only one that differs from it in nothing but the code points of its characters, such as
    /// ä as one character or as two.
    static func of(_ name: String, among names: [String]) -> String? {
        if let exact = names.first(where: { $0.utf8.elementsEqual(name.utf8) }) { return exact }
        let equal = names.filter { $0 == name }
        return equal.count == 1 ? equal.first : nil
    }
}
