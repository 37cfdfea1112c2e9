internal import Values

/// A count under a name, such as that of a link.
struct NamedCount: Encodable, Equatable {
    let name: String
    let people: ReportCount
}

/// How people released from a register were found, as the agreement lets it be told.
struct MatchRates: Encodable {
    /// People, and by what their record was first joined to another.
    struct LinkLine: Encodable {
        /// A year or a group; nil for everybody.
        let value: String?
        let people: ReportCount
        let links: [NamedCount]
        let alone: ReportCount
    }

    /// People who could have a record in another register too, and whether they have.
    struct OverlapLine: Encodable {
        /// A group; nil for everybody.
        let value: String?
        let people: ReportCount
        let both: ReportCount
        let missing: ReportCount
    }

    struct Overlap: Encodable {
        let register: RegisterID
        let total: OverlapLine
        let groups: [OverlapLine]
    }

    let total: LinkLine
    let years: [LinkLine]
    let groups: [LinkLine]
    let overlaps: [Overlap]
}

extension MatchRates {
    /// Publishes exact counts: rounds them, and withholds small ones with what would betray them.
    ///
    /// - Parameter matches: of every released register in the layout's order, since numbers of one tell of others.
    static func published(_ matches: [RegisterMatches], layout: DatasetLayout, gate: DisclosureGate) -> [MatchRates] {
        var cells = RateCells(gate: gate)
        let placed = matches.map { register in
            // How many people are released from a register is told exactly.
            (
                links: cells.place(register.links, isKnown: true),
                overlaps: register.overlaps.map {
                    cells.place($0.table, isKnown: $0.table.total.people == register.links.total.people)
                }
            )
        }
        for (index, (register, place)) in zip(matches, placed).enumerated() {
            for (overlap, pair) in zip(register.overlaps, place.overlaps) {
                // As many people are in both, whichever register one begins with.
                if let back = matches[overlap.other].overlaps.firstIndex(where: { $0.other == index }) {
                    cells.relate(pair.total + 1, placed[overlap.other].overlaps[back].total + 1)
                }
                // Where everybody could be in the other register, it is the same people in every line.
                if overlap.table.total.people == register.links.total.people {
                    let lines = [(pair.total, place.links.total)] + zip(pair.sections[0], place.links.sections[1])
                    for (one, other) in lines {
                        cells.relate(one, other)
                        // Who stands alone is not in the other register either.
                        cells.relate(other + register.links.total.parts.count, within: one + 2)
                    }
                }
            }
        }
        cells.decide()
        return zip(matches, placed).map { register, place in
            let links = cells.lines(register.links, place.links).map { LinkLine($0, names: layout.linkNames) }
            return MatchRates(
                total: links.total, years: links.sections[0], groups: links.sections[1],
                overlaps: zip(register.overlaps, place.overlaps).map { overlap, pair in
                    let lines = cells.lines(overlap.table, pair).map(OverlapLine.init)
                    return Overlap(
                        register: layout.registers[overlap.other].id, total: lines.total, groups: lines.sections[0])
                })
        }
    }
}

extension MatchRates.LinkLine {
    fileprivate init(_ line: RateCells.Line, names: [String]) {
        value = line.value
        people = line.people
        links = zip(names, line.parts).map { NamedCount(name: $0, people: $1) }
        alone = line.parts[names.count]
    }
}

extension MatchRates.OverlapLine {
    fileprivate init(_ line: RateCells.Line) {
        value = line.value
        people = line.people
        both = line.parts[0]
        missing = line.parts[1]
    }
}
