internal import StrictYAML

extension AgreementReader {
    /// That items can be numbered in 32 bits, dummies included, where all registers' items are numbered through.
    func checkPeople(of agreement: Agreement) {
        guard agreement.linksInSeveralWays || agreement.verification == .full else { return }
        let people = agreement.registers.reduce(0) { $0 + $1.maxPeople }
        guard people > AgreementLimits.numberedPeople else { return }
        let most = AgreementLimits.numberedPeople
        root.fail(
            "registers",
            "With several ways to link, and in verified rounds, the registers' max_people add up to \(most) at most; "
                + "here they add up to \(people). Lower some, or link by one key alone in rounds that "
                + "are not verified.")
    }
}
