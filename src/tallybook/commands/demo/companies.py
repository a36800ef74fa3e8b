"""The customers of the demo MSP. None of them exists; their addresses are below .example, which nobody can register."""

# ruff: noqa: RUF001 - letters of other scripts and languages are meant

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import NamedTuple

from tallybook.commands.demo.names import Name


class Counts(NamedTuple):
    """How many of what a company has in its first month."""

    user: int
    vm: int
    server: int
    endpoint: int


@dataclass(frozen=True, slots=True)
class Company:
    """A customer of the demo MSP. Months are counted from the first month of the demo, which is 0."""

    name: str
    short_name: str
    language: str
    reference: str
    counts: Counts
    _: KW_ONLY
    growth_percent: int = 6
    """A year."""
    modern: bool = True
    """Whether its sources give ids, licences, days and what was deleted."""
    joins: int = 0
    leaves: int | None = None
    stays: Mapping[int, Name] = field(default_factory=dict)
    """People who never leave, by the place that they hold."""

    @property
    def domain(self) -> str:
        return f"{self.short_name}.example"

    def is_customer(self, index: int) -> bool:
        return self.joins <= index and (self.leaves is None or index < self.leaves)

    def count(self, kind: str, index: int) -> int:
        """How many of a kind there are in a month."""
        at_first: int = self.counts._asdict()[kind]
        return max(0, at_first * (1200 + self.growth_percent * index) // 1200)


CAPITALS_INDEX = 7
"""The month in which one person of the first company is spelt in capitals."""
CAPITALS_PLACE = 3

# Somebody's namesake: two in one company, and one each in two others.
_JOE = Name("Joe Borg", "joe.borg")
_OTHER_JOE = Name("Joe Borg", "joe.borg2")
_ALEX = Name("Alex Morgan", "alex.morgan")
_OTHER_ALEX = Name("Alex Morgan", "a.morgan")


COMPANIES = (
    # name, short name, language, reference, number of users, virtual machines, servers and endpoints
    Company("Marsa Shipping & Stores Ltd", "marsastores", "maltese", "00417", Counts(58, 9, 2, 20), modern=False,
            stays={2: _JOE, 3: Name("Ġużeppa Zahra", "guzeppa.zahra"), 9: _OTHER_JOE}),
    Company("Ħanut tal-Ktieb", "hanutktieb", "maltese", "00418", Counts(9, 0, 0, 4), modern=False),
    Company("Gozo Ferry Catering Ltd", "gozocatering", "maltese", "00423", Counts(22, 2, 1, 0), stays={1: _JOE}),
    Company("St Julian's Dental Clinic", "sjdental", "maltese", "00431", Counts(16, 3, 1, 12), growth_percent=12),
    Company("Żebbuġ Ceramics", "zebbugceramics", "maltese", "", Counts(7, 0, 1, 0), modern=False),
    Company("Three Cities Architects", "threecities", "maltese", "00440", Counts(31, 5, 1, 16)),
    Company("Harbour Lane Accountants LLP", "harbourlane", "english", "10021", Counts(44, 6, 0, 30),
            stays={0: _ALEX, 5: _OTHER_ALEX}),
    Company("O'Rourke, Penny & Partners", "orourkepenny", "english", "10022", Counts(27, 4, 1, 0), modern=False),
    Company("=Plus Engineering Ltd", "plusengineering", "english", "10035", Counts(36, 11, 3, 22), stays={4: _ALEX}),
    Company('The "Little Acorns" Nursery', "littleacorns", "english", "10036", Counts(11, 0, 0, 6), modern=False),
    Company("Northmoor Parish Schools", "northmoor", "english", "10041", Counts(104, 6, 2, 60), growth_percent=3),
    Company("Wexcombe Veterinary Group", "wexcombe", "english", "10044", Counts(38, 3, 2, 14), growth_percent=15),
    Company("Copperfield Hotels (UK) Ltd", "copperfieldhotels", "english", "10052", Counts(66, 8, 4, 18), modern=False),
    Company("Bluebell Logistics", "bluebell-logistics", "english", "10058", Counts(29, 4, 1, 26), joins=5),
    Company("Brandt & Töchter, „Die Gärtnerei“ KG", "brandt-gaertnerei", "german", "D-2001", Counts(14, 1, 1, 5)),
    Company("Weißenfels Präzisionsteile GmbH", "weissenfels", "german", "D-2002", Counts(72, 14, 5, 40), growth_percent=4),
    Company('Kanzlei "Süß, Löffler und Jäger"', "suess-loeffler", "german", "D-2007", Counts(18, 2, 1, 0), modern=False),
    Company("Stadtwerke Ödersbruch", "oedersbruch", "german", "D-2010", Counts(49, 12, 6, 0)),
    Company("Apotheke am Großen Markt", "apotheke-gm", "german", "", Counts(8, 0, 1, 7), modern=False),
    Company("Boulangerie L'Épi d'Or", "epidor", "french", "F-301", Counts(10, 0, 0, 4), modern=False),
    Company("Cabinet Lefèvre, Thévenet et Associés", "lefevre-thevenet", "french", "F-302", Counts(26, 3, 1, 9)),
    Company("Transports Vasseur SARL", "vasseur", "french", "F-310", Counts(33, 4, 2, 0), growth_percent=-8),
    Company("Studio Legale D'Angelo & Figli", "dangelo-figli", "italian", "I-401", Counts(19, 2, 1, 0), modern=False),
    Company("Caseificio Moretti S.r.l.", "caseificiomoretti", "italian", "I-402", Counts(23, 3, 1, 8)),
    Company("Officine Pellegrini S.p.A.", "officinepellegrini", "italian", "I-405", Counts(41, 7, 3, 12)),
    Company("Libreria Città Alta", "cittaalta", "italian", "I-409", Counts(6, 0, 0, 5), modern=False),
    Company("Bodegas Peña y Quiñones S.L.", "penaquinones", "spanish", "E-501", Counts(21, 2, 1, 6)),
    Company("Clínica Núñez", "clinicanunez", "spanish", "E-502", Counts(34, 4, 1, 20)),
    Company("Gestoría Ibáñez, S.C.", "gestoriaibanez", "spanish", "", Counts(9, 0, 0, 0), modern=False, leaves=8),
    Company("Bakkerij Zijlstra B.V.", "zijlstra", "dutch", "N-601", Counts(12, 1, 0, 5), modern=False),
    Company("Hoekstra Watertechniek B.V.", "hoekstra-water", "dutch", "N-602", Counts(28, 5, 2, 15)),
    Company("Biuro Rachunkowe Wójcik i Wspólnicy", "wojcik-biuro", "polish", "P-701", Counts(15, 1, 1, 0), modern=False),
    Company("Zakłady Meblowe Łąka Sp. z o.o.", "meblelaka", "polish", "P-703", Counts(39, 5, 2, 11)),
    Company("+Energi Norr AB", "energinorr", "swedish", "S-801", Counts(24, 4, 1, 10)),
    Company("Åbergs Båtvarv", "abergsvarv", "swedish", "S-802", Counts(8, 1, 1, 0), modern=False),
    Company("Οικονόμου & Υιοί Α.Ε.", "oikonomou-yioi", "greek", "G-901", Counts(20, 2, 1, 6)),
    Company("Ξενοδοχεία Αιγαίο", "aigaio-hotels", "greek", "G-902", Counts(25, 3, 0, 0), modern=False),
    Company("清水食品株式会社", "shimizu-foods", "japanese", "J-951", Counts(30, 3, 2, 9)),
    Company("合同会社さくら設計", "sakura-sekkei", "japanese", "", Counts(11, 0, 0, 8), modern=False),
    Company("Güneş Işık İnşaat A.Ş.", "gunesinsaat", "turkish", "T-971", Counts(22, 2, 2, 5)),
)  # fmt: skip
