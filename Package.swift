// swift-tools-version:6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// Tests are not worth the optimiser's time, and it aborts on some of their non-copyable values in a release build.
let testSettings: [SwiftSetting] = swiftSettings + [.unsafeFlags(["-Onone"])]

// Libraries of others, by the name that a target asks for.
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "Metrics", package: "swift-metrics")
let coreMetrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTLS = Target.Dependency.product(name: "HummingbirdTLS", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let grdbSQLite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
    name: "sidos",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sidos-node", targets: ["Node"]),
        .executable(name: "sidos-coordinator", targets: ["Coordinator"]),
        .executable(name: "sidos-research", targets: ["Research"]),
        .executable(name: "sidos-worker", targets: ["Worker"]),
        .executable(name: "sidos-linkage-eval", targets: ["LinkageEval"]),
        .library(name: "PSIProtocol", targets: ["Values", "Files", "Agreement", "PSIProtocol"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.1.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.5.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.10.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.5.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.80.0"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.24.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.30.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.3.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.0.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.24.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.6.0"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.0.0"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.0.0"),
    ],
    targets: [
        // C: arithmetic and the system libraries it stands on.
        .target(name: "CRistretto"),
        .target(name: "CGMP", linkerSettings: [.linkedLibrary("gmp")]),
        .target(name: "COpenSSL", linkerSettings: [.linkedLibrary("crypto")]),
        .target(name: "CNoise"),
        .target(name: "CSHA2"),
        .target(name: "CPKCS11"),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CZstd", pkgConfig: "libzstd", providers: [.apt(["libzstd-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CODBC", pkgConfig: "odbc", providers: [.apt(["unixodbc-dev"])]),

        // The ground floor: what registers and agreements hold.
        .target(name: "Values", dependencies: [crypto], swiftSettings: swiftSettings),
        .target(name: "StrictYAML", dependencies: ["Values", yams], swiftSettings: swiftSettings),
        // The one floor that asks the operating system for files.
        .target(name: "Files", dependencies: ["CZlib", "Values", crypto], swiftSettings: swiftSettings),

        // What the parties of a study sign. Pure, as all that follows up to PlainWords: no files, sockets, clocks,
        // logging, databases.
        .target(name: "Agreement", dependencies: ["Values", "StrictYAML", crypto], swiftSettings: swiftSettings),

        // The protocol.
        .target(
            name: "PSIProtocol",
            dependencies: [
                "CRistretto", "CGMP", "COpenSSL", "CNoise", "CSHA2", "CZlib", "Values", "Agreement", crypto,
            ],
            swiftSettings: swiftSettings),

        // An agreement told to people: summary, cautions, draft, and notices in three languages.
        .target(
            name: "PlainWords", dependencies: ["Values", "StrictYAML", "Agreement", "PSIProtocol"],
            swiftSettings: swiftSettings),

        // Where rows come from, how parties talk, what a researcher gets. They don't know each other.
        .target(
            name: "Register",
            dependencies: [
                "CZlib", "CZstd", "CPostgreSQL", "CODBC", "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol",
                crypto, grdb, grdbSQLite,
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Exchange",
            dependencies: [
                "Values", "Files", "PSIProtocol", crypto, x509, asn1, logging, metrics, coreMetrics,
                nioCore, nioPosix, nioHTTP1, nioHTTPTypes, nioSSL, httpTypes, hummingbird, hummingbirdCore,
                hummingbirdTLS, httpClient, lifecycle, grdb,
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Dataset",
            dependencies: ["Values", "Files", "Agreement", "PSIProtocol", "PlainWords", crypto, grdb],
            swiftSettings: swiftSettings),

        // What all three programs need of their machine: keys, sealed state, spool, configuration, agreement commands.
        .target(
            name: "Daemon",
            dependencies: [
                "COpenSSL", "CPKCS11", "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "PlainWords",
                "Exchange", crypto, x509, asn1, logging, arguments, lifecycle,
            ],
            swiftSettings: swiftSettings),

        // Steps of a round on other machines: tickets, agents, Spark.
        .target(
            name: "Engine",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Daemon", crypto, logging, nioCore,
                nioPosix,
            ],
            swiftSettings: swiftSettings),

        // What a node and the research environment share: following a board, taking part in rounds.
        .target(
            name: "Member",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon", crypto, logging, metrics,
                coreMetrics, lifecycle,
            ],
            swiftSettings: swiftSettings),

        // What all three programs show in a browser on their own machine.
        .target(
            name: "WebConsole",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "PlainWords", "Daemon", "Member", arguments, crypto,
                logging, nioCore, httpTypes, hummingbird, hummingbirdCore, lifecycle, mustache,
            ],
            swiftSettings: swiftSettings),

        .executableTarget(
            name: "Node",
            dependencies: [
                "CRistretto", "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Register", "Exchange",
                "Daemon", "Engine", "Member", "WebConsole", arguments, logging, lifecycle,
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "Coordinator",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon", "Engine",
                "WebConsole", arguments, logging, lifecycle,
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "Research",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Exchange", "Dataset", "Daemon", "Engine",
                "Member", "WebConsole", crypto, arguments, logging, lifecycle,
            ],
            swiftSettings: swiftSettings),

        // Computes tickets on a cluster's host, and keeps its keys.
        .executableTarget(
            name: "Worker",
            dependencies: [
                "CRistretto", "Values", "Files", "PSIProtocol", "Daemon", "Engine", arguments, logging, lifecycle,
            ],
            swiftSettings: swiftSettings),

        // Measures how well agreements link, on data whose truth is known.
        .executableTarget(
            name: "LinkageEval",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "PlainWords", "Register", "Daemon",
                arguments, crypto,
            ],
            swiftSettings: swiftSettings),

        // A PostgreSQL server of the tests' own.
        .target(name: "PostgreSQLCluster", path: "Tests/PostgreSQLCluster", swiftSettings: testSettings),
        // Studies on the disk whose parties are the three programs, for the tests that run them.
        .target(
            name: "SystemHarness",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Daemon", "PostgreSQLCluster", grdb, httpClient,
            ],
            path: "Tests/SystemHarness", swiftSettings: testSettings),

        // Directories of a test's own, for the tests of files.
        .target(name: "TestDirectories", path: "Tests/TestDirectories", swiftSettings: testSettings),

        // Whole rounds in one process, from keys to opened records, for tests that need a board or a record of one.
        .target(
            name: "RoundSimulation", dependencies: ["Values", "Agreement", "PSIProtocol", crypto],
            path: "Tests/RoundSimulation", swiftSettings: testSettings),

        .testTarget(name: "LayoutTests", swiftSettings: testSettings),
        .testTarget(
            name: "FilesTests", dependencies: ["Files", "TestDirectories", crypto], swiftSettings: testSettings),
        .testTarget(name: "StrictYAMLTests", dependencies: ["Values", "StrictYAML"], swiftSettings: testSettings),
        .testTarget(
            name: "AgreementTests",
            dependencies: ["Values", "StrictYAML", "Agreement", "PSIProtocol", "PlainWords", crypto],
            exclude: ["Vectors"], swiftSettings: testSettings),
        .testTarget(
            name: "PSIProtocolTests",
            dependencies: [
                "CRistretto", "CGMP", "COpenSSL", "CSHA2", "Values", "Agreement", "PSIProtocol", "RoundSimulation",
                "TestDirectories",
            ],
            resources: [.copy("Vectors")], swiftSettings: testSettings),
        .testTarget(
            name: "RegisterTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Register", "PostgreSQLCluster", "TestDirectories", grdb,
            ],
            resources: [.copy("Vectors")], swiftSettings: testSettings),
        .testTarget(
            name: "ExchangeTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Exchange", "TestDirectories", logging, x509, asn1,
                crypto, nioCore, nioPosix, nioSSL, httpTypes, httpClient, lifecycle, grdb,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "DatasetTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Dataset", "TestDirectories", grdb,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "PlainWords", "Daemon", "TestDirectories",
                crypto, x509, arguments, logging, lifecycle,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "EngineTests",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Daemon", "Engine", "TestDirectories",
                "RoundSimulation", crypto, logging,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "MemberTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon", "Member", "TestDirectories",
                "RoundSimulation", crypto, logging,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "WebConsoleTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Daemon", "Member", "WebConsole", "TestDirectories",
                "RoundSimulation", logging, lifecycle, httpClient,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "NodeTests",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Register", "Exchange", "Daemon",
                "Engine", "Member", "Node", "TestDirectories", "RoundSimulation", logging,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "CoordinatorTests",
            dependencies: [
                "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon", "Engine",
                "WebConsole", "Coordinator", "TestDirectories", "RoundSimulation", crypto, arguments, logging,
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "ResearchTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Exchange", "Dataset", "Daemon", "Member", "Research",
                "TestDirectories", "RoundSimulation", crypto, logging,
            ],
            swiftSettings: testSettings),
        // Runs the three programs, so they are built with it.
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon", "Member", "Node",
                "Coordinator", "Research", "Worker", "SystemHarness", "PostgreSQLCluster", "TestDirectories", crypto,
                logging, httpClient, grdb,
            ],
            swiftSettings: testSettings),
        // What a curious or dishonest participant tries, one attack a test. docs/threat-model.md names each.
        .testTarget(
            name: "AttackTests",
            dependencies: [
                "Values", "Files", "Agreement", "PSIProtocol", "Register", "Exchange", "Dataset", "Daemon",
                "Member", "Node", "Coordinator", "Research", "SystemHarness", "RoundSimulation", "PostgreSQLCluster",
                crypto, logging, grdb, nioCore, nioPosix, nioSSL, httpClient,
            ],
            path: "Tests/Attacks", swiftSettings: testSettings),
    ],
    cLanguageStandard: .c11
)

// In continuous integration every warning of these targets is an error; a dependency's are not. What a dependency comes
// to call deprecated stays a warning too, so that no release of theirs stops ours. Targets without Swift settings are
// C.
if Context.environment["SIDOS_WARNINGS"] == "errors" {
    for target in package.targets where target.type != .system {
        if let swift = target.swiftSettings {
            let strict = ["-warnings-as-errors", "-Wwarning", "DeprecatedDeclaration"]
            target.swiftSettings = swift + [.unsafeFlags(strict)]
        } else {
            target.cSettings = [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]
        }
    }
}
