internal import StrictYAML

extension AgreementReader {
    /// Whether rounds are verified, and how many check each step. [P-60]
    func readVerification(
        _ suite: SuiteID?, _ participants: ParticipantList
    ) -> (mode: VerificationMode, checkers: Int?)? {
        guard let mode: Located<VerificationMode> = root.choice("verification", standard: VerificationMode.off) else {
            return nil
        }
        guard mode.value == .full else {
            if root.has("checkers") {
                root.fail("checkers", "Nothing is checked with 'verification: off'. Remove this line.")
            }
            return (.off, nil)
        }
        if let suite, suite != .ristretto255 {
            mistakes.add(
                mode.place, mode.path,
                "Rounds can be verified with the suite \(SuiteID.ristretto255.rawValue) only. Write that suite, or off."
            )
        }
        let mixers = participants.entries.count { $0.role?.value == .mixer }
        if let count = participants.ringCount, count < 3 || mixers == 0 {
            mistakes.add(
                mode.place, mode.path,
                "A verified round needs three authorities and mixers at least, one of them a mixer, which checks what "
                    + "the coordinator finds. Add a mixer's card, or write off.")
            return nil
        }
        return (.full, readCheckers(ringCount: participants.ringCount))
    }

    /// Nil for all that can.
    private func readCheckers(ringCount: Int?) -> Int? {
        guard root.has("checkers") else { return nil }
        let most = max(1, (ringCount ?? AgreementLimits.ringNodes.upperBound) - 2)
        let count = root.value("checkers", "all, or a whole number from 1 to \(most)") { text -> Int? in
            if text == "all" { return 0 }
            guard let number = Int(text), String(number) == text, (1...most).contains(number) else { return nil }
            return number
        }
        return count == 0 ? nil : count
    }
}
