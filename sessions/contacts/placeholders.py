"""What people and programs write where a number is wanted and there is none."""

import re

_BESIDE = re.compile(r"[\W_]+")
# As they are without blanks and punctuation.
_WORDS = frozenset(
    "unknown unknownnumber tbd tba tbc na nan none null nil no nonumber nophone nonumberavailable nomobile "
    "notavailable notapplicable notprovided notknown notgiven notset notlisted unavailable undefined missing "
    "empty withheld private restricted blocked anonymous x xx xxx xxxx ref value div0 "
    "unbekannt keine keinenummer keineangabe nichtbekannt fehlt entfällt "
    "inconnu inconnue aucun aucune néant nonrenseigné nonconnu "
    "desconocido desconocida ninguno ninguna nodisponible sinnúmero sinnumero sinteléfono sintelefono "
    "desconhecido nenhum semnúmero semnumero nãotem naotem sconosciuto sconosciuta nessuno nessuna "
    "onbekend geen okänd saknas ukjent ukendt tuntematon brak nieznany neznámý neznámé žádný yok bilinmiyor "
    "нет неизвестно неизвестен немає невідомо لايوجد غيرمعروف אין לאידוע "
    "无 無 没有 未知 不明 なし 無し 없음 hakuna haijulikani".split()
)
_SHORT = frozenset("na ka nd nc nv nn".split())  # with something between, such as k. A.: else a sender's name


def is_placeholder(text: str) -> bool:
    """Whether it stands for "no number": a word of the list, mere punctuation, or zeros."""
    parts = _BESIDE.sub(" ", text.casefold()).split()
    words = "".join(parts)
    return words in _WORDS or not words.strip("0") or (len(parts) > 1 and words in _SHORT)
