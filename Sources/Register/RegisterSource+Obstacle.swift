public import Agreement
public import Values

extension RegisterSource {
    /// Why people who are never to be released could not be kept out under the agreement; nil if they can be, or if
    /// there are none to be.
    public func obstacle(under agreement: Agreement, register: RegisterID) -> RegisterError? {
        // Who has withdrawn from the study is dropped by the research environment, too, whatever the cohorts are.
        // [P-96]
        guard !neverRelease.isEmpty || neverReleaseColumn != nil else { return nil }
        return agreement.cohortOpened(without: register)
            .map { RegisterError(.neverReleaseNotKept(cohort: $0), file: name) }
    }
}
