public import Agreement
public import ArgumentParser

extension IdentitySchemeID: ExpressibleByArgument {}
