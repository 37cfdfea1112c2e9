import Foundation
import NIOCore
import NIOPosix
import NIOSSL
import PSIProtocol
import Testing

@testable import Exchange

/// Connections before and after their caller is known, and what is no request. [P-53] [P-54]
@Suite(.serialized, .timeLimit(.minutes(10))) struct ConnectionTests {
    @Test func whoSaysNothingIsClosedAtTheDeadline() async throws {
        let soon: TestExchange.Change = { $0.connections.firstRequest = .seconds(1) }
        try await TestExchange.run(configure: soon) { exchange in
            let start = ContinuousClock.now
            let silent = try await RawConnection.open(exchange, tls: false)
            let slow = try await RawConnection.open(exchange, tls: true)
            // Only the server closes them, so it has taken them.
            #expect(try await silent.rest() == "")
            #expect(try await slow.rest() == "")
            let taken = ContinuousClock.now - start
            #expect(taken > .milliseconds(900) && taken < .seconds(60), "\(taken)")
            try await eventually { exchange.server.places.counts == (0, 0) }
            // A caller that has made itself known is not bound by that deadline.
            try await exchange.withClient { client async throws in
                _ = try await client.rounds()
                try await Task.sleep(for: .milliseconds(1_500))
                #expect(exchange.server.places.counts == (0, 1))
                _ = try await client.rounds()
            }
        }
    }

    @Test func aDripOfBytesDoesNotPutTheDeadlineOff() async throws {
        let soon: TestExchange.Change = { $0.connections.firstRequest = .seconds(1) }
        try await TestExchange.run(configure: soon) { exchange in
            let dripping = try await RawConnection.open(exchange, tls: true)
            let start = ContinuousClock.now
            while ContinuousClock.now - start < .seconds(90) {
                guard (try? await dripping.send("G")) != nil else { break }
                try await Task.sleep(for: .milliseconds(100))
            }
            #expect(ContinuousClock.now - start < .seconds(60))
        }
    }

    @Test func unknownCallersNeverTakeAKnownOnesPlace() async throws {
        // None goes by itself meanwhile, however busy the machine is.
        let fewUnknown: TestExchange.Change = {
            $0.connections.unknown = 8
            $0.connections.firstRequest = .seconds(600)
        }
        try await TestExchange.run(configure: fewUnknown) { exchange in
            try await exchange.withClient { client async throws in
                _ = try await client.rounds()
                var silent: [RawConnection] = []
                for _ in 0..<40 { silent.append(try await RawConnection.open(exchange, tls: false)) }
                try await eventually { exchange.server.places.counts == (8, 1) }
                _ = try await client.rounds()
                // A new caller gets a place at once.
                let taken = try await ContinuousClock().measure {
                    try await exchange.withClient(exchange.operatorIdentity) { client async throws in
                        _ = try await client.operatorRounds()
                    }
                }
                #expect(taken < .seconds(120))
                for connection in silent { connection.close() }
            }
        }
    }

    @Test func aKnownCallerHasSoManyConnections() async throws {
        let fewEach: TestExchange.Change = { $0.connections.perCaller = 3 }
        try await TestExchange.run(configure: fewEach) { exchange in
            var held: [RawConnection] = []
            for _ in 0..<6 {
                let connection = try await RawConnection.open(exchange, tls: true)
                try await connection.send("GET /v1/rounds?wait=30 HTTP/1.1\r\nhost: x\r\n\r\n")
                held.append(connection)
                try await eventually { exchange.server.places.counts.unknown == 0 }
            }
            try await eventually { exchange.server.places.counts == (0, 3) }
            // The oldest went.
            for connection in held.prefix(3) { #expect(try await connection.rest() == "") }
            // Another caller is not touched.
            try await exchange.withClient(exchange.operatorIdentity) { client async throws in
                _ = try await client.operatorRounds()
                #expect(exchange.server.places.counts == (0, 4))
            }
            for connection in held { connection.close() }
        }
    }

    @Test(arguments: [
        "NO HTTP AT ALL\r\n\r\n", "GET /v1/rounds HTTP/9.7\r\n\r\n", "GET /v1/rounds HTTP/1.1\r\nbad header\r\n\r\n",
        "GET /v1/rounds HTTP/1.1\r\nx: " + String(repeating: "y", count: 70_000) + "\r\n\r\n",
        "POST /v1/operator/rounds HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
    ])
    func whatIsNoHTTPGetsAProblem(text: String) async throws {
        try await TestExchange.run { exchange in
            let connection = try await RawConnection.open(exchange, tls: true, identity: exchange.operatorIdentity)
            try await connection.send(text)
            let answer = try await connection.rest()
            #expect(answer.hasPrefix("HTTP/1.1 400 "), "\(answer)")
            #expect(answer.contains("application/problem+json") && answer.contains("request.malformed"), "\(answer)")
            #expect(answer.components(separatedBy: "HTTP/1.1 400 ").count == 2, "\(answer)")
        }
    }

    @Test func whoAsksWhetherToSendIsTold() async throws {
        let round = try testRound()
        try await TestExchange.run { exchange in
            try await exchange.board.createRound(round, attachment: [], firstEntry: [1])
            let connection = try await RawConnection.open(exchange, tls: true)
            try await connection.send(
                "POST /v1/rounds/\(round)/board HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
                    + "content-length: 3\r\nconnection: close\r\n\r\n")
            try await eventually { connection.received().hasPrefix("HTTP/1.1 100 ") }
            try await connection.send("abc")
            let answer = try await connection.rest()
            #expect(answer.contains("HTTP/1.1 201 "), "\(answer)")
            // Of a body that is too long only its refusal comes.
            let other = try await RawConnection.open(exchange, tls: true)
            try await other.send(
                "POST /v1/rounds/\(round)/board HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\n"
                    + "content-length: 5000000\r\n\r\n")
            let refusal = try await other.rest()
            #expect(refusal.hasPrefix("HTTP/1.1 413 ") && refusal.contains("request.too-large"), "\(refusal)")
        }
    }
}

/// Looks again until it is so. What is waited for must stay so: a busy machine looks late.
func eventually(_ isSo: @Sendable () -> Bool) async throws {
    let start = ContinuousClock.now
    while !isSo(), ContinuousClock.now - start < .seconds(120) { try await Task.sleep(for: .milliseconds(5)) }
    #expect(isSo())
}
