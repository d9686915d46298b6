"""What a page says and shows -> why it is no article: a paywall, a question of consent, a challenge, a list of links.

Such a page speaks to its visitor, and tells little besides. An article about paywalls, cookies or captchas tells about
others, and at length: what counts is the prose that is left when the wall's own words are taken out.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from retrieval.sources import cues
from retrieval.sources.page_facts import PageFacts
from retrieval.sources.prose import ends_sentence

_PROSE = 60  # characters of a line that can be a paragraph
_LITTLE = 300  # characters of prose: two paragraphs; what has no more besides a wall's words is the wall
_BLOCKED = 900  # characters of prose below a title that is a wall's: "What can I do to resolve this?"
_STUB = 250  # characters of prose that a locked article shows, at most, without saying that it is locked
_TEASER = 1_200  # characters of prose above "Subscribe to continue reading"
_AFTER = 120  # characters of prose below what asks for payment: a name, a hint
_CAPTION = 500  # characters of prose beside a video
_HEADLINES = 10  # links to other pages, four words or more each
_TEASED = 30  # characters of prose for each of them: teasers that no box tells from paragraphs
_FRONT = 1_500  # characters of prose on a site's first page, where no article lives
_MAX_LINE = 600  # characters of a line that are searched: what speaks to visitors does so at its beginning
_QUOTED = re.compile('“[^”]*”|"[^"]*"|„[^“”]*[“”]|«[^»]*»')
_PARTS = re.compile(r"\s+[|–—·»-]\s+")


@dataclass(frozen=True, slots=True)
class PageShape:
    """What a page shows. Lines are cleaned; `paragraphs` are the article's, as far as one was found."""

    lines: tuple[str, ...]  # all that can be seen, in order, without menus and footers
    paragraphs: tuple[str, ...]  # without furniture
    headlines: int  # links to other pages of the site that read like headlines


def find_wall(facts: PageFacts, shape: PageShape) -> str | None:
    """ "challenge", "error page", "consent", "paywall", "video", "index page", or None for what may be an article."""
    return next((reason for reason, is_one in _WALLS.items() if is_one(facts, shape)), None)


def _is_challenge(facts: PageFacts, shape: PageShape) -> bool:
    prose = _prose(shape, _CHALLENGES)
    if any(_fits(_CHALLENGE_TITLES, part) for part in _names(facts)):
        return prose <= _BLOCKED
    return prose <= min(_LITTLE, _spoken(shape.lines, _CHALLENGES))


def _is_error(facts: PageFacts, shape: PageShape) -> bool:
    return any(_fits(_ERRORS, part) for part in _names(facts)) and _prose(shape, _ERRORS) <= _BLOCKED // 2


def _is_consent(facts: PageFacts, shape: PageShape) -> bool:
    """Two of its phrases, or one in the title; what else it says is about data and partners."""
    named = sum(bool(_CONSENT.search(_plain(part))) for part in _names(facts))
    asked = _speaks(shape.lines, _CONSENT) + named
    return asked >= 2 and _prose(shape, _CONSENT_TALK) <= min(_LITTLE, _spoken(shape.lines, _CONSENT_TALK))


