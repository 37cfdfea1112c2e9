import HTTPTypes
import PSIProtocol
import Testing
import Values

@testable import Exchange

/// Paths and queries are taken literally. [P-54]
@Suite struct ExchangeRouteTests {
    private let hex = String(repeating: "01", count: 32)

    private func agreement() throws -> AgreementID { try #require(AgreementID(hex: hex)) }

    @Test func readsEveryCall() throws {
        let round = try testRound()
        let ring = StreamID(batch: "kela", stage: .ring(2), attempt: 7)
        let vault = StreamID(batch: "kela", stage: .vault, attempt: 0)
        let calls: [(HTTPRequest.Method, String, ExchangeRoute)] = [
            (.get, "/v1/rounds", .rounds), (.get, "/v1/rounds/\(hex)/board", .board(round)),
            (.post, "/v1/rounds/\(hex)/board", .appendEntry(round)),
            (.put, "/v1/rounds/\(hex)/streams/kela/2/7/0/12", .putChunk(round, ring, seq: 12)),
            (.get, "/v1/rounds/\(hex)/streams/kela/2/7/0/0", .getChunk(round, ring, seq: 0)),
            (.get, "/v1/rounds/\(hex)/streams/kela/2/7/0", .streamStatus(round, ring)),
            (.post, "/v1/rounds/\(hex)/vaults/kela/0/cells", .vaultCells(round, vault)),
            (.post, "/v1/operator/rounds", .operatorOpenRound), (.get, "/v1/operator/rounds", .operatorRounds),
            (.get, "/v1/operator/rounds/\(hex)", .operatorStatus(round)),
            (.post, "/v1/operator/rounds/\(hex)/abort", .operatorAbort(round)),
            (.post, "/v1/operator/prune", .operatorPrune),
            (.post, "/v1/agreements/\(hex)/ready", .sayReady(try agreement())),
            (.get, "/v1/operator/agreements/\(hex)", .operatorStanding(try agreement())),
        ]
        for (method, path, route) in calls {
            #expect(try ExchangeRoute(method: method, path: path) == route)
            #expect(throws: ExchangeRefusal(.requestMethodNotAllowed)) {
                try ExchangeRoute(method: .delete, path: path)
            }
        }
        #expect(Set(calls.map(\.2.name)).count == calls.count)
    }

    @Test func refusesPathsThatAreNotExactlyThose() {
        let stream = "/v1/rounds/\(hex)/streams"
        let malformed = [
            "/v1/rounds/", "/v1/rounds/xyz/board", "/v1/rounds/\(hex.dropLast(2))/board", "/v1/rounds/\(hex)00/board",
            "/v1/rounds/\(hex.replacing("01", with: "AB"))/board", "/v1/rounds//board", "\(stream)/../2/0/0/0",
            "\(stream)/kela/../0/0/0", "\(stream)/kela/2/../0/0", "\(stream)/kela/2/0/../0", "\(stream)/kela/2/0/0/..",
            "\(stream)/%2e%2e/2/0/0/0", "\(stream)/kela%2Fx/2/0/0/0", "\(stream)//2/0/0/0", "\(stream)/kela//0/0/0",
            "\(stream)/kela/2/0//0", "\(stream)/kela/2/0/0/", "\(stream)/KELA/2/0/0/0", "\(stream)/kela/16/0/0/0",
            "\(stream)/kela/02/0/0/0", "\(stream)/kela/-1/0/0/0", "\(stream)/kela/2/65536/0/0",
            "\(stream)/kela/2/00/0/0", "\(stream)/kela/2/0/00/0", "\(stream)/kela/2/0/1024/0",
            "\(stream)/kela/2/0/-1/0", "\(stream)/kela/2/0/0/01", "\(stream)/kela/2/0/0/+1",
            "\(stream)/kela/2/0/0/1048576", "\(stream)/kela/2/0/0/99999999999999999999",
            "\(stream)/kela/2/0/0/1.chunk", "\(stream)/kela/vaults/0/0/0", "\(stream)/kela/2/0/0/0\u{0}",
            "\(stream)/kela/2/0/0/٣", "/v1/operator/rounds/1", "/v1/rounds/\(hex)/vaults/../0/cells",
            "/v1/" + String(repeating: "a", count: 600), "/v1/agreements/xyz/ready",
            "/v1/agreements/\(hex.replacing("01", with: "AB"))/ready", "/v1/agreements//ready",
            "/v1/operator/agreements/\(hex)00", "/v1/operator/agreements/",
        ]
        for path in malformed {
            let refusal = #expect(throws: ExchangeRefusal.self, "\(path)") {
                try ExchangeRoute(method: .get, path: path)
            }
            #expect(refusal?.code == .requestMalformed, "\(path)")
        }
        let unknown = [
            "", "/", "v1/rounds", "//v1/rounds", "/v2/rounds", "/v1", "/v1/", "/v1/round", "/V1/rounds", "/healthz",
            "/v1/rounds/\(hex)", "/v1/rounds/\(hex)/boards", "/v1/rounds/\(hex)/board/1", "\(stream)", "\(stream)/kela",
            "\(stream)/kela/2", "\(stream)/kela/2/0", "\(stream)/kela/2/0/0/0/0", "/v1/rounds/\(hex)/vaults/kela/0/all",
            "/v1/operator",
            "/v1/operator/agreements", "/v1/operator/agreements/\(hex)/ready", "/v1/agreements",
            "/v1/agreements/\(hex)",
            "/v1/agreements/\(hex)/readiness", "/v1/agreements/\(hex)/ready/now", "/v1/operator/rounds/\(hex)/delete",
            "/v1/operator/rounds/\(hex)/abort/now",
        ]
        for path in unknown {
            #expect(throws: ExchangeRefusal(.requestUnknownPath), "\(path)") {
                try ExchangeRoute(method: .get, path: path)
            }
        }
    }

    @Test func queriesAreReadStrictly() throws {
        let query = try ExchangeQuery("after=12&wait=60", allowed: ["after", "wait"])
        #expect(try query.number("after", limit: 100) == 12)
        #expect(try query.wait() == .seconds(60))
        #expect(try ExchangeQuery(nil, allowed: []).wait() == .zero)
        #expect(try ExchangeQuery("", allowed: []).flag("last") == false)
        for text in ["wait=61", "wait=-1", "wait=", "wait=1.5", "wait= 1", "wait=1e1", "wait=%31"] {
            #expect(throws: ExchangeRefusal.self, "\(text)") {
                try ExchangeQuery(Substring(text), allowed: ["wait"]).wait()
            }
        }
        for text in ["x=1", "wait", "wait=1&wait=1", "wait=1&", "&", "wait=1&x"] {
            #expect(throws: ExchangeRefusal.self, "\(text)") { try ExchangeQuery(Substring(text), allowed: ["wait"]) }
        }
        #expect(throws: ExchangeRefusal.self) { try ExchangeQuery("last=1", allowed: ["last"]).flag("last") }
        #expect(throws: ExchangeRefusal.self) { try ExchangeQuery("known=XY", allowed: ["known"]).hex("known") }
    }
}
