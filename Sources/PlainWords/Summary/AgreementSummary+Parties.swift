internal import Agreement

/// What the study is, and who takes part.
extension AgreementSummary {
    var study: [Item] {
        let study = agreement.study
        let former = agreement.amends.map {
            Item(1, paragraph: amends("\($0)"), term: say("Muuttaa", "Ändrar", "Amends"))
        }
        return [
            Item(1, paragraph: "\(study.title) (\(study.id))"),
            Item(1, paragraph: study.purpose, term: say("Tarkoitus", "Syfte", "Purpose")),
            Item(1, paragraph: study.legalBasis, term: say("Oikeusperuste", "Rättslig grund", "Legal basis")),
            Item(1, paragraph: study.permit, term: say("Lupa", "Tillstånd", "Permit")),
            Item(1, paragraph: validity, term: say("Voimassa", "Giltighetstid", "Valid")),
        ] + (former.map { [$0] } ?? [])
    }

    private func amends(_ former: String) -> String {
        say(
            "sopimuksen \(former). Kun tämän sopimuksen ensimmäinen kierros on avattu, aiemman mukaan ei enää avata "
                + "kierroksia. Aiemman mukaiset kierrokset luetaan mukaan tämän sopimuksen kierroksiin.",
            "avtalet \(former). När den första omgången enligt detta avtal har öppnats öppnas inga fler omgångar "
                + "enligt det tidigare. Omgångarna enligt det tidigare räknas med i antalet omgångar här.",
            "the agreement \(former). Once the first round under this agreement is opened, no further one is opened "
                + "under the former one. Rounds under the former one count among the rounds here.")
    }

    private var validity: String {
        let (from, until) = (language.shortDay(agreement.validFrom), language.shortDay(agreement.validUntil))
        let count = language.number(agreement.roundsAllowed)
        let rounds =
            agreement.roundsAllowed == 1
            ? say("yksi yhdistämiskierros", "en kopplingsomgång", "one round")
            : say("\(count) yhdistämiskierrosta", "\(count) kopplingsomgångar", "\(count) rounds")
        return say(
            "\(from)–\(until), molemmat päivät mukaan lukien, enintään \(rounds).",
            "\(from)–\(until), båda dagarna medräknade, högst \(rounds).",
            "from \(from) to \(until), both days included, for at most \(rounds).")
    }

    var participants: [Item] {
        agreement.participants.map {
            Item(1, point: "\($0.name) (\($0.id)): \(role(of: $0))\(keys(of: $0))")
        }
    }

    private func keys(of participant: Participant) -> String {
        switch participant.keyChange {
        case nil: ""
        case .rotated:
            say(
                " Sillä on uudet avaimet, jotka sen aiempi avain on allekirjoittanut.",
                " Den har nya nycklar, som dess tidigare nyckel har undertecknat.",
                " It has new keys, which its former key has signed.")
        case .lost:
            say(
                " Sillä on uudet avaimet, sillä aiempi avain on kadonnut.",
                " Den har nya nycklar, eftersom den tidigare nyckeln har förlorats.",
                " It has new keys, since its former key was lost.")
        }
    }

    private func role(of participant: Participant) -> String {
        switch participant.role {
        case .authority:
            let ids = agreement.registers(ownedBy: participant.id).filter(\.isDeclared).map(\.id)
            let registers = language.list(ids)
            return say(
                "viranomainen; sen \(ids.count == 1 ? "rekisteri" : "rekisterit"): \(registers).",
                "myndighet; dess register: \(registers).", "authority; owns \(registers).")
        case .mixer:
            return say(
                "sekoittaja; sekoittaa ja peittää muiden luettelot, eikä sillä ole omaa rekisteriä.",
                "blandare; blandar och döljer de andras listor och har inget eget register.",
                "mixer; shuffles and blinds the lists of others and owns no register.")
        case .coordinator:
            return say(
                "koordinaattori; avaa kierrokset, välittää sinetöidyt luettelot ja vertaa peitettyjä tunnisteita.",
                "koordinator; öppnar omgångar, förmedlar förseglade listor och jämför dolda beteckningar.",
                "coordinator; opens rounds, passes sealed lists on and matches blinded tags.")
        case .research:
            return agreement.release == .rows
                ? say(
                    "tutkimusympäristö; saa aineiston.", "forskningsmiljö; får materialet.",
                    "research environment; receives the dataset.")
                : say(
                    "tutkimusympäristö; ei saa rivejä.", "forskningsmiljö; får inga rader.",
                    "research environment; receives no rows.")
        }
    }
}