def _is_paywall(facts: PageFacts, shape: PageShape) -> bool:
    """Little is told, and then one is asked to pay; or the page says that it is locked, and tells next to nothing."""
    prose = _prose(shape, _PAYWALL)
    asked = _asks_to_pay(shape)
    if facts.is_free is False:
        return prose <= (_TEASER if asked else _STUB)
    return asked and prose <= (_TEASER if _is_cut(shape.paragraphs) else _TEASER // 2)


def _is_video(facts: PageFacts, shape: PageShape) -> bool:
    is_one = facts.kind.startswith("video") or ("VideoObject" in facts.types and not facts.is_article)
    return is_one and _prose(shape, None) <= _CAPTION


def _is_index(facts: PageFacts, shape: PageShape) -> bool:
    """Mostly headlines that lead elsewhere. A site's first page is one whatever it claims."""
    if shape.headlines < _HEADLINES:
        return False
    prose = _prose(shape, None)
    if urlsplit(facts.address).path.strip("/") == "":
        return prose <= _FRONT or not facts.is_article
    return not facts.is_article and prose <= max(_LITTLE, min(_FRONT, _TEASED * shape.headlines))


_WALLS = {
    "challenge": _is_challenge,
    "error page": _is_error,
    "consent": _is_consent,
    "paywall": _is_paywall,
    "video": _is_video,
    "index page": _is_index,
}


def _names(facts: PageFacts) -> list[str]:
    """The window's title, its parts, and the headings."""
    return [facts.title, *_PARTS.split(facts.title), *facts.headings]


def _fits(pattern: re.Pattern[str], name: str) -> bool:
    return pattern.fullmatch(_plain(name).strip(" .!…:")) is not None


def _speaks(lines: Sequence[str], wall: re.Pattern[str]) -> int:
    """How many lines say to the visitor what such a wall says."""
    return sum(_says(line, wall) for line in lines)


def _spoken(lines: Sequence[str], wall: re.Pattern[str]) -> int:
    """Characters of the lines that are about what such a wall is about; -1 if none is."""
    return sum(len(line) for line in lines if _says(line, wall)) or -1


def _says(line: str, wall: re.Pattern[str]) -> bool:
    """Not in quotation marks, and not as someone's report."""
    spoken = _QUOTED.sub(" ", _plain(line))
    return wall.search(spoken) is not None and not cues.REPORTED.search(spoken)


def _prose(shape: PageShape, wall: re.Pattern[str] | None) -> int:
    """Characters of the article's paragraphs that are sentences and not the wall's own."""
    told = (line for line in shape.paragraphs if len(line) >= _PROSE and ends_sentence(line))
    return sum(len(line) for line in told if wall is None or not _says(line, wall))


def _asks_to_pay(shape: PageShape) -> bool:
    """Whether the page asks for it below what it tells, with no more prose after that."""
    asking = [number for number, line in enumerate(shape.lines) if _says(line, _PAYWALL)]
    if not asking:
        return False
    told = set(shape.paragraphs)
    after = sum(len(line) for line in shape.lines[asking[0] + 1 :] if line in told and not _says(line, _PAYWALL))
    return after <= _AFTER


def _is_cut(paragraphs: Sequence[str]) -> bool:
    """Whether it breaks off: with dots, or amid a sentence."""
    return bool(paragraphs) and (paragraphs[-1].endswith(("…", "...")) or not ends_sentence(paragraphs[-1]))


def _plain(line: str) -> str:
    return line[:_MAX_LINE].lower().replace("’", "'").replace("ё", "е")


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


# English, Russian, German, French; lower case, straight apostrophes, no «ё».
_CHALLENGE_TITLES = _any(
    r"just a moment|one moment,? please|please wait|attention required|access (?:to this page (?:has been"
    r"|is) )?denied",
    r"(?:security|browser|bot) (?:check|verification|challenge)|pardon our interruption|are you (?:a )?(?:human"
    r"|robot).*",
    r"(?:checking|verifying) (?:your browser|you are (?:a )?human|if the site connection is secure).*|robot check",
    r"(?:please )?(?:verify|confirm) (?:that )?you are (?:a human|human|not a robot).*|ddos-guard|captcha"
    r"|request rejected",
    r"sorry, you have been blocked|you have been blocked|human verification|i'm not a robot|403 forbidden|forbidden",
    r"проверка (?:вашего )?браузера|проверка безопасности|вы не робот.*|доступ (?:запрещен|ограничен|заблокирован)",
    r"подтвердите, что .{0,20}не робот.*|подождите.*|один момент|ой!|проверяем.*браузер.*",
    r"einen moment(?: bitte)?|nur einen moment.*|sicherheitsüberprüfung|zugriff verweigert|sind sie ein mensch.*",
    r"un instant.*|un moment.*|vérification (?:de sécurité|du navigateur|de votre navigateur).*|accès refusé",
)
_CHALLENGES = _any(
    r"\b(?:checking|verifying) (?:your browser|(?:that )?you are (?:a )?human|if the site connection)",
    r"\b(?:verify|confirm|prove|make sure) (?:that )?you(?:'re| are) (?:not a (?:ro)?bot|(?:a )?human)",
    r"\b(?:enable|turn on|activate) (?:java ?script|cookies)(?: and (?:java ?script|cookies))?\b.{0,40}"
    r"\b(?:continue|view|proceed|access|use|reload)",
    r"\bplease (?:enable|turn on) (?:java ?script|cookies|js)\b|\bjava ?script is (?:disabled|required|not enabled)",
    r"\bpress (?:&|and) hold\b|\bcomplete the (?:captcha|security check|challenge|action)\b|\bsolve (?:the"
    r"|this) captcha",
    r"\bunusual (?:traffic|activity) from your\b|\bincident id\b|\bray id\b|\breference (?:id|#)"
    r"|\bddos[- ](?:protection|guard)",
    r"\byour (?:request|access|ip(?: address)?) (?:has been|was|is|to this \w+ has been) (?:blocked|denied|limited)",
    r"\b(?:you've been|you have been|you are being) (?:blocked|rate limited)|\bperformance (?:&|and) security by\b",
    r"\b(?:needs to|must) review the security of your connection|\bsite is protected by"
    r"|\bsecurity service to protect",
    r"\bthis process is automatic|\bredirect(?:ed)? to your requested (?:content|page)",
    r"\bпроверка (?:вашего )?браузера|\bпроверяем,? (?:ваш браузер|что вы|не робот)|\bвы не робот\b|\bя не робот\b",
    r"\b(?:включите|разрешите|активируйте) (?:java ?script|cookie|куки|поддержку)|\bввести символы"
    r"|\bвведите (?:символы|код с картинки)",
    r"\bзапросы.{0,60}похожи на автоматические|\bподозрительн\w+ (?:трафик|активность)|\bзащит\w+ от ddos",
    r"\bваш (?:ip|запрос|доступ)\b.{0,30}(?:заблокирован|ограничен)|\bнажмите и удерживайте"
    r"|\bперенаправлены автоматически",
    r"\bihr browser wird (?:über|ge)prüft|\bdass sie (?:ein mensch|kein roboter) sind"
    r"|\baktivieren sie (?:javascript|cookies)",
    r"\bvous n'êtes pas un robot|\bque vous êtes (?:un )?humain|\bactive[zr] (?:javascript|les cookies)"
    r"|\bvérification de votre navigateur",
)
_ERRORS = _any(
    r"(?:error |http )?(?:404|410|500|502|503)(?:[ :,.–—-]*(?:error|not found|page not found|gone"
    r"|.{0,30}unavailable))?",
    r"(?:sorry,? |oops[!,.]* )?(?:the |this |that )?(?:page|article|content|story|link|file) (?:you .{0,40} )?"
    r"(?:was|is|has|could|can|does)? ?(?:not|n't|'t|no longer|been)? ?(?:be )?(?:found|exist|available|removed|deleted"
    r"|missing)",
    r"(?:we )?(?:can't|cannot|couldn't|could not) find (?:that|the|this) page|not found|page (?:does not"
    r"|doesn't) exist",
    r"something went wrong|(?:internal )?server error|service unavailable|bad gateway|page unavailable|error|oops",
    r"(?:ошибка )?(?:404|500|503)(?:[ :,.–—-]*(?:ошибка|страница не найдена|не найдено))?|ошибка",
    r"(?:такая |эта |запрашиваемая )?(?:страница|статья|запись|публикация)(?: с таким адресом)? (?:не (?:найдена"
    r"|существует)"
    r"|удалена|была удалена|недоступна)|(?:такой )?страницы (?:не существует|нет)|не найдено|что-то пошло не так",
    r"(?:die )?(?:seite|artikel) (?:wurde )?nicht (?:gefunden|verfügbar)|(?:cette )?page (?:introuvable|non trouvée)",
)
_CONSENT = _any(
    r"\bbefore you continue\b|\bwe (?:and|&) (?:our|selected) .{0,30}\b(?:partners|vendors|third parties)"
    r"|\bvalues? your privacy",
    r"\b(?:we|site|website|page) uses? (?:\w+ ){0,3}cookies|\b(?:accept|reject|agree to|allow|refuse) (?:all"
    r"|cookies)\b",
    r"^(?:i )?(?:accept|agree)(?: (?:and|&) (?:continue|close|proceed))?$|\bmanage (?:my |your )?(?:options"
    r"|choices|preferences|cookies|settings)",
    r"\bby (?:clicking|continuing|selecting)\b.{0,60}\b(?:you )?(?:agree|consent|accept)|\bwithdraw your consent"
    r"|\byour privacy choices",
    r"\bмы (?:и наши партнеры )?(?:используем|применяем|обрабатываем)\b.{0,60}(?:cookie|куки|данны)"
    r"|\bпрежде чем (?:вы )?продолжи",
    r"\bперед тем,? как (?:вы )?продолжи|\bприня(?:ть|в) (?:все|cookie|куки|и продолжить)|\bнастро(?:йки"
    r"|ить) (?:cookie|файлов cookie|куки)"
    r"|\b(?:нажимая|продолжая)\b.{0,80}\bсоглаша|\bотклонить все|\bнаш\w* (?:сайт|партнер)\w*.{0,40}(?:cookie|куки)",
    r"\bwir und unsere\b.{0,30}\bpartner|\bbevor (?:sie|du) (?:fortf|weiter|zu)|\balle (?:akzeptieren|ablehnen)"
    r"|\bakzeptieren und weiter"
    r"|\bmit (?:werbung|tracking) (?:weiter)?lesen|\bwir (?:verwenden|nutzen) cookies|\b(?:zustimmen"
    r"|einwilligen) und weiter"
    r"|\beinstellungen (?:verwalten|ändern)|\bzustimmen und weiter",
    r"\bnous et nos\b.{0,30}\bpartenaires|\bavant de continuer|\b(?:tout accepter|accepter (?:tout|et continuer"
    r"|et fermer)|tout refuser)"
    r"|\bcontinuer sans accepter|\bnous (?:utilisons|respectons)\b.{0,40}(?:cookies|vie privée)|\bgérer (?:mes"
    r"|vos|les) (?:choix|options|cookies)",
)
_CONSENT_TALK = _any(
    _CONSENT.pattern,
    r"\bcookies?\b|\bconsent\b|\bprivacy\b|\bpersonal(?:ised|ized)? (?:data|ads?|content|advertising)"
    r"|\byour (?:data|choices|preferences|settings)\b",
    r"\bкуки\b|\bcookie|\bсогласи[еяю]\b|\bперсональн\w+ (?:данн|реклам)|\bконфиденциальност|\bваш\w+ данн",
    r"\beinwilligung|\bdatenschutz|\bpersonenbezogen|\bzustimm|\bwerbung\b|\bconsentement|\bconfidentialité"
    r"|\bdonnées\b|\bvos (?:choix|préférences)",
)
_PAYWALL = _any(
    r"\b(?:subscribe|register|sign (?:in|up)|log in|join|pay|become a \w+|create (?:a|an) (?:free )?account"
    r"|start your (?:free )?trial)"
    r"\b.{0,60}\b(?:to|and) (?:continue|keep|read|finish|unlock|access|get (?:full|unlimited) access|view"
    r"|see the (?:full|rest))",
    r"\b(?:to|and) (?:continue|keep) reading\b|\bto (?:read|unlock|access|view|see) (?:the (?:full|rest of the"
    r"|whole|entire|complete)|this|full) "
    r"(?:article|story|text|post|content|access|report)|\bcontinue reading (?:this article )?with\b",
    r"\bthis (?:article|story|content|post|page|report) is (?:\w+ )?(?:for|available to|exclusive to|reserved for"
    r"|only for|locked)\b",
    r"\b(?:subscriber|member|premium)[- ](?:only|exclusive)\b(?: (?:article|content|story))?\.?$"
    r"|\bexclusive (?:to|for) (?:our )?(?:subscribers|members)",
    r"\byou(?:'ve| have) (?:reached|used|hit|read)\b.{0,40}\b(?:limit|free articles?|articles? this month)"
    r"|\b(?:unlock|unlimited) (?:this|full|digital) "
    r"(?:article|story|access)|\balready (?:a|have a)n? (?:\w+ )?(?:subscriber|subscription|member)\b"
    r"|\bsubscribe (?:now )?(?:for|from) (?:just|only|as)",
    r"\bчтобы (?:(?:про|до)?читать|продолжить (?:чтение|читать)|получить (?:полный )?доступ|открыть)\b.{0,60}"
    r"|\b(?:подпи\w+|оформ\w+ подписку|войдите|зарегистрируйтесь)"
    r"\b.{0,60}\bчтобы (?:(?:про|до)?читать|продолжить|получить)|\b(?:материал|статья|текст|продолжение"
    r"|полн\w+ (?:версия|текст)|публикация)\b.{0,40}"
    r"\bдоступ(?:ен|на|но|ны)\b.{0,30}\b(?:подписчик|по подписке|после|зарегистрированн)|\bтолько (?:для"
    r"|по) подпис|\bуже (?:есть подписка|подписаны|подписчик)",
    r"\b(?:weiterlesen|lesen sie weiter) (?:mit|nach)|\bum (?:weiterzulesen|den (?:ganzen "
    r"|vollständigen )?artikel)|\bnur für abonnent|\b(?:sie haben )?bereits "
    r"(?:abonnent|ein abo|registriert)|\bdieser (?:artikel|inhalt|beitrag) ist (?:nur )?(?:für|exklusiv)"
    r"|\bjetzt (?:abonnieren|testen) und|\babonnieren sie\b.{0,40}\bum\b",
    r"\b(?:article|contenu|suite)\b.{0,30}\b(?:réservée?|exclusi\w+) (?:à|aux|pour)\b"
    r"|\bil vous reste\b.{0,30}\bà (?:lire|découvrir)|\babonnez-vous pour|\bpour (?:lire|accéder à) "
    r"(?:la suite|l'(?:intégralité|article))|\bdéjà abonné",
)
