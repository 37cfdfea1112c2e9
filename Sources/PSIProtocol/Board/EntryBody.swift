internal import Foundation
public import Values

/// What a board entry says. Each body is JSON with sorted keys and no others than these; byte strings are lower-case
/// hexadecimal. [P-12]
public enum EntryBody: Sendable, Equatable {
    /// The coordinator opens a round; the entry's hash becomes the round's id.
    case roundOpened(RoundOpened)
    /// A node or the research environment commits to its public keys before it sees the others'.
    case keyCommitted(KeyCommitted)
    case keyRevealed(KeyRevealed)
    /// Its author has seen these keys and no others.
    case manifestSigned(ManifestSigned)
    case batchDeclared(BatchDeclared)
    case stageCommitted(StageCommitted)
    case selected(Selected)
    case released(Released)
    /// The research environment has opened everything.
    case received(Received)
    /// The result of a count-only round.
    case counted(Counted)
    /// The coordinator ends the round.
    case roundClosed(RoundClosed)
    /// A participant does not take part, and why: a code only.
    case refused(Refused)
    /// The coordinator ends the round before it is closed. What all nodes have released is not undone.
    case roundAborted(RoundAborted)
    /// Its author has destroyed the round's keys and spools.
    case keysErased(KeysErased)

    public var kind: EntryKind {
        switch self {
        case .roundOpened: .roundOpened
        case .keyCommitted: .keyCommitted
        case .keyRevealed: .keyRevealed
        case .manifestSigned: .manifestSigned
        case .batchDeclared: .batchDeclared
        case .stageCommitted: .stageCommitted
        case .selected: .selected
        case .released: .released
        case .received: .received
        case .counted: .counted
        case .roundClosed: .roundClosed
        case .refused: .refused
        case .roundAborted: .roundAborted
        case .keysErased: .keysErased
        }
    }
}

public enum EntryKind: String, Sendable, Codable, CaseIterable {
    case roundOpened = "RoundOpened"
    case keyCommitted = "KeyCommitted"
    case keyRevealed = "KeyRevealed"
    case manifestSigned = "ManifestSigned"
    case batchDeclared = "BatchDeclared"
    case stageCommitted = "StageCommitted"
    case selected = "Selected"
    case released = "Released"
    case received = "Received"
    case counted = "Counted"
    case roundClosed = "RoundClosed"
    case refused = "Refused"
    case roundAborted = "RoundAborted"
    case keysErased = "KeysErased"
}

public struct RoundOpened: Sendable, Equatable, Codable {
    /// Agreement id, 32 bytes.
    public var agreement: HexBytes
    /// 1…`roundsAllowed`.
    public var number: Int
    /// 32 random bytes.
    public var nonce: HexBytes
    /// Seconds since 1970 UTC.
    public var opened: Int
    public var deadline: Int
    /// Every participant's signature on the agreement, 64 bytes each, by participant id.
    public var signatures: [String: HexBytes]

    public init(
        agreement: HexBytes, number: Int, nonce: HexBytes, opened: Int, deadline: Int, signatures: [String: HexBytes]
    ) {
        self.agreement = agreement
        self.number = number
        self.nonce = nonce
        self.opened = opened
        self.deadline = deadline
        self.signatures = signatures
    }
}

public struct KeyCommitted: Sendable, Equatable, Codable {
    /// SHA-256 over label, round, participant and the body revealed later.
    public var commitment: HexBytes
}

public struct KeyRevealed: Sendable, Equatable, Codable {
    /// K_j = k_j·G; absent for the research environment.
    public var blindingKey: HexBytes?
    public var blindingProof: ProofBytes?
    /// D_j = d_j·G, or Y_R = y_R·G of the research environment; absent in a count-only round.
    public var capsuleKey: HexBytes?
    public var capsuleProof: ProofBytes?
    /// This node's share of the exit salt, sealed to each other node; empty for the research environment.
    public var saltShares: [String: HexBytes]
    /// SHA-256 of that share, so that every node got the same; absent for the research environment.
    public var saltDigest: HexBytes?
}

public struct ProofBytes: Sendable, Equatable, Codable {
    public var commitment: HexBytes
    public var response: HexBytes
}

