/// A language in which people are told about an agreement.
public enum PlainLanguage: String, Sendable, CaseIterable {
    case finnish = "fi"
    case swedish = "sv"
    case english = "en"

    /// In English, for messages to those who write agreements.
    public var name: String {
        switch self {
        case .finnish: "Finnish"
        case .swedish: "Swedish"
        case .english: "English"
        }
    }

    /// The text of this language.
    public func of(_ finnish: String, _ swedish: String, _ english: String) -> String {
        switch self {
        case .finnish: finnish
        case .swedish: swedish
        case .english: english
        }
    }
}

/// A text in every language.
public struct Translated: Sendable, Equatable {
    public var finnish: String
    public var swedish: String
    public var english: String

    public init(finnish: String, swedish: String, english: String) {
        self.finnish = finnish
        self.swedish = swedish
        self.english = english
    }

    public func callAsFunction(_ language: PlainLanguage) -> String { language.of(finnish, swedish, english) }
}
