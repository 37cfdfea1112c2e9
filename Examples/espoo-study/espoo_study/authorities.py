"""What each authority holds about a person, and in which files. Spouses and children come later, see `families.py`."""

import datetime
import math
import os

from .codes import spoil
from .people import EU, FIRST_YEAR, LAST_YEAR
from .writing import CSVRegister, SQLiteRegister

_ORIGIN = datetime.date(1890, 1, 1).toordinal()
_END = datetime.date(LAST_YEAR, 12, 31).toordinal()
ISO = [datetime.date.fromordinal(day).isoformat() for day in range(_ORIGIN, datetime.date(2036, 1, 1).toordinal())]
_NEW_YEAR = {year: datetime.date(year, 1, 1).toordinal() for year in range(1960, 2036)}
OPEN_END = "2222-11-11"

EDUCATION = ("perusaste kesken", "lukio; ei todistusta", "ammatillinen, \"sähköasentaja\"", "alempi korkeakouluaste",
             "ylempi korkeakouluaste, rinnastamatta", "luku- ja kirjoitustaito heikko\nsuullinen kielitaito hyvä",
             "yliopisto-opintoja; kesken, jatkaa etänä", "lääketiede (tutkinto ulkomailla)", "koulutus ei tiedossa")
EXIT_REASON = ("työllistyi", "siirtyi opiskelemaan; tutkinto", "muutti pois", "muu syy, ei eritelty",
               "\"ei tavoitettu\"\nuusi yhteydenotto sovittu", "siirtyi toiseen palveluun")
UNIT = ("Maahanmuuttajapalvelut", "Työllisyyspalvelut; alkukartoitus", "Varhaiskasvatus, eteläinen alue",
        "Yhteispalvelupiste \"Iso paja\"", "Kotoutumispalvelut\npohjoinen alue", "Nuorisotyö", "")
NOTE = ("Takaisinperintä: \"liikamaksu\", 2 erää", "maksettu takautuvasti; 3 kk",
        "Päätös oikaistu,\nuusi laskelma liitteenä",
        "Hakemus täydennetty äidinkielellä", "määrä tarkistettu; ks. päätös")
DEGREE = ("Perusaste", "Keskiaste; lukio", "Keskiaste, ammatillinen", "Alempi korkeakoulu", "Ylempi korkeakoulu",
          "Tuntematon \"ulkomainen\" tutkinto")


class Spelling:
    """Writes a code as clerks do: mostly right, sometimes in lower case or with spaces, rarely wrong or left out."""

    def __init__(self, random):
        self.random = random
        self.counts = {"lower_case_or_spaces": 0, "malformed_rows": 0, "missing_rows": 0}

    def __call__(self, code):
        if code is None:
            self.counts["missing_rows"] += 1
            return ""
        draw = self.random()
        if draw < 0.984:
            return code
        if draw < 0.998:
            self.counts["lower_case_or_spaces"] += 1
            return (code.lower(), f" {code}", f"{code} ", f"  {code.lower()} ")[int(self.random() * 4)]
        if draw < 0.999:
            self.counts["malformed_rows"] += 1
            return spoil(code, self.random()) if len(code) == 11 else code
        self.counts["missing_rows"] += 1
        return ""

    def nullable(self, code):
        """The same for a database, where a code left out is NULL in one half of the cases and empty in the other."""
        return self(code) or (None if self.random() < 0.5 else "")


class Authority:
    def __init__(self, directory, name, rng):
        self.directory = os.path.join(directory, name)
        os.makedirs(self.directory, exist_ok=True)
        self.rng, self.random = rng, rng.random
        self.spelling = Spelling(rng.random)

    def path(self, file):
        return os.path.join(self.directory, file)

    def pick(self, items):
        return items[int(self.random() * len(items))]

    def maybe(self, share, items):
        return items[int(self.random() * len(items))] if self.random() < share else None

    def day(self, first_year):
        """A day from 1 January of the year, or of 2009 if that is later, to the end of 2024; as an index into `ISO`."""
        start = _NEW_YEAR[max(first_year, FIRST_YEAR)]
        return start + int(self.random() * (_END - start)) - _ORIGIN

    def period(self, first_year, longest, open_share, open_end=None):
        start = self.day(first_year)
        length = int(self.random() * longest) + 1
        if self.random() < open_share or start + length > _END - _ORIGIN:
            return ISO[start], open_end
        return ISO[start], ISO[start + length]

    def text(self, value):
        return "" if value is None else value


