import Testing

@testable import Exchange
@testable import PSIProtocol

@Suite struct ChangeSignalTests {
    @Test(.timeLimit(.minutes(10))) func wakesEveryWaiterOfTheTopicOnly() async throws {
        let signal = ChangeSignal<Int>()
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 { group.addTask { await signal.wait(for: 1, beyond: 0) } }
            let other = Task { await signal.wait(for: 2, beyond: 0) }
            while signal.waiterCount < 21 { await Task.yield() }
            signal.announce(1)
            await group.waitForAll()
            #expect(signal.waiterCount == 1)
            other.cancel()
            await other.value
        }
        #expect(signal.waiterCount == 0)
    }

    @Test(.timeLimit(.minutes(10))) func aChangeBeforeTheWaitIsNotMissed() async {
        let signal = ChangeSignal<Int>()
        let version = signal.version(of: 1)
        signal.announce(1)
        await signal.wait(for: 1, beyond: version)
        #expect(signal.version(of: 1) == version + 1)
    }

    @Test(.timeLimit(.minutes(10))) func waitsNoLongerThanTheLimit() async {
        let signal = ChangeSignal<Int>()
        let clock = ContinuousClock()
        let taken = await clock.measure { await signal.wait(for: 1, beyond: 0, atMost: .milliseconds(60)) }
        #expect(taken >= .milliseconds(55))
        #expect(signal.waiterCount == 0)
    }

    @Test(.timeLimit(.minutes(10))) func cancellationEndsTheWait() async {
        let signal = ChangeSignal<Int>()
        for delay in 0..<50 {
            let task = Task { await signal.wait(for: 1, beyond: 0, atMost: .seconds(600)) }
            for _ in 0..<delay { await Task.yield() }
            task.cancel()
            await task.value
        }
        #expect(signal.waiterCount == 0)
    }

    @Test(.timeLimit(.minutes(10))) func forgettingWakes() async {
        let signal = ChangeSignal<Int>()
        let task = Task { await signal.wait(for: 1, beyond: 0) }
        while signal.waiterCount == 0 { await Task.yield() }
        signal.forget { $0 == 1 }
        await task.value
    }
}
