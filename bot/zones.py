"""What a person types about where he is ("Berlin", "UTC+3", "it is 14:30") in, a time zone out, and back to words.

A zone is an IANA name throughout, also where an offset was typed, so that any library understands what is stored.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Set
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from babel import Locale
from babel.core import get_global

LANGUAGES = ("en", "ru")  # whose names of cities and countries are understood
QUARTER = 15  # minutes: offsets are whole quarters of an hour
EARLIEST, LATEST = -10 * 60 - 45, 13 * 60  # a clock alone does not tell the date: Auckland and Honolulu, not Samoa

# Where the offset is no whole hour, and Etc/ has no name for it: all there are. Those that stay as they are come first.
_BROKEN = ("Asia/Kolkata", "Asia/Kathmandu", "Asia/Kabul", "Asia/Tehran", "Asia/Yangon", "Australia/Darwin",
           "Australia/Eucla", "Pacific/Marquesas", "America/St_Johns", "Australia/Adelaide", "Pacific/Chatham",
           "Australia/Lord_Howe")  # fmt: skip
_NOT_FOR_PEOPLE = re.compile(r"Etc/|localtime$|Factory$|GMT")
# Large cities that give no zone its name, and what people say for short.
_SAID: Mapping[str, str] = {
    "Europe/Moscow": "msk, мск, питер, спб, санкт-петербург, петербург, st petersburg, saint petersburg, "
    "казань, kazan, нижний новгород, nizhny novgorod, краснодар, krasnodar, ростов-на-дону, ростов, rostov-on-don, "
    "rostov, сочи, sochi, воронеж, voronezh, ярославль, тула, тверь, рязань, калуга, белгород, курск, мурманск, "
    "murmansk, архангельск, петрозаводск, махачкала, ставрополь, пенза, московское",
    "Europe/Samara": "тольятти, tolyatti, ижевск, izhevsk",
    "Asia/Yekaterinburg": "екб, ekaterinburg, челябинск, chelyabinsk, уфа, ufa, пермь, perm, тюмень, tyumen, "
    "оренбург, orenburg, сургут, surgut, курган, магнитогорск",
    "Asia/Novosibirsk": "нск",
    "Asia/Krasnoyarsk": "кемерово, kemerovo, абакан",
    "Asia/Irkutsk": "улан-удэ, ulan-ude",
    "Asia/Yakutsk": "благовещенск, blagoveshchensk",
    "Asia/Vladivostok": "хабаровск, khabarovsk",
    "Asia/Almaty": "астана, astana, шымкент, shymkent, караганда, karaganda, алма-ата",
    "Asia/Tbilisi": "батуми, batumi",
    "Europe/Minsk": "гомель, брест, гродно, витебск, могилев",
    "Europe/Kyiv": "харьков, kharkiv, одесса, odesa, odessa, львов, lviv, днепр, dnipro, киев",
    "Asia/Jerusalem": "тель-авив, tel aviv, хайфа, haifa",
    "Europe/Istanbul": "анкара, ankara, анталья, antalya, измир, izmir",
    "Asia/Dubai": "абу-даби, abu dhabi, оаэ, uae",
    "Europe/Berlin": "munich, мюнхен, hamburg, гамбург, frankfurt, франкфурт, cologne, кельн, stuttgart, штутгарт, "
    "leipzig, лейпциг, dresden, дрезден, dusseldorf, дюссельдорф, nuremberg, нюрнберг, cet, cest",
    "Europe/Zurich": "geneva, женева, basel, базель, bern, берн",
    "Europe/Rome": "milan, милан, naples, неаполь, turin, турин, florence, флоренция, venice, венеция",
    "Europe/Madrid": "barcelona, барселона, valencia, валенсия, seville, севилья, malaga, малага",
    "Europe/Paris": "lyon, лион, marseille, марсель, nice, ницца, toulouse, тулуза",
    "Europe/Amsterdam": "rotterdam, роттердам, the hague, hague, гаага",
    "Europe/London": "manchester, манчестер, birmingham, edinburgh, эдинбург, liverpool, ливерпуль, glasgow, uk, bst, "
    "england, англия, scotland, шотландия, britain, великобритания",
    "Europe/Lisbon": "porto, порту",
    "Europe/Warsaw": "krakow, краков, gdansk, гданьск, wroclaw, вроцлав",
    "Europe/Prague": "brno, брно, чехия, czech republic",
    "Europe/Belgrade": "novi sad, нови-сад",
    "America/New_York": "nyc, boston, бостон, washington, вашингтон, washington dc, miami, майами, philadelphia, "
    "филадельфия, atlanta, атланта, orlando, est, edt, et, usa, us, сша, америка, united states of america",
    "America/Chicago": "houston, хьюстон, dallas, даллас, austin, остин, cst, cdt, ct",
    "America/Denver": "mst, mdt, salt lake city",
    "America/Los_Angeles": "la, san francisco, sf, сан-франциско, seattle, сиэтл, san diego, сан-диего, san jose ca, "
    "las vegas, лас-вегас, portland, sacramento, california, калифорния, pst, pdt, pt",
    "America/Toronto": "ottawa, оттава, montreal, монреаль",
    "America/Edmonton": "calgary, калгари",
    "America/Sao_Paulo": "rio de janeiro, рио-де-жанейро, rio, brasilia, бразилиа",
    "Asia/Kolkata": "delhi, дели, new delhi, нью-дели, mumbai, мумбаи, bangalore, bengaluru, бангалор, chennai, "
    "ченнаи, hyderabad, pune, goa, гоа, ist",
    "Asia/Shanghai": "beijing, пекин, shenzhen, шэньчжэнь, guangzhou, гуанчжоу, chengdu, wuhan",
    "Asia/Tokyo": "osaka, осака, kyoto, киото, jst",
    "Asia/Karachi": "lahore, лахор, islamabad, исламабад",
    "Asia/Ho_Chi_Minh": "hanoi, ханой, da nang, дананг, nha trang, нячанг, сайгон",
    "Asia/Bangkok": "phuket, пхукет, pattaya, паттайя",
    "Asia/Makassar": "bali, бали, denpasar, денпасар",
    "Africa/Johannesburg": "cape town, кейптаун, юар",
    "Africa/Lagos": "abuja, абуджа",
    "Australia/Sydney": "canberra, канберра",
    "Pacific/Auckland": "wellington, веллингтон",
    "UTC": "z, utc, gmt, uct, zulu",
}  # fmt: skip
# The zone of a country that has several: its capital's, or where most of its people live.
_CAPITALS: Mapping[str, str] = {
    "RU": "Europe/Moscow", "US": "America/New_York", "CN": "Asia/Shanghai", "DE": "Europe/Berlin",
    "ES": "Europe/Madrid", "PT": "Europe/Lisbon", "UA": "Europe/Kyiv", "UZ": "Asia/Tashkent", "KZ": "Asia/Almaty",
    "MY": "Asia/Kuala_Lumpur", "NZ": "Pacific/Auckland", "MX": "America/Mexico_City", "BR": "America/Sao_Paulo",
    "AR": "America/Argentina/Buenos_Aires", "AU": "Australia/Sydney", "CA": "America/Toronto",
    "CL": "America/Santiago", "CY": "Asia/Nicosia", "EC": "America/Guayaquil", "ID": "Asia/Jakarta",
    "MN": "Asia/Ulaanbaatar", "CD": "Africa/Kinshasa", "PS": "Asia/Gaza", "GL": "America/Nuuk",
    "PF": "Pacific/Tahiti", "PG": "Pacific/Port_Moresby", "FM": "Pacific/Pohnpei", "KI": "Pacific/Tarawa",
    "MH": "Pacific/Majuro"}  # fmt: skip

_AROUND = re.compile(
    r"^(?:(?:i am|i'm|i’m|we are|i live|live|living|я|мы|живу|нахожусь|it is|it's|it’s|now|right now|currently|my|our"
    r"|local|time ?zone|time|at|in|the|is|сейчас|теперь|у меня|у нас|мой|мо[её]|часовой пояс|время|по|во?|на|городе?)"
    r"(?:[\s:,]+|$))+|[\s,]*\b(?:time ?zone|time|now|here|время|времени|сейчас|часовой пояс)?[\s.!]*$",
    re.IGNORECASE,
)
_OFFSET = re.compile(
    r"(?P<base>utc|gmt|msk|мск)?\s*(?P<sign>[+−–-])\s*(?P<hours>\d{1,2})(?::?(?P<minutes>\d\d))?", re.IGNORECASE
)
_CLOCK = re.compile(
    r"(?P<hours>\d{1,2})(?:[:.](?P<minutes>\d\d)(?::\d\d)?|(?=\s*[ap]))\s*(?:(?P<half>[ap])\.?m\.?)?", re.IGNORECASE
)


def local(moment: datetime, zone: str) -> datetime:
    """The moment as clocks show it in the zone; a name that this machine does not know counts as UTC."""
    return moment.astimezone(_load_zone(zone))


def zone_words(zone: str, now: datetime) -> str:
    """ "Europe/Berlin (UTC+2)"; an offset alone where the zone is nothing else."""
    minutes = _offset(zone, now)
    hours, rest = divmod(abs(minutes), 60)
    offset = f"UTC{'-' if minutes < 0 else '+'}{hours}{f':{rest:02}' if rest else ''}" if minutes else "UTC"
    return f"{zone} ({offset})" if "/" in zone and not zone.startswith("Etc/") else offset


def find_zone(text: str, now: datetime) -> str | None:
    """The IANA name of the zone that is meant: itself, a city or a country (English, Russian), an offset or the local
    time of now. A best guess where several fit; None where nothing does.
    """
    said = " ".join(text.split())
    bare = _AROUND.sub("", said)
    tried = dict.fromkeys((said, bare, bare.split(",")[0]))
    guesses = (find(each, now) for each in tried for find in (_named, _typed_offset, _by_clock))
    return next((zone for zone in guesses if zone), None)


def _named(text: str, _: datetime) -> str | None:
    names = _zones_by_name()
    return names.get(text.casefold().replace(" ", "_")) or names.get(_key(text)) or names.get(_stem(_key(text)))


def _typed_offset(text: str, now: datetime) -> str | None:
    if not (match := _OFFSET.fullmatch(text)):
        return None
    minutes = int(match["hours"]) * 60 + int(match["minutes"] or 0)
    minutes = minutes if match["sign"] == "+" else -minutes
    return _fixed(minutes + (180 if (match["base"] or "").casefold() in ("msk", "мск") else 0), now)


def _by_clock(text: str, now: datetime) -> str | None:
    """A clock that shows this time now, give or take the minutes it took to type it."""
    if not (match := _CLOCK.fullmatch(text)):
        return None
    hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
    if minutes > 59 or hours > (12 if match["half"] else 23):
        return None
    if match["half"]:
        hours = hours % 12 + 12 * (match["half"].casefold() == "p")
    utc = now.astimezone(UTC)
    ahead = hours * 60 + minutes - utc.hour * 60 - utc.minute
    ahead = (ahead + QUARTER // 2) // QUARTER * QUARTER
    return _fixed((ahead - EARLIEST) % (24 * 60) + EARLIEST, now)


def _fixed(minutes: int, now: datetime) -> str | None:
    """A zone that has this offset to UTC, for good where there is one."""
    if minutes % 60:
        return next((zone for zone in _BROKEN if _offset(zone, now) == minutes), None)
    hours = minutes // 60
    if not -12 <= hours <= 14:
        return None
    return f"Etc/GMT{-hours:+}" if hours else "UTC"  # Etc/ counts westward: Etc/GMT-3 is ahead of UTC


def _offset(zone: str, now: datetime) -> int:
    return round((local(now, zone).utcoffset() or timedelta()).total_seconds() / 60)


@lru_cache(maxsize=1024)
def _load_zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError):  # unknown here; no name at all; a folder
        return UTC


@lru_cache(maxsize=1)
def _zones_by_name() -> Mapping[str, str]:
    """Everything a zone may be called -> its name of today. What comes first is meant."""
    known = available_timezones()
    whole = {name.casefold(): _newest(name, known) for name in known if "/" in name}
    names, stems = dict[str, str](), dict[str, str]()
    for name, zone in _sayings(sorted(known)):
        names.setdefault(_key(name), _newest(zone, known))
        stems.setdefault(_stem(_key(name)), _newest(zone, known))
    found = stems | names | whole
    return {name: zone for name, zone in found.items() if name and zone in known}


def _newest(zone: str, known: Set[str]) -> str:
    """Europe/Kiev is Europe/Kyiv by now, where this machine knows it."""
    newest: str = get_global("zone_aliases").get(zone, zone)
    return "UTC" if newest in ("Etc/UTC", "Etc/GMT") else newest if newest in known else zone


def _sayings(known: list[str]) -> Iterator[tuple[str, str]]:
    for zone, names in _SAID.items():
        yield from ((name, zone) for name in names.split(","))
    for locale in map(Locale, LANGUAGES):
        cities = ((str(one.get("city", "")), zone) for zone, one in locale.time_zones.items())
        yield from ((name, zone) for city, zone in cities if city for name in (city, city.split(",")[0]))
    places = [zone for zone in known if not _NOT_FOR_PEOPLE.match(zone)]
    yield from ((zone.rpartition("/")[2], zone) for zone in places)
    yield from ((zone, zone) for zone in places)
    zones = get_global("territory_zones")
    for territory, zone in {**{one: its[0] for one, its in zones.items() if len(its) == 1}, **_CAPITALS}.items():
        yield from ((Locale(language).territories.get(territory, ""), zone) for language in LANGUAGES)


def _key(text: str) -> str:
    """Without case, accents and signs: "São Paulo" and "sao-paulo" are the same city."""
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(one for one in letters if not unicodedata.combining(one))))


def _stem(key: str) -> str:
    """A Russian name without its endings: "в Москве" is in Москва. (The signs of й and ё are gone already.)"""
    return " ".join(word.rstrip("аеиоуыэюяь") if len(word) > 2 else word for word in key.split())