class Omnia(Authority):
    def __init__(self, directory, rng):
        super().__init__(directory, "omnia", rng)
        form = dict(delimiter=";", mark=True, line_end="\r\n")
        self.clients = CSVRegister(self.path("clients.csv"), (
            "hetu", "family_name", "given_names", "call_name", "birth_date", "sex", "citizenship", "mother_tongue",
            "postcode", "street_address", "client_id", "arrival_year", "education_background", "work_situation",
            "address_protection", "first_contact"), rng, **form)
        self.periods = CSVRegister(self.path("service_periods.csv"), (
            "hetu", "client_id", "start_date", "end_date", "service", "exit_reason"), rng, **form)
        self.next_id = 0

    def add(self, person):
        if person.group != "client":
            return
        random, text, code = self.random, self.text, person.codes["omnia"]
        rows = 1 if random() > 0.02 else 2
        education, work = self.maybe(0.93, EDUCATION), self.pick(("1", "2", "3", "4", "9"))
        contact = ISO[self.day(person.arrival)] if random() < 0.97 else ""
        for index in range(rows):
            if index == 0 or random() < 0.5:
                self.next_id += 1
                client_id = f"OSK-{self.next_id:07d}"
            if index and random() < 0.5:
                work = self.pick(("1", "2", "3", "4", "9"))
            self.clients.add((
                self.spelling(code), person.family, person.given, person.call,
                person.birth.isoformat() if random() < 0.98 else "", person.sex, text(person.citizenship),
                text(person.language), "" if person.protected else person.postcode,
                "" if person.protected else person.street, client_id, person.arrival if random() < 0.96 else "",
                text(education), work, "true" if person.protected else "false", contact))
        for _ in range(1 + int(random() * 3)):
            start, end = self.period(person.arrival, 700, 0.08)
            self.periods.add((self.spelling(code), client_id, start, text(end),
                              self.pick(("guidance", "skills_mapping", "language_training", "work_trial", "coaching")),
                              text(self.maybe(0.9, EXIT_REASON) if end else None)))

    def finish(self):
        return {"clients.csv": self.clients.finish(), "service_periods.csv": self.periods.finish()}


class Espoo(Authority):
    SCHEMA = """
        CREATE TABLE client (hetu TEXT, family_name TEXT, given_names TEXT, street_address TEXT, postcode TEXT,
            birth_date TEXT, citizenship TEXT, mother_tongue TEXT, client_id TEXT PRIMARY KEY, arrival_year INTEGER,
            integration_plan INTEGER NOT NULL, spouse TEXT) WITHOUT ROWID;
        CREATE TABLE service_event (client_id TEXT NOT NULL, service TEXT NOT NULL, start_date TEXT NOT NULL,
            end_date TEXT, unit TEXT);
        CREATE VIEW immigrant_residents AS
            SELECT hetu, CAST(substr(birth_date, 1, 4) AS INTEGER) AS birth_year,
                CASE WHEN citizenship IS NULL THEN 'unknown' WHEN citizenship = '246' THEN 'finland'
                    WHEN citizenship IN ('233', '616') THEN 'eu'
                    WHEN citizenship IN ('643', '804', '826', '907') THEN 'europe'
                    WHEN citizenship IN ('706', '566', '288', '404') THEN 'africa'
                    WHEN citizenship IN ('368', '760', '364', '792') THEN 'middle_east'
                    ELSE 'asia' END AS citizenship_group,
                mother_tongue, postcode, arrival_year, integration_plan, spouse
            FROM client
            WHERE citizenship IS NOT '246' OR coalesce(mother_tongue, 'XX') NOT IN ('FI', 'SV');
        CREATE VIEW services AS
            SELECT client.hetu AS hetu, service_event.* FROM service_event JOIN client USING (client_id);
        """

    def __init__(self, directory, rng):
        super().__init__(directory, "espoo", rng)
        self.database = SQLiteRegister(self.path("espoo.sqlite"), self.SCHEMA, {"client": 12, "service_event": 5}, rng)
        self.clients, self.events = self.database.adder("client"), self.database.adder("service_event")
        self.next_id = 0

    def add(self, person):
        if not person.in_espoo:
            return
        random, code = self.random, person.codes["espoo"]
        arrival = person.arrival if person.immigrant and random() < 0.96 else None
        plan = int(person.immigrant and random() < 0.4)
        for _ in range(1 if random() > 0.03 else 2):  # a second client system that was never merged
            self.next_id += 1
            client_id = f"KOTO-{self.next_id:07d}"
            self.clients((
                self.spelling.nullable(code), person.family, person.given, None if person.protected else person.street,
                None if person.protected else person.postcode, person.birth.isoformat() if random() < 0.99 else None,
                person.citizenship, person.language, client_id, arrival, plan, None))
        events = int(-math.log(1 - random()) * (2.5 if person.immigrant else 1))
        for _ in range(min(events, 40)):
            start, end = self.period(person.arrival or FIRST_YEAR, 500, 0.1)
            self.events((client_id, self.pick(("initial_assessment", "integration_plan", "rehabilitative_work",
                                               "early_education", "advice")), start, end, self.maybe(0.9, UNIT)))

    def finish(self):
        return self.database.finish()


