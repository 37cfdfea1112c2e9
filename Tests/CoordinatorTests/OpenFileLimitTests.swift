import Glibc
import Testing

@testable import Coordinator

@Suite("Limit of open files")
struct OpenFileLimitTests {
    /// What the system allows and what is in force, before, and what is in force afterwards.
    private static let cases: [(hard: rlim_t, soft: rlim_t, expected: rlim_t)] = [
        (20_000, 256, 8_192),
        // More than is asked for stays.
        (20_000, 9_000, 9_000),
        (8_192, 8_192, 8_192),
        (4_096, 256, 4_096),
        (300, 300, 300),
    ]

    @Test("It is raised as far as the system lets it and it is of use, never lowered, and told as it is")
    func raised() async {
        // In a process of its own, since what the system allows can't be raised again.
        await #expect(processExitsWith: .success) {
            let resource = __rlimit_resource_t(RLIMIT_NOFILE.rawValue)
            var limit = rlimit()
            #expect(getrlimit(resource, &limit) == 0)
            #expect(limit.rlim_max >= 300)
            for (hard, soft, expected) in Self.cases where hard <= limit.rlim_max {
                var wanted = rlimit(rlim_cur: soft, rlim_max: hard)
                #expect(setrlimit(resource, &wanted) == 0)
                #expect(OpenFileLimit.raise() == Int(expected))
                #expect(OpenFileLimit.raise() == Int(expected), "a second time")
                #expect(getrlimit(resource, &limit) == 0)
                #expect(limit.rlim_cur == expected && limit.rlim_max == hard)
            }
        }
    }
}
