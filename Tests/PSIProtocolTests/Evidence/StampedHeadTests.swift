import Crypto
import Testing

@testable import PSIProtocol
@testable import RoundSimulation
@testable import Values

/// What time stamps are of. [P-79]
@Suite("Heads that get a time stamp")
struct StampedHeadTests {
    @Test("The opening, and the end once there is one; each in its round only")
    func heads() async throws {
        let fixture = try await BoardFixture.written.value
        let board = try ReplayedBoard(agreement: fixture.study.file, board: fixture.board)
        #expect(board.head(.opening) == fixture.records[0].head)
        let end = try fixture.position(of: RoundClosed.self)
        #expect(board.head(.end) == fixture.records[end].head)
        let early = try ReplayedBoard(agreement: fixture.study.file, board: Array(fixture.board[..<end]))
        #expect(early.head(.end) == nil && early.head(.opening) == board.head(.opening))
    }

    @Test("The digest is SHA-256 of label, round, number and hash")
    func digest() throws {
        let round = try #require(RoundID(bytes: .filled(3, 32)))
        let head = BoardHead(count: 258, hash: .filled(9, 32))
        let message =
            Array("SIDOS-V1 time stamp".utf8) + [0] + .filled(3, 32) + [0, 0, 0, 0, 0, 0, 1, 2] + .filled(9, 32)
        #expect(StampedHead.digest(of: head, in: round) == Array(SHA256.hash(data: message)))
    }
}
