import Foundation
import Testing

/// The table of who may import whom, held against every source file.
@Suite("Layers")
struct LayerTests {
    static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Sidos's own modules that a module may import.
    static let allowed: [String: Set<String>] = [
        "Values": [],
        "StrictYAML": ["Values"],
        "Files": ["CZlib", "Values"],
        "Agreement": ["Values", "StrictYAML"],
        "PSIProtocol": ["CRistretto", "CGMP", "COpenSSL", "CNoise", "CSHA2", "CZlib", "Values", "Agreement"],
        "PlainWords": ["Values", "StrictYAML", "Agreement", "PSIProtocol"],
        "Register": [
            "CZlib", "CZstd", "CPostgreSQL", "CODBC", "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol",
        ],
        "Exchange": ["Values", "Files", "PSIProtocol"],
        "Dataset": ["Values", "Files", "Agreement", "PSIProtocol", "PlainWords"],
        "Daemon": [
            "COpenSSL", "CPKCS11", "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "PlainWords",
            "Exchange",
        ],
        "Engine": ["Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Daemon"],
        "Member": ["Values", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon"],
        "WebConsole": ["Values", "Files", "Agreement", "PSIProtocol", "PlainWords", "Daemon", "Member"],
        "Node": [
            "CRistretto", "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Register", "Exchange", "Daemon",
            "Engine", "Member", "WebConsole",
        ],
        "Coordinator": [
            "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Exchange", "Daemon", "Engine", "WebConsole",
        ],
        "Research": [
            "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "Exchange", "Dataset", "Daemon", "Engine",
            "Member", "WebConsole",
        ],
        "Worker": ["CRistretto", "Values", "Files", "PSIProtocol", "Daemon", "Engine"],
        "LinkageEval": [
            "Values", "StrictYAML", "Files", "Agreement", "PSIProtocol", "PlainWords", "Register", "Daemon",
        ],
    ]

    /// Modules that reach nothing outside memory.
    static let pureModules: Set<String> = ["Values", "StrictYAML", "Agreement", "PSIProtocol", "PlainWords"]

    /// What the pure modules may use besides: arithmetic, text, values and locks, nothing that reaches the world.
    static let pure: Set<String> = ["Crypto", "Foundation", "Yams", "Glibc", "Synchronization"]

    struct Source {
        let module: String
        let path: String
        let text: String

        var imports: [String] {
            text.split(separator: "\n").compactMap { line in
                let words = line.split(separator: " ")
                guard let index = words.firstIndex(of: "import"), index <= 2, words.count > index + 1,
                    words[..<index].allSatisfy({ ["internal", "public", "@testable", "package"].contains($0) })
                else { return nil }
                return String(words[index + 1])
            }
        }
    }

    static func sources() throws -> [Source] {
        try allowed.keys.sorted().flatMap { module in
            let folder = root.appendingPathComponent("Sources/\(module)")
            let files =
                FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
                .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
            return try files.map { url in
                Source(module: module, path: url.path, text: try String(contentsOf: url, encoding: .utf8))
            }
        }
    }

    @Test("Every module imports only what lies below it")
    func imports() throws {
        let sources = try Self.sources()
        #expect(Set(sources.map(\.module)) == Set(Self.allowed.keys))
        for source in sources {
            let c = ["CRistretto", "CGMP", "COpenSSL", "CNoise", "CSHA2", "CZlib", "CZstd", "CPostgreSQL", "CODBC"]
            let own = Set(Self.allowed.keys).union(c)
            for name in source.imports where own.contains(name) {
                #expect(Self.allowed[source.module]?.contains(name) == true, "\(source.path) imports \(name)")
            }
        }
    }

    @Test("What lies below files and sockets is pure: no files, sockets, clocks, logging or databases")
    func purity() throws {
        let forbidden = ["FileManager", "FileHandle", "Date()", "ContinuousClock", "Logger(", "URLSession"]
        for source in try Self.sources() where Self.pureModules.contains(source.module) {
            for name in source.imports {
                let isOwn = Self.allowed[source.module]?.contains(name) == true
                #expect(isOwn || Self.pure.contains(name), "\(source.path) imports \(name)")
            }
            for word in forbidden {
                #expect(!source.text.contains(word), "\(source.path) uses \(word)")
            }
        }
    }

    /// What asks the operating system for files besides `open`, which needs one of its flags, `O_…`.
    static let fileCalls = [
        "access", "chmod", "chown", "creat", "fallocate", "fchmod", "fchown", "fcntl", "fdatasync", "flock",
        "fopen", "fstat", "fstatat", "fsync", "ftruncate", "link", "lockf", "lseek", "lstat", "mkdir",
        "mkdtemp", "mkfifo", "mkstemp", "mmap", "openat", "opendir", "pread", "preadv", "pwrite", "pwritev",
        "readdir", "readlink", "readv", "realpath", "rename", "renameat", "renameat2", "rmdir", "stat",
        "statvfs", "symlink", "sync", "syncfs", "tmpfile", "truncate", "unlink", "unlinkat", "utimensat",
        "writev",
    ]

    /// Of the libraries: what would go round the one floor too.
    static let fileTypes = ["FileManager", "FileHandle", "FileDescriptor", "NonBlockingFileIO", "contentsOfFile:"]

    /// Who else asks for files, and why it can't be otherwise.
    static let fileExceptions = [
        "Engine/Spark/DriverProcess.swift": "talks with a child process over pipes",
        "Daemon/Run/Terminal.swift": "uses standard input, output and error, which nobody has opened",
    ]

    @Test("Only Files asks the operating system for files")
    func files() throws {
        let calls = Self.fileCalls.joined(separator: "|")
        let types = Self.fileTypes.joined(separator: "|")
        let pattern = try Regex(
            #"(^|[^A-Za-z0-9_.])((\#(calls))\(|O_[A-Z]+|(\#(types)))|Glibc\.(open|close|read|write|\#(calls))\("#)
        var modules: Set<String> = []
        var excepted: Set<String> = []
        for source in try Self.sources() {
            let name = source.path.split(separator: "/Sources/").last.map(String.init) ?? source.path
            for line in source.text.split(separator: "\n") {
                let code = line.split(separator: "//", maxSplits: 1, omittingEmptySubsequences: false)[0]
                guard !code.contains("func "), code.firstMatch(of: pattern) != nil else { continue }
                modules.insert(source.module)
                if Self.fileExceptions[name] != nil { excepted.insert(name) }
                #expect(
                    source.module == "Files" || Self.fileExceptions[name] != nil, "\(name): use Files for \(code)")
            }
        }
        #expect(modules.contains("Files"))
        #expect(excepted == Set(Self.fileExceptions.keys), "an exception that nobody needs any more")
    }

    @Test("Each C library is reached from one module only")
    func libraries() throws {
        for (module, header) in [("CGMP", "<gmp.h>"), ("COpenSSL", "<openssl/")] {
            let folder = Self.root.appendingPathComponent("Sources")
            let files =
                FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?
                .compactMap { $0 as? URL }.filter { ["c", "h"].contains($0.pathExtension) } ?? []
            #expect(!files.isEmpty)
            for url in files where !url.path.contains("/Sources/\(module)/") {
                let text = try String(contentsOf: url, encoding: .utf8)
                #expect(!text.contains("#include \(header)"), "\(url.path) includes \(header)")
            }
        }
    }

    @Test("One module reads YAML")
    func yaml() throws {
        let readers = try Self.sources().filter { $0.imports.contains("Yams") }.map(\.module)
        #expect(Set(readers) == ["StrictYAML"])
    }

    @Test("Nothing traps on purpose or escapes the checks of concurrency")
    func escapes() throws {
        for source in try Self.sources() {
            for word in [
                "try!", " as! ", "fatalError(", "@unchecked Sendable", "nonisolated(unsafe)", ".unsafelyUnwrapped",
            ] {
                #expect(!source.text.contains(word), "\(source.path) uses \(word)")
            }
        }
    }
}
