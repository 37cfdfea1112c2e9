extension StudyDesign {
    /// Three registers of the same people: one knows all codes; one lacks some, of whom it knows the name or nearly
    /// the name; one has new codes for some and remembers the old.
    static var severalKeys: StudyDesign {
        var design = StudyDesign.simple()
        design.smallestCell = 3
        design.matching = [
            "normalisation: sidos-1", "match_fields:", "  - {name: full_name, kind: text}", "match_keys:",
            "  - identity_code", "  - {name: former_code, values: 2}",
            "  - {name: whole_name, recipe: joined(full_name)}", "tolerant_matching:", "  tokens: 24", "  agree: 3",
            "  bits: 12", "  most_frequent: 20", "  groups:",
            "    - {name: letters, features: [trigrams(full_name)]}",
            "  patterns: [[letters, letters]]",
        ]
        for index in design.registers.indices { design.registers[index].more = ["match_fields: {full_name: nimi}"] }
        // No code, or one that is not possible: found by name.
        for person in 12..<18 { design.registers[1].codes[person] = person % 2 == 0 ? "" : "99999-999X" }
        // No code in either of two registers, and names that only resemble each other.
        for index in 0...1 { design.registers[index].codes[19] = "" }
        design.registers[0].names[19] = "Alexandrina Petroshenkova-Wasilewska"
        design.registers[1].names[19] = "Alexandryna Petroshenkova-Wasilewska"
        // New codes, of which only the third register knows what they were.
        for person in 24..<28 {
            let current = InventedPerson(person + 500).code
            design.registers[2].codes[person] = current
            design.registers[2].names[person] = "Uusi Nimi\(person)"
            design.registers[2].history.append((InventedPerson(person).code, current))
        }
        design.registers[2].codes[29] = InventedPerson(29).code.replacingOccurrences(of: "-", with: "–")
        return design
    }
}