public struct ManifestSigned: Sendable, Equatable, Codable {
    public var manifest: HexBytes
}

public struct BatchDeclared: Sendable, Equatable, Codable {
    public var register: String
    /// Items of the list, dummies included.
    public var count: Int
    /// SHA-256 of the list's bytes at stage 0.
    public var digest: HexBytes
    /// X-Wing encapsulation of the register's secret to the research environment, 1,120 bytes; absent without release.
    public var encapsulation: HexBytes?
    public var vault: StoredStream?
    /// What the owner read and refused, by counts, sealed to the research environment; absent without release.
    public var survey: HexBytes?
}

/// A stream that its author has stored whole.
public struct StoredStream: Sendable, Equatable, Codable {
    public var attempt: Int
    /// Records in it.
    public var count: Int
    /// SHA-256 of its bytes before sealing.
    public var digest: HexBytes

    public init(attempt: Int, count: Int, digest: HexBytes) {
        self.attempt = attempt
        self.count = count
        self.digest = digest
    }
}

public struct StageCommitted: Sendable, Equatable, Codable {
    public var register: String
    public var stage: Int
    public var list: StoredStream
}

public struct Selected: Sendable, Equatable, Codable {
    /// How people were found, sealed to the research environment; absent where there is one way only.
    public var linkage: HexBytes?
    /// What every node is asked to compute shares for: the selected items' A, in order. One stream a node, same bytes.
    public var requests: StoredStream
    /// What the research environment reads.
    public var selection: StoredStream
}

public struct Released: Sendable, Equatable, Codable {
    public var shares: StoredStream
}

public struct Received: Sendable, Equatable, Codable {
    public init() {}
}

public struct RoundClosed: Sendable, Equatable, Codable {
    public init() {}
}

public struct KeysErased: Sendable, Equatable, Codable {
    public init() {}
}

public struct Counted: Sendable, Equatable, Codable {
    public var overlap: [PublishedCount]
    public var cohorts: [PublishedCohort]
    /// Absent where people are found in one way only.
    public var linkage: PublishedLinkage?

    public init(overlap: [PublishedCount], cohorts: [PublishedCohort], linkage: PublishedLinkage? = nil) {
        self.overlap = overlap
        self.cohorts = cohorts
        self.linkage = linkage
    }
}

/// How many people are in exactly these registers, as the agreement lets it be published.
public struct PublishedCount: Sendable, Equatable, Codable {
    public var registers: [String]
    /// Rounded; absent when fewer than the smallest cell.
    public var people: Int?
    /// Dummies of a padded register count too, so the truth may be less.
    public var upperBound: Bool
}

public struct PublishedCohort: Sendable, Equatable, Codable {
    public var cohort: String
    public var people: Int?
    public var upperBound: Bool
}

public struct Refused: Sendable, Equatable, Codable {
    public var code: RefusalCode
    public init(code: RefusalCode) { self.code = code }
}

/// Why a participant refuses a round: what the others may know of it.
public enum RefusalCode: String, Sendable, Codable, CaseIterable {
    case unknownAgreement = "agreement.unknown"
    case agreementNotValid = "agreement.not-valid-today"
    case policy = "policy.refused"
    case roundsSpent = "rounds.spent"
    case register = "register.unusable"
    case cap = "cap.exceeded"
    case protocolViolation = "protocol.violation"
    case equivocation = "protocol.equivocation"
    case internalFailure = "internal.failure"
    case keysLost = "keys.lost"
}

public struct RoundAborted: Sendable, Equatable, Codable {
    public var code: AbortCode
    /// Participants the round was waiting for, or who refused.
    public var participants: [String]

    public init(code: AbortCode, participants: [String]) {
        self.code = code
        self.participants = participants
    }
}

public enum AbortCode: String, Sendable, Codable, CaseIterable {
    case deadline = "deadline.passed"
    case refused = "participant.refused"
    case operatorAborted = "operator.aborted"
    case releasedPeopleCap = "cap.released-people"
    case smallestCell = "cohort.below-smallest-cell"
    case protocolViolation = "protocol.violation"
    case internalFailure = "internal.failure"
}
