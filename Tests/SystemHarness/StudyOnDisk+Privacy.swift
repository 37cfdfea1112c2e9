import Foundation

extension StudyOnDisk {
    /// No log, nothing that a command wrote and nothing that the coordinator stores has anybody's code or name.
    func checkLogs() throws {
        let files = try FileManager.default.contentsOfDirectory(at: directory, includingPropertiesForKeys: nil)
        var searched = files.filter { ["out", "err", "json", "yaml"].contains($0.pathExtension) }
        let stored = FileManager.default.enumerator(
            at: home("coordinator"), includingPropertiesForKeys: [.isRegularFileKey])
        while let file = stored?.nextObject() as? URL {
            if try file.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true { searched.append(file) }
        }
        guard searched.contains(where: { $0.pathExtension == "err" }) else { return }
        let people = design.registers.reduce(into: Set<InventedPerson>()) { $0.formUnion($1.people) }
        var words = people.flatMap { person in
            [person.code, String(person.code.prefix(10)), String(person.name.prefix { $0 != " " })]
                .map { Data($0.utf8) }
        }
        words += design.registers.flatMap { register in
            (Array(register.codes.values) + register.names.values + register.history.map(\.former))
                .filter { $0.count > 5 }.map { Data($0.utf8) }
        }
        for file in searched {
            let data = try Data(contentsOf: file)
            for word in words where data.range(of: word) != nil {
                throw HarnessError("\(file.path) has a person's code or name in it")
            }
        }
    }
}
