import Testing

@testable import StrictYAML

@Suite("Near names")
struct NearNameTests {
    @Test("What was probably meant")
    func near() {
        #expect(NearName.of("lisetn", among: ["listen", "level"]) == "listen")
        #expect(NearName.of("Listen", among: ["listen"]) == "listen")
        #expect(NearName.of("amount", among: ["Amount", "amounts"]) == "Amount")
        #expect(NearName.of("amuont", among: ["date", "amount"]) == "amount")
        #expect(NearName.of("ab", among: ["cb"]) == "cb")
        #expect(NearName.of("i", among: ["port", "id"]) == "id")
        #expect(NearName.of("", among: [""]) == "")
    }

    @Test("What shares too little is not meant")
    func far() {
        #expect(NearName.of("x", among: ["id", "ip"]) == nil)
        #expect(NearName.of("a", among: ["b", "cd"]) == nil)
        #expect(NearName.of("ab", among: ["cd"]) == nil)
        #expect(NearName.of("amount", among: ["date"]) == nil)
        #expect(NearName.of("registers", among: ["participants"]) == nil)
        #expect(NearName.of("", among: ["a", "id"]) == nil)
        #expect(NearName.of(String(repeating: "x", count: 10_000), among: ["x"]) == nil)
    }

    @Test("The hint of a message")
    func hint() {
        #expect(NearName.hint("row", among: ["rows", "none"]) == " (did you mean rows?)")
        #expect(NearName.hint("colour", among: ["rows", "none"]) == "")
    }
}
