"""Bytes and a claim, which may be anything -> text that can be stored."""

from __future__ import annotations

from encodings.aliases import aliases

import pytest

from retrieval.sources.charsets import decode

_BYTES = bytes(range(256)) + b"+2AA- \\ud800 xn--0"
_CLAIMS = {*aliases, *aliases.values(), "idna", "punycode", "undefined", "unicode_escape", "raw_unicode_escape"}


def test_no_claim_makes_decoding_fail_or_gives_halves_of_characters() -> None:
    for claim in {*_CLAIMS, "no such charset", "", "a\x00b", "\ud800"}:
        assert decode(_BYTES, claim).encode()


def test_a_claim_that_fits_is_believed() -> None:
    assert decode("Паром".encode("koi8-r"), "KOI8-R") == "Паром"


_RUSSIAN = [
    "Паром на остров Хольм с июня будет ходить каждые полчаса, сообщило в понедельник управление порта.",
    "Мы ждали этого семь лет, сказала Марта Эллингс. СОЛТГЕЙТ заплатил за два судна 9 млн крон.",
    "Старый паром продадут музею. В Миллбруке хотят показывать его двигатель посетителям, объяснил Пер Лунд.",
]


@pytest.mark.parametrize("text", _RUSSIAN)
@pytest.mark.parametrize("charset", ["cp1251", "koi8_r", "cp866"])
@pytest.mark.parametrize(
    "claim", [None, "iso-8859-1", "windows-1252", "windows-1251", "KOI8-R", "ibm866", "utf-8", "odd"]
)
def test_russian_is_read_whatever_is_claimed(text: str, charset: str, claim: str | None) -> None:
    page = f"<html><body><p>{text}</p></body></html>"

    assert decode(page.encode(charset), claim) == page


@pytest.mark.parametrize(
    ("text", "charset"),
    [
        ("Le café près de la forêt a été fermé lundi, a déclaré l'élève de Besançon.", "windows-1252"),
        ("Die Brücke über die Straße wird für Fußgänger geöffnet, sagte die Bürgermeisterin.", "iso-8859-1"),
        ("Zażółć gęślą jaźń, powiedział wójt gminy, która leży nad rzeką.", "windows-1250"),
        ("Ο δήμαρχος είπε ότι το λιμάνι θα κλείσει τη Δευτέρα.", "windows-1253"),
        ("Бургомістр сказав, що міст закриють на ремонт до червня, а їхній пором стоїть.", "windows-1251"),
        ("日本の港は来週閉鎖されると市長が述べた", "shift_jis"),
        ("港口将于下周关闭，市长说。", "gb18030"),
    ],
)
def test_a_true_claim_about_another_language_is_believed(text: str, charset: str) -> None:
    assert decode(text.encode(charset), charset) == text


def test_valid_utf_8_is_believed_before_any_claim() -> None:
    assert decode(_RUSSIAN[0].encode(), "windows-1251") == _RUSSIAN[0]
    assert decode(b"\xef\xbb\xbf" + _RUSSIAN[0].encode(), "koi8-r") == _RUSSIAN[0]
