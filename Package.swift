// swift-tools-version:6.1
import PackageDescription

let swiftSettings: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ExistentialAny"),
]

/// Tests are not worth the optimiser's time, and it aborts on some of their non-copyable values in a release build.
let testSettings: [SwiftSetting] = swiftSettings + [.unsafeFlags(["-Onone"])]

let package = Package(
    name: "sidos",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "sidos-node", targets: ["Node"]),
        .executable(name: "sidos-coordinator", targets: ["Coordinator"]),
        .executable(name: "sidos-research", targets: ["Research"]),
        .executable(name: "linkage-eval", targets: ["LinkageEval"]),
        .library(name: "PSIProtocol", targets: ["PSIProtocol"]),
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
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CPostgreSQL", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),

        // Pure: no files, sockets, clocks, logging, databases.
        .target(
            name: "PSIProtocol",
            dependencies: [
                "CRistretto", "CGMP", "COpenSSL", "CNoise", "CZlib",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings),

        // Where rows come from, how parties talk, what a researcher gets. They don't know each other.
        .target(
            name: "Register",
            dependencies: [
                "PSIProtocol", "CPostgreSQL",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Exchange",
            dependencies: [
                "PSIProtocol",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "Metrics", package: "swift-metrics"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"),
                .product(name: "HummingbirdTLS", package: "hummingbird"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings),
        .target(
            name: "Dataset",
            dependencies: [
                "PSIProtocol",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: swiftSettings),

        // What all three programs need of their machine: keys, sealed state, spool, configuration, agreement commands.
        .target(
            name: "Daemon",
            dependencies: [
                "PSIProtocol", "Exchange",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings),

        .executableTarget(
            name: "Node",
            dependencies: [
                "CRistretto", "PSIProtocol", "Register", "Exchange", "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "Coordinator",
            dependencies: [
                "PSIProtocol", "Exchange", "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings),
        .executableTarget(
            name: "Research",
            dependencies: [
                "PSIProtocol", "Exchange", "Dataset", "Daemon",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: swiftSettings),

        // Measures how well agreements link, on data whose truth is known.
        .executableTarget(
            name: "LinkageEval",
            dependencies: [
                "PSIProtocol", "Register", "Daemon",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: swiftSettings),

        // A PostgreSQL server of the tests' own.
        .target(name: "PostgreSQLCluster", path: "Tests/PostgreSQLCluster", swiftSettings: testSettings),
        .testTarget(name: "LayoutTests", swiftSettings: testSettings),
        .testTarget(
            name: "PSIProtocolTests",
            dependencies: ["PSIProtocol", "CRistretto", "CGMP", "COpenSSL"],
            resources: [.copy("Vectors")],
            swiftSettings: testSettings),
        .testTarget(
            name: "RegisterTests",
            dependencies: [
                "Register", "PSIProtocol", "PostgreSQLCluster", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            resources: [.copy("Vectors")],
            swiftSettings: testSettings),
        .testTarget(
            name: "ExchangeTests",
            dependencies: [
                "Exchange", "PSIProtocol",
                .product(name: "Logging", package: "swift-log"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "SwiftASN1", package: "swift-asn1"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: testSettings),
        .testTarget(
            name: "DatasetTests",
            dependencies: ["Dataset", "PSIProtocol", .product(name: "GRDB", package: "GRDB.swift")],
            swiftSettings: testSettings),
        .testTarget(
            name: "DaemonTests",
            dependencies: [
                "Daemon", "PSIProtocol",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "X509", package: "swift-certificates"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: testSettings),
        // Studies on the disk whose parties are the three programs, for the tests that run them.
        .target(
            name: "SystemHarness",
            dependencies: [
                "PSIProtocol", "Daemon", "PostgreSQLCluster", .product(name: "GRDB", package: "GRDB.swift"),
            ],
            path: "Tests/SystemHarness", swiftSettings: testSettings),
        // Runs the three programs, so they are built with it.
        .testTarget(
            name: "SystemTests",
            dependencies: [
                "SystemHarness", "PSIProtocol", "Exchange", "Daemon", "Node", "Coordinator", "Research",
                "PostgreSQLCluster",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDB", package: "GRDB.swift"),
            ],
            swiftSettings: testSettings),
        // What a curious or dishonest participant tries, one attack a test. docs/threat-model.md names each.
        .testTarget(
            name: "AttackTests",
            dependencies: [
                "SystemHarness", "PSIProtocol", "Register", "Exchange", "Dataset", "Daemon", "Node", "Coordinator",
                "Research", "PostgreSQLCluster",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            path: "Tests/Attacks", swiftSettings: testSettings),
    ],
    cLanguageStandard: .c11
)
