internal import Agreement
internal import Values

/// Relations between made-up people: links in their rows, as their owners' nodes would send them, and the people whom
/// these name.
struct ExampleRelations {
    /// Of a hundred rows, how many name nobody where that may be, and how many name somebody who is in no cohort.
    private static let nobodyPercent = 10
    private static let elsewherePercent = 15

    private let agreement: Agreement
    private let layout: DatasetLayout
    /// By person, in order.
    private let cohorts: [UInt64]
    /// By relation, people who can be named, by their places.
    private let named: [[Int]]
    /// By relation and place, the links by which the person is named.
    private var links: [[Int: [[UInt8]]]]

    init(_ agreement: Agreement, _ layout: DatasetLayout, _ cohorts: [UInt64]) {
        self.agreement = agreement
        self.layout = layout
        self.cohorts = cohorts
        named = layout.relations.map { relation in
            cohorts.indices.filter { cohorts[$0] & layout.stored[relation.named].cohortMask != 0 }
        }
        links = layout.relations.map { _ in [:] }
    }

    /// Puts links into the rows of somebody.
    mutating func fill(_ rows: inout [[FieldValue]], registerAt index: Int, _ numbers: inout ExampleNumbers) {
        for (number, relation) in layout.relations.enumerated() where relation.register == index {
            let column = layout.registers[index].columns[relation.column]
            let named = named[number]
            for row in rows.indices {
                if column.relation?.isRequired != true, numbers.happens(percent: Self.nobodyPercent) { continue }
                let link = Array(numbers.order().prefix(FieldValue.personByteCount))
                rows[row][relation.column] = .person(link)
                guard !named.isEmpty, !numbers.happens(percent: Self.elsewherePercent) else { continue }
                links[number][named[numbers.below(named.count)], default: []].append(link)
            }
        }
    }

    /// Adds the people who are named.
    func append(to store: WorkingStore) throws(DatasetError) {
        for (number, relation) in layout.relations.enumerated() {
            let register = layout.stored[relation.named].id
            for (place, links) in links[number].sorted(by: { $0.key < $1.key }) {
                guard let person = MadeUp.pseudonym(place + 1) else { continue }
                try store.append(
                    person: person, cohorts: cohorts[place], register: register, link: 0,
                    isLasting: agreement.pseudonyms.isLasting)
                try store.append(register: register, person: person, rows: links.map { [.person($0)] })
            }
        }
    }
}