class Kela(Authority):
    IMMIGRANT = ("FM",) * 5 + ("PTT",) * 4 + ("YAT",) * 4 + ("LL",) * 3 + ("OT",) * 2 + ("VR", "PR", "KR", "FP", "QE")
    NATIVE = ("FP",) * 2 + ("LL",) * 4 + ("PR",) * 3 + ("OT",) * 3 + ("YAT",) * 2 + ("QE",) * 2 + (
        "VR", "KR", "FM", "PTT")
    MONTHLY = {"FM": 74000, "PTT": 52000, "YAT": 39000, "LL": 16000, "OT": 27000, "VR": 98000, "PR": 88000,
               "KR": 91000, "FP": 78000, "QE": 60000}

    def __init__(self, directory, rng):
        super().__init__(directory, "kela", rng)
        self.benefits = CSVRegister(self.path("benefits.csv"), (
            "hetu", "benefit_code", "year", "months", "gross_eur", "decision_type", "payment_type", "note", "child"), rng)

    def add(self, person):
        random, code = self.random, person.codes["kela"]
        draw = random()
        if draw < 0.0015:
            count = 100 + int(random() * 90)
        else:
            count = int(-math.log(1 - random()) * (8.4 if person.immigrant else 5.4))
        first = max(FIRST_YEAR, person.arrival or FIRST_YEAR, min(person.birth.year + 16, LAST_YEAR))
        codes = self.IMMIGRANT if person.immigrant else self.NATIVE
        years, spelling, add = LAST_YEAR + 1 - first, self.spelling, self.benefits.add
        for _ in range(count):
            benefit = codes[int(random() * len(codes))]
            months = 1 + int(random() * 12)
            cents = int(self.MONTHLY[benefit] * months * (0.6 + 0.8 * random()))
            note = ""
            if random() < 0.03:
                cents, note = -(cents // 7), NOTE[0] if random() < 0.5 else ""
            elif random() < 0.04:
                note = NOTE[int(random() * len(NOTE))]
            decision = random()
            add((spelling(code), benefit, first + int(random() * years), months, _money(cents),
                 "MYÖ" if decision < 0.8 else "TAR" if decision < 0.92 else "LAK" if decision < 0.98 else "HYL",
                 "S" if decision < 0.7 else "T" if decision < 0.9 else "P" if decision < 0.95 else "", note, ""))

    def finish(self):
        return {"benefits.csv": self.benefits.finish()}


class Vero(Authority):
    SCHEMA = """
        CREATE TABLE tax_year (hetu TEXT, vuosi INTEGER NOT NULL, svatva TEXT NOT NULL, svatvp TEXT, palk TEXT NOT NULL,
            yrtu TEXT, tyotur TEXT, toimtu TEXT, kturaha TEXT NOT NULL, ltv TEXT NOT NULL);
        """

    def __init__(self, directory, rng):
        super().__init__(directory, "vero", rng)
        self.database = SQLiteRegister(self.path("incomes.sqlite"), self.SCHEMA, {"tax_year": 10}, rng)
        self.tax_years = self.database.adder("tax_year")

    def add(self, person):
        random, code = self.random, person.codes["vero"]
        first = max(FIRST_YEAR, person.arrival or FIRST_YEAR, min(person.birth.year + 17, LAST_YEAR))
        if random() < 0.45:
            first += int(random() * (LAST_YEAR + 1 - first))
        last = LAST_YEAR - (int(random() * 8) if random() < 0.25 else 0)
        level = int(900_000 + 4_400_000 * random() ** 2)
        entrepreneur, capital = random() < 0.07, random() < 0.3
        for year in range(first, last + 1):
            wage = 0 if random() < 0.2 else int(level * (0.75 + 0.5 * random()))
            business = int(random() * 3_000_000) - 300_000 if entrepreneur else None
            unemployment = int(random() * 900_000) if wage < 2_000_000 and random() < 0.4 else None
            assistance = int(random() * 500_000) if wage == 0 and random() < 0.4 else None
            interest = int(random() * 1_000_000) - 50_000 if capital else None
            earned = wage + (business or 0) + (unemployment or 0)
            tax = int(max(earned, 0) * 0.19)
            self.tax_years((
                self.spelling.nullable(code), year, _money(earned), interest and _money(interest), _money(wage),
                business and _money(business), unemployment and _money(unemployment), assistance and _money(assistance),
                _money(earned - tax + (assistance or 0)), str(tax // 100)))

    def finish(self):
        return self.database.finish()


class Migri(Authority):
    def __init__(self, directory, rng):
        super().__init__(directory, "migri", rng)
        self.permits = CSVRegister(self.path("permits.csv"), (
            "CUSTOMER_ID", "SHNRO", "case_type", "grounds_group", "decision_type", "validity_start", "validity_end",
            "permanent", "initiation_month"), rng, delimiter=";")
        self.next_id = 0

    def add(self, person):
        random = self.random
        if not person.immigrant or (person.citizenship in EU and random() < 0.8) or random() < 0.02:
            return
        self.next_id += 1
        customer, before_code = f"UMA-{self.next_id:07d}", random() < 0.12
        for index in range(1 + int(random() * 5)):
            code = None if index == 0 and before_code else person.codes["migri"]
            start, end = self.period(person.arrival, 1460, 0.1)
            refused = random() < 0.08
            permanent = not refused and (end is None or random() < 0.05)
            self.permits.add((
                customer, self.spelling(code),
                "83" if person.citizenship in EU else self.pick(("59", "60", "60", "61", "49", "46", "63", "48")),
                self.pick(("1", "2", "3", "4", "50", "480001", "490003")), "9" if refused else self.pick("1112"),
                "" if refused else start, "" if refused or permanent else self.text(end), "1" if permanent else "0",
                start[:7]))

    def finish(self):
        return {"permits.csv": self.permits.finish()}


class TE(Authority):
    SCHEMA = """
        CREATE TABLE tyonhaku (hetu TEXT, alkpv1 TEXT NOT NULL, loppv1 TEXT NOT NULL, hapkd TEXT, tyok1 TEXT NOT NULL,
            koulutus TEXT);
        CREATE TABLE palvelu (hetu TEXT, sijkds TEXT NOT NULL, alkpv2 TEXT NOT NULL, loppv2 TEXT, klaji TEXT);
        """

    def __init__(self, directory, rng):
        super().__init__(directory, "te", rng)
        self.database = SQLiteRegister(self.path("te.sqlite"), self.SCHEMA, {"tyonhaku": 6, "palvelu": 5}, rng)
        self.searches, self.services = self.database.adder("tyonhaku"), self.database.adder("palvelu")

    def add(self, person):
        random, code = self.random, person.codes["te"]
        if random() > (0.7 if person.immigrant else 0.25):
            return
        first, degree = person.arrival or FIRST_YEAR, self.maybe(0.85, DEGREE)
        for _ in range(1 + int(random() * 4)):
            start, end = self.period(first, 600, 0.06, OPEN_END)
            self.searches((self.spelling.nullable(code), start, end,
                           None if end == OPEN_END else f"{int(random() * 17):02d}", self.pick("0123456789z"), degree))
        if random() < 0.4:
            for _ in range(1 + int(random() * 3)):
                start, end = self.period(first, 200, 0.04)
                self.services((self.spelling.nullable(code), self.pick(("51", "52", "61", "64", "70", "81")),
                               start, end, self.maybe(0.5, "01234")))

    def finish(self):
        return self.database.finish()


AUTHORITIES = {"omnia": Omnia, "espoo": Espoo, "kela": Kela, "vero": Vero, "migri": Migri, "te": TE}


def _money(cents):
    sign = "-" if cents < 0 else ""
    euros, rest = divmod(abs(cents), 100)
    return f"{sign}{euros}.{rest:02d}"
