// swift-tools-version:6.1
import PackageDescription

// Measures Sidos against the libraries that its groups would otherwise come from. A package of its own, so that nobody
// who builds Sidos needs libsodium.
let package = Package(
    name: "sidos-benchmarks",
    platforms: [.macOS(.v15)],
    dependencies: [
        .package(name: "sidos", path: ".."),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.0.0"),
    ],
    targets: [
        .target(
            name: "Peers",
            linkerSettings: [.linkedLibrary("sodium"), .linkedLibrary("crypto"), .linkedLibrary("gmp")]),
        .executableTarget(
            name: "sidos-benchmark",
            dependencies: [
                "Peers",
                .product(name: "PSIProtocol", package: "sidos"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Sources/SidosBenchmark",
            swiftSettings: [
                .swiftLanguageMode(.v6),
                .enableUpcomingFeature("InternalImportsByDefault"),
                .enableUpcomingFeature("ExistentialAny"),
            ]),
    ],
    cLanguageStandard: .c11
)
