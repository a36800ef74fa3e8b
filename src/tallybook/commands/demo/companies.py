"""The customers of the demo MSP. None of them exists; their addresses are below .example, which nobody can register."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from tallybook.commands.demo.names import Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Company:
    """A customer: how many of what it has in the first month, and how that grows."""

    name: str
    domain: str
    language: str
    reference: str = ""
    places: Mapping[str, int]
    """How many of each kind: `user`, `vm`, `server`, `endpoint`."""
    growth_percent: int = 6
    """A year."""
    modern: bool = True
    """Whether its sources give ids, licences, days and what was deleted."""
    joins: int = 0
    """Index of its first month, counted from the first month of the demo."""
    leaves: int | None = None
    """Index of the first month without it."""
    stays: Mapping[int, Name] = field(default_factory=dict)
    """People who never leave, by the place that they hold."""

    def is_customer(self, index: int) -> bool:
        return self.joins <= index and (self.leaves is None or index < self.leaves)

    def count(self, kind: str, index: int) -> int:
        """How many of a kind there are in a month."""
        return max(0, self.places.get(kind, 0) * (1200 + self.growth_percent * index) // 1200)


CAPITALS_INDEX = 7
"""The month in which one person of the first company is spelt in capitals."""
CAPITALS_PLACE = 3

# Somebody's namesake: two in one company, and one each in two others.
_JOE = Name("Joe Borg", "joe.borg")
_OTHER_JOE = Name("Joe Borg", "joe.borg2")
_ALEX = Name("Alex Morgan", "alex.morgan")
_OTHER_ALEX = Name("Alex Morgan", "a.morgan")


def _company(  # noqa: PLR0913 - the columns of the table below
    name: str, domain: str, language: str, reference: str, counts: tuple[int, int, int, int], **more: object
) -> Company:
    places = dict(zip(("user", "vm", "server", "endpoint"), counts, strict=True))
    return Company(
        name=name, domain=f"{domain}.example", language=language, reference=reference, places=places, **more
    )


COMPANIES = (
    # name, domain, language, reference, (users, virtual machines, servers, endpoints)
    _company("Marsa Shipping & Stores Ltd", "marsastores", "maltese", "00417", (58, 9, 2, 20), modern=False,
             stays={2: _JOE, 3: Name("Ġużeppa Zahra", "guzeppa.zahra"), 9: _OTHER_JOE}),
    _company("Ħanut tal-Ktieb", "hanutktieb", "maltese", "00418", (9, 0, 0, 4), modern=False),
    _company("Gozo Ferry Catering Ltd", "gozocatering", "maltese", "00423", (22, 2, 1, 0), stays={1: _JOE}),
    _company("St Julian's Dental Clinic", "sjdental", "maltese", "00431", (16, 3, 1, 12), growth_percent=12),
    _company("Żebbuġ Ceramics", "zebbugceramics", "maltese", "", (7, 0, 1, 0), modern=False),
    _company("Three Cities Architects", "threecities", "maltese", "00440", (31, 5, 1, 16)),
    _company("Harbour Lane Accountants LLP", "harbourlane", "english", "10021", (44, 6, 0, 30), stays={0: _ALEX, 5: _OTHER_ALEX}),
    _company("O'Rourke, Penny & Partners", "orourkepenny", "english", "10022", (27, 4, 1, 0), modern=False),
    _company("=Plus Engineering Ltd", "plusengineering", "english", "10035", (36, 11, 3, 22), stays={4: _ALEX}),
    _company('The "Little Acorns" Nursery', "littleacorns", "english", "10036", (11, 0, 0, 6), modern=False),
    _company("Northmoor Parish Schools", "northmoor", "english", "10041", (104, 6, 2, 60), growth_percent=3),
    _company("Wexcombe Veterinary Group", "wexcombe", "english", "10044", (38, 3, 2, 14), growth_percent=15),
    _company("Copperfield Hotels (UK) Ltd", "copperfieldhotels", "english", "10052", (66, 8, 4, 18), modern=False),
    _company("Bluebell Logistics", "bluebell-logistics", "english", "10058", (29, 4, 1, 26), joins=5),
    _company("Brandt & Töchter, „Die Gärtnerei“ KG", "brandt-gaertnerei", "german", "D-2001", (14, 1, 1, 5)),
    _company("Weißenfels Präzisionsteile GmbH", "weissenfels", "german", "D-2002", (72, 14, 5, 40), growth_percent=4),
    _company('Kanzlei "Süß, Löffler und Jäger"', "suess-loeffler", "german", "D-2007", (18, 2, 1, 0), modern=False),
    _company("Stadtwerke Ödersbruch", "oedersbruch", "german", "D-2010", (49, 12, 6, 0)),
    _company("Apotheke am Großen Markt", "apotheke-gm", "german", "", (8, 0, 1, 7), modern=False),
    _company("Boulangerie L'Épi d'Or", "epidor", "french", "F-301", (10, 0, 0, 4), modern=False),
    _company("Cabinet Lefèvre, Thévenet et Associés", "lefevre-thevenet", "french", "F-302", (26, 3, 1, 9)),
    _company("Transports Vasseur SARL", "vasseur", "french", "F-310", (33, 4, 2, 0), growth_percent=-8),
    _company("Studio Legale D'Angelo & Figli", "dangelo-figli", "italian", "I-401", (19, 2, 1, 0), modern=False),
    _company("Caseificio Moretti S.r.l.", "caseificiomoretti", "italian", "I-402", (23, 3, 1, 8)),
    _company("Officine Pellegrini S.p.A.", "officinepellegrini", "italian", "I-405", (41, 7, 3, 12)),
    _company("Libreria Città Alta", "cittaalta", "italian", "I-409", (6, 0, 0, 5), modern=False),
    _company("Bodegas Peña y Quiñones S.L.", "penaquinones", "spanish", "E-501", (21, 2, 1, 6)),
    _company("Clínica Núñez", "clinicanunez", "spanish", "E-502", (34, 4, 1, 20)),
    _company("Gestoría Ibáñez, S.C.", "gestoriaibanez", "spanish", "", (9, 0, 0, 0), modern=False, leaves=8),
    _company("Bakkerij Zijlstra B.V.", "zijlstra", "dutch", "N-601", (12, 1, 0, 5), modern=False),
    _company("Hoekstra Watertechniek B.V.", "hoekstra-water", "dutch", "N-602", (28, 5, 2, 15)),
    _company("Biuro Rachunkowe Wójcik i Wspólnicy", "wojcik-biuro", "polish", "P-701", (15, 1, 1, 0), modern=False),
    _company("Zakłady Meblowe Łąka Sp. z o.o.", "meblelaka", "polish", "P-703", (39, 5, 2, 11)),
    _company("+Energi Norr AB", "energinorr", "swedish", "S-801", (24, 4, 1, 10)),
    _company("Åbergs Båtvarv", "abergsvarv", "swedish", "S-802", (8, 1, 1, 0), modern=False),
    _company("Οικονόμου & Υιοί Α.Ε.", "oikonomou-yioi", "greek", "G-901", (20, 2, 1, 6)),
    _company("Ξενοδοχεία Αιγαίο", "aigaio-hotels", "greek", "G-902", (25, 3, 0, 0), modern=False),
    _company("清水食品株式会社", "shimizu-foods", "japanese", "J-951", (30, 3, 2, 9)),
    _company("合同会社さくら設計", "sakura-sekkei", "japanese", "", (11, 0, 0, 8), modern=False),
    _company("Güneş Işık İnşaat A.Ş.", "gunesinsaat", "turkish", "T-971", (22, 2, 2, 5)),
)  # fmt: skip
