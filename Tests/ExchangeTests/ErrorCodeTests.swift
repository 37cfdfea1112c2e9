import Foundation
import PSIProtocol
import Synchronization
import Testing

@testable import Exchange

/// Every error code is raised over the wire, and looks as RFC 9457 says.
/// Every refusal as a problem document with its stable code. [P-56]
@Suite(.timeLimit(.minutes(10))) struct ErrorCodeTests {
    private let stream = StreamID(batch: "kela", stage: .ring(0), attempt: 0)

    @Test func everyCodeIsRaised() async throws {
        let round = try testRound()
        let damaged = try testRound(9)
        let raised = Mutex<Set<ExchangeErrorCode>>([])
        let free = Mutex(Int.max)
        let freeByteCount: @Sendable () -> Int? = { free.withLock { $0 } }
        try await TestExchange.run(freeByteCount: freeByteCount, storageQuota: 100_000) { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            let directory = exchange.directory.path + "/streams/rounds/\(damaged)/streams/NO"
            try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
            let base = "/v1/rounds/\(round)"
            func expect(
                _ code: ExchangeErrorCode, _ method: String, _ path: String, _ body: [UInt8]? = nil,
                identity: TLSIdentity? = nil, refusal: ExchangeRefusal? = nil
            ) async throws {
                exchange.delegate.change { $0.refusal = refusal }
                // The answer to what is refused while it is sent may be lost: the server closes, and more comes.
                var answer = try? await exchange.raw(method, path, body: body, identity: identity)
                for _ in 0..<9 where answer == nil {
                    answer = try? await exchange.raw(method, path, body: body, identity: identity)
                }
                exchange.delegate.change { $0.refusal = nil }
                let answered = try #require(answer)
                let problem = try answered.problem()
                #expect(problem.code == code.rawValue, "\(method) \(path)")
                #expect(answered.status == code.status && problem.status == code.status, "\(method) \(path)")
                #expect(problem.type == "urn:sidos:error:\(code.rawValue)" && problem.title == code.title)
                if let refusal { #expect(problem.detail == refusal.detail) }
                raised.withLock { _ = $0.insert(code) }
            }
            let operatorIdentity = exchange.operatorIdentity
            try await expect(.requestMalformed, "GET", "/v1/rounds/xyz/board")
            try await expect(.requestMalformed, "GET", "\(base)/streams/..%2f..%2fetc/0/0/0/0")
            try await expect(.requestMalformed, "GET", "\(base)/board?wait=61")
            try await expect(.requestMalformed, "POST", "\(base)/board", [])
            try await expect(.requestMalformed, "POST", "\(base)/vaults/kela/0/cells", testBytes(17))
            try await expect(
                .requestMalformed, "POST", "\(base)/vaults/kela/0/cells",
                [UInt8](repeating: 2, count: 16) + [UInt8](repeating: 1, count: 16))
            try await expect(
                .requestMalformed, "POST", "/v1/operator/rounds", Array("{".utf8), identity: operatorIdentity)
            try await expect(
                .requestMalformed, "POST", "/v1/operator/rounds/\(round)/abort", Array(#"{"reason":""}"#.utf8),
                identity: operatorIdentity)
            try await expect(.requestUnknownPath, "GET", "/v1/nothing")
            try await expect(.requestUnknownPath, "GET", "/metrics")
            try await expect(.requestMethodNotAllowed, "DELETE", "\(base)/board")
            try await expect(.requestTooLarge, "POST", "\(base)/board", testBytes(BoardStore.entryByteCountLimit + 1))
            try await expect(.roundUnknown, "GET", "/v1/rounds/\(try testRound(5))/board")
            try await expect(.roundUnknown, "POST", "/v1/rounds/\(try testRound(5))/board", [1])
            try await expect(.callerNotOperator, "GET", "/v1/operator/rounds")
            try await expect(.callerNotOperator, "POST", "/v1/operator/rounds", [1])
            try await expect(
                .callerNotAllowed, "GET", "\(base)/board",
                refusal: ExchangeRefusal(.callerNotAllowed, "Not in this round."))
            try await expect(
                .callerNotAllowed, "PUT", "\(base)/streams/kela/0/0/0/0", [1],
                refusal: ExchangeRefusal(.callerNotAllowed)
            )
            try await expect(
                .callerNotAllowed, "GET", "\(base)/streams/kela/0/0/0/0", refusal: ExchangeRefusal(.callerNotAllowed))
            try await expect(
                .callerNotAllowed, "POST", "\(base)/vaults/kela/0/cells", testBytes(16),
                refusal: ExchangeRefusal(.callerNotAllowed))
            try await expect(.roundClosed, "GET", "\(base)/board", refusal: ExchangeRefusal(.roundClosed))
            try await expect(.entryConflict, "POST", "\(base)/board", [3], refusal: ExchangeRefusal(.entryConflict))
            // A cryptographic refusal shows its code only.
            try await expect(.entryRefused, "POST", "\(base)/board", [3], refusal: ExchangeRefusal(.entryRefused))
            try await expect(.serverFailed, "GET", "/v1/rounds", refusal: ExchangeRefusal(.serverFailed))
            try await expect(
                .agreementRefused, "POST", "/v1/operator/rounds",
                Array(#"{"agreement":"AAAA","signatures":["AAAA"]}"#.utf8), identity: operatorIdentity)

            let agreement = String(repeating: "07", count: 32)
            try await expect(
                .requestTooSoon, "POST", "/v1/agreements/\(agreement)/ready", Array(#"{"word":"ready"}"#.utf8),
                refusal: ExchangeRefusal(.requestTooSoon))

            try await expect(.streamNoChunk, "GET", "\(base)/streams/kela/0/0/0/0")
            try await expect(.streamOutOfOrder, "PUT", "\(base)/streams/kela/0/0/0/1", [1])
            #expect(try await exchange.raw("PUT", "\(base)/streams/kela/0/0/0/0", body: [1, 2]).status == 201)
            #expect(try await exchange.raw("PUT", "\(base)/streams/kela/0/0/0/0", body: [1, 2]).status == 200)
            try await expect(.streamChunkDiffers, "PUT", "\(base)/streams/kela/0/0/0/0", [1, 3])
            try await expect(.streamChunkDiffers, "PUT", "\(base)/streams/kela/0/0/0/0?last=true", [1, 2])
            #expect(try await exchange.raw("PUT", "\(base)/streams/kela/0/0/0/1?last=true", body: [3]).status == 201)
            try await expect(.streamComplete, "PUT", "\(base)/streams/kela/0/0/0/2", [1])
            try await expect(.streamIncomplete, "POST", "\(base)/vaults/kela/0/cells", testBytes(16))
            try await expect(
                .requestTooLarge, "PUT", "\(base)/streams/kela/1/0/0/0", testBytes(StreamStore.chunkByteCountLimit + 1))
            try await expect(.streamChunkTooSmall, "PUT", "\(base)/streams/kela/1/0/0/0", [])
            exchange.delegate.change { $0.quota.leastChunkByteCount = StreamQuota.leastChunkByteCount }
            try await expect(.streamChunkTooSmall, "PUT", "\(base)/streams/kela/1/0/0/0", testBytes(65_535))
            exchange.delegate.change { $0.quota = StreamQuota(byteCount: 10, leastChunkByteCount: 1) }
            try await expect(.streamQuotaExceeded, "PUT", "\(base)/streams/vero/0/0/0/0", testBytes(8))
            exchange.delegate.change { $0.quota.byteCount = .max }
            try await expect(.storeQuotaReached, "PUT", "\(base)/streams/vero/0/0/0/0?last=true", testBytes(100_000))
            exchange.delegate.change { $0.streamRefusal = ExchangeRefusal(.entryRefused, "The stream is not there.") }
            let answer = try await exchange.raw("POST", "\(base)/board", body: [4])
            #expect(answer.status == 422)
            exchange.delegate.change { $0.streamRefusal = nil }
            free.withLock { $0 = 500 }
            try await expect(.storeDiskFull, "PUT", "\(base)/streams/vero/0/0/0/0", testBytes(8))
            free.withLock { $0 = Int.max }
            try await expect(.storeFailed, "GET", "/v1/rounds/\(damaged)/streams/kela/0/0/0")

            // A caller whose pin was removed after it had connected.
            try await exchange.withClient { client async throws in
                _ = try await client.rounds()
                exchange.delegate.change { $0.pins = [] }
                let refused = try await problem { _ = try await client.rounds() }
                #expect(refused.knownCode == .callerUnknown && refused.status == 403)
                raised.withLock { _ = $0.insert(.callerUnknown) }
            }
        }
        #expect(raised.withLock { $0 } == Set(ExchangeErrorCode.allCases))
    }

    @Test func codesStatusesAndTitlesAreDistinctAndSane() {
        #expect(Set(ExchangeErrorCode.allCases.map(\.title)).count == ExchangeErrorCode.allCases.count)
        for code in ExchangeErrorCode.allCases { #expect((400..<600).contains(code.status)) }
    }
}
