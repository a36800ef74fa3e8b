"""Given and family names by language. All people are combinations of these, and nobody in particular.

Names in another script stand with their spelling in e-mail addresses, behind a slash.
"""

import unicodedata
from typing import NamedTuple

# Family names that do not follow the gender of the given name, 24 of each.
_GIVEN = {
    "dutch": "Anouk Bas Bram Daan Eline Femke Fleur Gijs Ilse Jeroen Joost Joris Lieke Maaike Marijn Niels Pieter Roos "
    "Sanne Sjoerd Thijs Wietske Wouter Ymke",
    "english": "Adam Alice Beth Callum Charlotte Daniel Ellie Emma George Grace Harry Holly Jack James Kate Liam Lucy "
    "Megan Oliver Poppy Rhys Sophie Thomas Zoë",
    "french": "Adèle Agnès Antoine Aurélie Benoît Camille Céline Claire Élodie Étienne François Gaëlle Hélène Jérôme Julien "
    "Léa Loïc Manon Mathieu Noémie Océane Rémi Théo Zoé",
    "german": "Anja Anneliese Bernd Birgit Björn Claudia Dörte Florian Gesine Günther Heike Jörg Jürgen Käthe Lena Lukas "
    "Maximilian Nadine Ralf Sabine Sören Tobias Uwe Yannick",
    "greek": "Αγγελική/angeliki Άννα/anna Βασίλης/vasilis Γιώργος/giorgos Δήμητρα/dimitra Ειρήνη/eirini Ελένη/eleni "
    "Ηλίας/ilias Θανάσης/thanasis Ιωάννα/ioanna Κατερίνα/katerina Κώστας/kostas Λευτέρης/lefteris Μαρία/maria "
    "Μιχάλης/michalis Νίκος/nikos Ξένια/xenia Όλγα/olga Πέτρος/petros Ράνια/rania Σοφία/sofia Σπύρος/spyros "
    "Στέλιος/stelios Χάρης/charis",
    "italian": "Alessia Andrea Beatrice Chiara Davide Elena Enrico Federica Francesco Giada Giorgio Giulia Ilaria Irene "
    "Lorenzo Luca Marco Martina Niccolò Paola Riccardo Sara Stefano Valentina",
    "japanese": "愛/ai 葵/aoi 彩/aya 大輔/daisuke 恵美/emi 花子/hanako 陽子/yoko 浩/hiroshi 純/jun 和也/kazuya 健太/kenta "
    "真理/mari 美咲/misaki 直樹/naoki 奈々/nana 亮/ryo 桜/sakura 翔/sho 太郎/taro 智子/tomoko 優/yu 由美/yumi 裕子/yuko 隆/takashi",
    "maltese": "Aġnes Andrè Clint Daphne Doreen Etienne Fiona Ġiljan Ġorġ Graziella Karmenu Keith Luċija Marisabelle Mattija "
    "Nazzareno Pawlu Rita Roderick Rosemarie Stephania Twanny Wistin Żeppi",
    "polish": "Agnieszka Beata Błażej Dorota Elżbieta Grzegorz Iwona Jacek Jakub Jerzy Joanna Justyna Łukasz Magdalena "
    "Małgorzata Michał Monika Paweł Piotr Rafał Sławomir Tomasz Wiesława Zofia",
    "spanish": "Álvaro Ana Begoña Carlos Carmen Cristina Elena Estíbaliz Íñigo Inés Iván Javier Jesús Joaquín José Lucía "
    "Marta Míriam Mónica Óscar Pilar Raúl Sofía Verónica",
    "swedish": "Åke Åsa Anders Annika Björn Elsa Erik Gösta Gunilla Göran Hanna Håkan Ingrid Jonas Karin Lars Linnéa "
    "Malin Märta Nils Östen Pär Sigrid Ulf",
    "turkish": "Ahmet Ayşe Barış Burcu Cem Çağla Deniz Elif Emre Fatma Gökhan Gül Hüseyin İpek Kemal Leyla Mehmet Merve "
    "Oğuz Özge Selin Şule Ümit Zeynep",
}  # fmt: skip
_FAMILY = {
    "dutch": "Bakker Boer Bos Brouwer Dekker Dijkstra Hendriks Hoekstra Jansen Kok Koning Kuipers Meijer Mulder Peters "
    "Postma Prins Schouten Smit Veenstra Visser Vos Willems Zijlstra",
    "english": "Ainsworth Barlow Bexley Carver Dunmore Ellwood Fairley Garside Hartnell Ingleby Jarrold Kempton Langdale "
    "Marlow Nettleton O'Dowd Penrose Quilter Radley Sedgwick Thornley Underhill Wexford Yardley",
    "french": "Aubry Barbier Beaumont Bertin Blanchard Carpentier Charpentier Collet Dufresne Fabre Garnier Guérin Jacquet "
    "Lefèvre Lemaître Marchand Mercier Moulin Perrault Picard Renaud Roussel Thévenet Vasseur",
    "german": "Abendroth Bäcker Brandt Dürr Eichhorn Fröhlich Großmann Hübner Jäger Kästner Köhler Lindemann Löffler "
    "Möller Nürnberger Oberländer Pfeiffer Rösler Schäfer Schönfeld Steinmeyer Süß Weißenborn Zöllner",
    "greek": "Αλεξίου/alexiou Αναγνώστου/anagnostou Αντωνίου/antoniou Βασιλείου/vasileiou Γεωργίου/georgiou "
    "Δημητρίου/dimitriou Ευαγγέλου/evangelou Ζαχαρίου/zachariou Θεοδώρου/theodorou Ιωάννου/ioannou "
    "Κυριάκου/kyriakou Κωνσταντίνου/konstantinou Λάμπρου/lamprou Μακρή/makri Μιχαήλ/michail Νικολάου/nikolaou "
    "Οικονόμου/oikonomou Παναγιώτου/panagiotou Παύλου/pavlou Ραφαήλ/rafail Σταύρου/stavrou Στεφάνου/stefanou "
    "Φωτίου/fotiou Χρήστου/christou",
    "italian": "Amato Barone Benedetti Bianchi Caruso Colombo Conti Costa D'Angelo Esposito Ferrara Fontana Galli "
    "Giordano Greco Lombardi Mancini Marini Moretti Pellegrini Rinaldi Romano Serra Vitale",
    "japanese": "青木/aoki 藤田/fujita 後藤/goto 長谷川/hasegawa 林/hayashi 石川/ishikawa 伊藤/ito 加藤/kato 木村/kimura "
    "小林/kobayashi 近藤/kondo 前田/maeda 松本/matsumoto 森/mori 中村/nakamura 西村/nishimura 岡田/okada 斎藤/saito "
    "坂本/sakamoto 清水/shimizu 高橋/takahashi 田中/tanaka 山田/yamada 吉田/yoshida",
    "maltese": "Abela Agius Attard Azzopardi Bonniċi Bugeja Buttiġieġ Camilleri Cauchi Debono Fenech Galea Gauci Grech "
    "Mallia Mifsud Muscat Psaila Sammut Scerri Spiteri Vassallo Xuereb Żammit",
    "polish": "Adamczyk Bąk Błaszczyk Cieślak Duda Dudek Góra Jabłoń Kaczmarek Kołodziej Kozioł Król Mazur Nowak "
    "Pająk Piątek Sikora Sobczak Stępień Szczepanik Walczak Wójcik Wrona Zięba",
    "spanish": "Álvarez Benítez Cabañas Domínguez Esteban Fernández Gallego Giménez Herrero Ibáñez Jiménez Lozano Marín "
    "Méndez Muñoz Núñez Ortega Peña Quiñones Rincón Sáez Tejero Vázquez Yáñez",
    "swedish": "Åberg Åkesson Bäckström Bergqvist Dahl Ek Fält Forsberg Hägglund Hedlund Höglund Järvinen Lindqvist Löfgren "
    "Mårtensson Nyström Öberg Palm Rönnqvist Sandström Sjöberg Söderlund Wallin Ytterberg",
    "turkish": "Acar Akın Aydın Bozkurt Çelik Demir Doğan Erdoğdu Gündüz Güneş Işık Kaplan Karaca Kılıç Koç Öztürk "
    "Polat Şahin Taş Tekin Uçar Ünal Yıldırım Yılmaz",
}  # fmt: skip
_FAMILY_FIRST = {"japanese"}
# Letters that no decomposition turns into one of the alphabet.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "ß": "ss", "ı": "i", "ħ": "h", "æ": "ae", "'": ""})
# Has no factor in common with the number of combinations, so that all of them come before one comes again.
_STEP = 205


class Name(NamedTuple):
    """A person's name as it is shown, and as it is spelt before the @ of an address."""

    shown: str
    local_part: str


def name_of(language: str, number: int) -> Name:
    """The name with this number. Names that follow one another share neither part."""
    given, family = _GIVEN[language].split(), _FAMILY[language].split()
    which = number * _STEP % (len(given) * len(family))
    return _combined(language, given[which % len(given)], family[which // len(given)])


def _combined(language: str, given: str, family: str) -> Name:
    given_shown, _, given_ascii = given.partition("/")
    family_shown, _, family_ascii = family.partition("/")
    parts = (family_shown, given_shown) if language in _FAMILY_FIRST else (given_shown, family_shown)
    return Name(" ".join(parts), f"{given_ascii or plain(given_shown)}.{family_ascii or plain(family_shown)}")


def plain(name: str) -> str:
    """A name in the letters a to z, as addresses are made of them."""
    decomposed = unicodedata.normalize("NFKD", name.lower().translate(_LETTERS))
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
