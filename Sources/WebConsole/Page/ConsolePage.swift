internal import Foundation

/// A page as a section makes it: no markup, so that nothing in it can become markup.
public struct ConsolePage: Sendable {
    public var title: String
    public var blocks: [ConsoleBlock]

    public init(_ title: String, _ blocks: [ConsoleBlock]) {
        self.title = title
        self.blocks = blocks
    }
}

/// Words, perhaps a link, perhaps in another language than the page's.
public struct ConsoleText: Sendable, Equatable, ExpressibleByStringLiteral {
    public var text: String
    /// A path of the console.
    public var link: String?
    /// Whether it is what a program says, in English on every page.
    public var isEnglish = false

    public init(_ text: String, link: String? = nil) {
        self.text = text
        self.link = link
    }

    public init(stringLiteral value: String) { self.init(value) }

    public static func english(_ text: String) -> ConsoleText {
        var made = ConsoleText(text)
        made.isEnglish = true
        return made
    }
}

/// A point of an outline.
public struct ConsoleLine: Sendable, Equatable {
    /// 1 to 3; more for what belongs to the line of a lower level before it.
    public var level: Int
    public var term: String?
    public var text: String

    public init(level: Int, term: String?, text: String) {
        self.level = level
        self.term = term
        self.text = text
    }
}

public enum ConsoleBlock: Sendable, Equatable {
    public enum Urgency: String, Sendable { case good, note, alarm }

    case heading(String)
    case paragraph(ConsoleText)
    case list([ConsoleText])
    /// Points, and what belongs to each.
    case outline([ConsoleLine])
    /// What is said of each term.
    case facts([(term: String, text: ConsoleText)])
    /// The first column names the row.
    case table(caption: String, head: [String], rows: [[ConsoleText]])
    /// Lines as a program prints them.
    case lines([String])
    case notice(Urgency, ConsoleText)
    /// Of so many steps so many are done.
    case bar(label: String, done: Int, total: Int, text: String)
    case form(ConsoleForm)
    /// Blocks that the page asks for again every two seconds where it may run its script.
    case live(path: String, [ConsoleBlock])

    public static func == (one: ConsoleBlock, other: ConsoleBlock) -> Bool { "\(one)" == "\(other)" }
}

/// A form that changes something; it is sent by POST with the session's token.
public struct ConsoleForm: Sendable {
    public struct Field: Sendable {
        public enum Kind: Sendable {
            case line
            case text
            case choice([(value: String, label: String)])
            /// Must be ticked.
            case confirmation
        }

        public var name: String
        public var label: String
        public var kind: Kind
        public var hint: String?
        public var isRequired: Bool

        public init(_ name: String, _ label: String, _ kind: Kind = .line, hint: String? = nil, required: Bool = true) {
            self.name = name
            self.label = label
            self.kind = kind
            self.hint = hint
            isRequired = required
        }
    }

    public var action: String
    public var fields: [Field]
    public var submit: String
    /// Whether it ends or destroys something.
    public var isGrave: Bool
    /// What is sent besides: for the program alone.
    public var hidden: [(name: String, value: String)]

    public init(
        _ action: String, submit: String, fields: [Field] = [], hidden: [(name: String, value: String)] = [],
        isGrave: Bool = false
    ) {
        self.action = action
        self.submit = submit
        self.fields = fields
        self.hidden = hidden
        self.isGrave = isGrave
    }
}

/// What a section answers with.
public enum ConsoleReply: Sendable {
    case page(ConsolePage)
    /// To another page of the console, with something to say there.
    case redirect(String, ConsoleText)
    /// To keep as a file.
    case file(name: String, [UInt8])
    /// A page of a program's own, which may run nothing and load nothing.
    case document([UInt8])
    /// Blocks alone, for a page that is shown already.
    case blocks([ConsoleBlock])
    case notFound
}

/// What a section is asked.
public struct ConsoleRequest: Sendable {
    /// What stands after the section's own path; letters, digits, `.`, `_` and `-`.
    public var path: [String]
    public var query: [String: String]
    /// Of a POST.
    public var form: [String: String]
    public var say: Say

    /// A field without the spaces around it; empty if there is none.
    public func field(_ name: String) -> String {
        (form[name] ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

/// A part of the console: its pages, and what can be done there.
public protocol ConsoleSection: Sendable {
    /// The first part of its path.
    var path: String { get }
    func title(_ say: Say) -> String
    /// Shows, and changes nothing.
    func show(_ request: ConsoleRequest) async throws -> ConsoleReply
    /// Does what a form asks for.
    func act(_ request: ConsoleRequest) async throws -> ConsoleReply
}

extension ConsoleSection {
    public func act(_ request: ConsoleRequest) async throws -> ConsoleReply { .notFound }
}

/// What somebody asked for that cannot be done, in the reader's language.
public struct ConsoleMistake: Error {
    public let sentence: String
    public init(_ sentence: String) { self.sentence = sentence }
}
