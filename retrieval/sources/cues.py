"""What publishers' furniture sounds like, in English and Russian: patterns only; context is judged elsewhere.

All patterns meet a line in lower case, with straight apostrophes and without «ё». Those in `NOTICES` and the like must
match the whole line; those in `CUES` weigh something within a sentence.
"""

from __future__ import annotations

import re


def _whole(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(f"(?:{pattern})" for pattern in patterns))


_NETWORK = (
    r"(?:twitter|x|facebook|fb|instagram|telegram|whatsapp|linkedin|reddit|pinterest|flipboard|youtube|tiktok|threads"
    r"|bluesky|mastodon|viber|snapchat|messenger|vk|ok|google news|одноклассники|вконтакте|вк|телеграм|дзен"
    r"|социальн\w+ сет\w+)"
)
_BUTTON = (
    rf"(?:{_NETWORK}|e-?mail|mail|print|save|copy(?: the)?(?: link)?|link|message|comments?|bookmark|gift|post|pin"
    r"|(?:follow|share|listen|write to|donate|subscribe|support|not now|tweet)\b.{0,30}"
    r"|поделиться|почта|ссылка|скопировать(?: ссылку)?|распечатать|печать|отправить(?: почтой)?|сохранить)"
)

BUTTON = re.compile(_BUTTON)
DIVIDER = re.compile(r"\s*[|/·•,]\s*|:\s+|\s+(?:and|и)\s+")
"""One button, and what stands between the buttons of a row."""

BUTTONS = _whole(
    rf"(?:share|tweet|print|copy link|{_NETWORK}|e-?mail)(?:\s+{_BUTTON})+",
    r"(?:share|tweet|print|e-?mail|save|gift|bookmark)(?: (?:this|it)(?: \w+){0,3})?|copy link|share (?:on|via"
    r"|to) [\w ,]{1,60}",
    r"(?:share|save|print)(?: this)?(?: \w+)?: .{0,60}",
    r"(?:.{0,30}\. )?(?:поделиться|поделитесь)(?:\b.{0,60})?|отправить друзьям|скопировать ссылку|распечатать",
    r"(?:like|liked|enjoyed|love) (?:this|what you)\b.{0,40}\? (?:share|pass|tell|send)\b.{0,120}",
)
"""Share buttons without dividers, or one that says what it is."""

COUNTERS = _whole(
    r"(?:(?:show|view|read|see|all|load|hide) )*(?:\d[\d,. ]*)?comments?(?: ?\(?\d[\d,. ]*\)?)?",
    r"(?:\d[\d,. ]* )?comments?(?: ?\(\d[\d,. ]*\))?[ .:–—-]+(?:have|join|add|be|leave|tell|post|what)\b.{0,60}",
    r"\d[\d,. ]* (?:shares?|views?|likes?|replies|reactions?)",
    r"(?:leave|add|post|write) (?:a|your) (?:comment|reply).{0,40}|have your say.{0,40}",
    r"join the (?:conversation|discussion|debate|row).{0,60}|commenting .{0,40}",
    r"(?:обсудить|комментарии|комментировать)(?: ?\(?\d[\d ]*\)?)?|\d[\d ]* (?:комментари|просмотр)\w+",
    r"(?:оставить|написать|добавить) комментарий|просмотр(?:ы|ов): ?\d[\d ]*",
    r"(?:reading time|listen|время чтения|читать)\b[: ]+\d+ ?(?:min|мин)\w*\.?(?: .{0,60})?"
    r"|\d+[ -]min(?:ute)?s? read",
)
"""Counters of comments, views and minutes."""

DISMISSALS = _whole(
    r"[×✕✖xх]|close|continue(?: reading(?: .{0,60})?)?|not now(?:, thanks)?|no,? thanks|maybe later|got it",
    r"remind me (?:later|next \w+|in \w+ \w+)|not ready to (?:support|donate|subscribe|give)\b.{0,30}",
    r"i (?:agree|accept)|(?:accept|reject)(?: all)?(?: cookies)?|manage (?:cookies|preferences|settings|choices)",
    r"skip(?: (?:ad|to .{0,30}))?|loading(?: .{0,20})?|back to top|menu|enable notifications",
    r"advertise?ments?(?: ?[-–—] ?.{0,60})?|advert|sponsored(?: content)?|(?:story|article) continues (?:below"
    r"|after) .{0,40}",
    r"(?:sign|log) ?(?:in|up|out)(?: now)?|(?:subscribe|register|donate)(?: now| today| once| monthly)?"
    r"|support us|join us",
    r"thank you!? your (?:reminder|subscription|e-?mail|donation) .{0,60}|you are (?:now )?subscribed.{0,30}",
    r"закрыть|продолжить(?: чтение)?|напомнить (?:позже|через .{0,20})|не сейчас|спасибо,? не (?:надо|сейчас)",
    r"принять(?: все)?|(?:хорошо, )?понятно|согла(?:сен|шаюсь)|отклонить|наверх|меню|реклама|на правах рекламы|войти",
    r"регистрация|подписаться(?: на .{0,40})?|оформить подписку|поддержать(?: .{0,30})?|пожертвовать",
    r"еще не готовы .{0,40}|спасибо! .{0,20}(?:напоминание|подписка|письмо).{0,40}",
)
"""Buttons that close, accept, remind, sign in."""

LEGAL = _whole(
    r".{0,100}(?:©|\(c\) ?\d{4}|copyright (?:©|\d{4}|\(c\))).{0,260}",
    r"(?:.{0,80}\b)?all rights reserved.{0,160}|(?:.{0,80}\b)?все права защищены.{0,160}",
    r".{0,80}\b(?:republi(?:sh|cation)|redistribut|reprint|reproduc).{0,60}"
    r"(?:link (?:back )?to|free of charge|prohibited|permission|licen[cs]e|subscribers only).{0,120}",
    r".{0,80}\b(?:перепечатк|копировани|использовани|цитировани).{0,60}(?:ссылк|запрещ|разрешен|согласи).{0,80}",
    r"(?:нашли|заметили|увидели) (?:ошибку|опечатку).{0,120}|.{0,60}ctrl ?\+ ?enter.{0,40}",
    r"(?:found|spotted|noticed?|see) (?:a mistake|an error|a typo).{0,120}|our standards: .{0,80}",
    r".{0,120}(?:affiliate links?|affiliate commission|earn (?:a |an )?(?:small )?commission).{0,120}",
    r".{0,30}(?:is )?protected by recaptcha.{0,160}",
)
"""Copyright, licence and correction notices."""

NOTICES = (BUTTONS, COUNTERS, DISMISSALS, LEGAL)

RELATED = re.compile(
    r"(?:read (?:also|more|next|on)|(?:see|also|watch) (?:also|read|see)|also on .{1,30}|read|see"
    r"|related(?: (?:articles?|stor(?:y|ies)|coverage|content|topics?|links?|news|posts?|reading|videos?))?"
    r"|more|more (?:on|about) this(?: \w+)?|more (?:from|in|on) .{1,40}|more (?:stories|coverage|news|like this)"
    r"|recommended(?: (?:for you|stories|reading))?|you (?:may|might|'ll) (?:also )?(?:like|love)"
    r"|most (?:read|popular|viewed|shared)|popular(?: now)?|trending(?: now)?|don't miss|in case you missed it|icymi"
    r"|watch(?: now| more)?|listen(?: now)?|further reading|(?:editor'?s'?|our) picks|what to read next"
    r"|keep reading|must reads?|latest (?:news|stories|headlines)|top stories"
    r"|читайте (?:также|еще|далее|дальше|подробнее|другие .{1,30})|(?:еще )?по теме|смотрите (?:также|еще)|см\. также"
    r"|(?:материалы|новости|статьи|публикации) по теме|(?:другие|похожие) (?:новости|материалы|статьи)|подробнее"
    r"|рекомендуем(?: .{1,20})?|самое (?:читаемое|популярное|интересное|важное)|популярное|что еще почитать"
    r"|не пропустите|вам (?:может быть|будет) интересно|главное сейчас|последние новости)"
    r"\s*(?P<rest>(?::|\s[|»–—-]\s|\W*$).*)"
)
"""The opening of a line that leads elsewhere; `rest` begins with what divides it from the titles that follow."""

CREDITS = _whole(
    r"(?:photos?|photograph|image|picture|фото|фотография|иллюстрация)(?: by| credit"
    r"| courtesy(?: of)?)?\s*[:/]\s*[^!?]{2,80}",
    r"(?:first |last )?(?:published|updated|posted|modified)(?: on| at|:)? .{0,12}\d.{0,30}",
    r"(?:опубликовано|обновлено|дата публикации)\s*:? .{0,12}\d.{0,30}",
    r"(?:\w{3,9}day,? )?\d{1,2}(?:st|nd|rd|th)? (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov"
    r"|dec)\w* \d{4}(?:,? \d\d?[:.]\d\d.{0,10})?",
    r"(?:\w{3,9}day,? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\w*\.? \d{1,2}(?:st|nd|rd"
    r"|th)?,? \d{4}(?:,? \d\d?[:.]\d\d.{0,10})?",
    r"\d{1,2} (?:янв|фев|мар|апр|мая|июн|июл|авг|сен|окт|ноя|дек)\w* \d{4}(?: г(?:ода"
    r"|\.)?)?(?:,? \d\d?[:.]\d\d.{0,10})?",
    r"\d{1,2}\.\d{1,2}\.\d{4}(?:,? \d\d?[:.]\d\d)?|https?://\S+|www\.\S+",
    r"\(?[^.!?@]{0,60}\b[\w.+-]+@[\w-]+\.[\w.-]+\)?",
)
"""Photo credits, dates and addresses that stand alone: furniture at an article's edges."""

BIOGRAPHY = re.compile(
    r"(?:,[^,]{2,60},)? (?:is|was|has (?:been|covered|written|worked)|covers|writes|reports|joined|works|can be"
    r"|является|работает|пишет|окончил\w*|родил\w*)\b"
)
"""How a line goes on after its author's name when it presents the author, who does not write so of a stranger."""

_NAME = r"(?:[A-ZА-ЯЁ][\w.'’-]*|(?:and|и|for|in|of|the|de|van|von|al))"
BYLINE = re.compile(
    rf"(?:By|BY|by|(?:Story|Words|Text) by|Авторы?:?|Текст:|Подготовил[аи]?:?) {_NAME}(?:[,;|·—-]* {_NAME})*"
    r"(?:[,;|·—-]* \d.{0,30})?"
)
"""The one pattern that meets a line as it stands: names begin with capitals."""

APPEALS = _whole(
    r"a (?:personal )?(?:message|note|word|letter|request|appeal) (?:from|to|for) .{2,60}",
    r"dear (?:\w+ )?(?:readers?|subscribers?|supporters?|members?|friends?)[,:!.]?.{0,20}",
    r"(?:before you (?:go|leave|move on|close)|while you're here).{0,80}",
    r"(?:please )?(?:support|help|back|stand with|defend|fund) (?:us|our|independent|local|quality|free|careful"
    r"|honest)\b.{0,80}",
    r"(?:why )?we need your (?:help|support).{0,60}|help us .{3,80}|your (?:support|help) (?:matters|counts"
    r"|is needed).{0,60}",
    r"(?:дорогие|уважаемые|милые) (?:читател\w+|друзья|подписчик\w+)[,!:.]?.{0,20}",
    r"(?:обращение|послание|письмо) (?:от )?(?:редакции|к читател\w+).{0,40}",
    r"(?:поддержите|помогите) (?:нас|нам|наш\w*|редакц\w+|издани\w+|проект\w*|независим\w+|журналист\w+"
    r"|«.{2,30}»).{0,80}",
    r"нам нужна ваша (?:помощь|поддержка).{0,60}",
)
"""Lines that open an appeal for money; what follows belongs to it as long as it speaks to the reader."""

# Weight 3 is enough for a sentence to be furniture's; less needs company.
_ENGLISH = (
    (3, r"^(?:please |to read more,? )?(?:subscribe|sign up)(?! (?:was|were|is|are)\b)|^register (?:now|today"
        r"|free|here|to read)\b"),
    (3, r"\b(?:sign up|subscribe|register) (?:(?:now|today|here|free|for free) )*(?:to|for) (?:our|the|this|my"
        r"|your|a)\b"
        r".{0,60}(?:newsletter|alert|briefing|e-?mail|letter|inbox|podcast|channel|updates)"),
    (3, r"\b(?:in|to|into) your (?:inbox|e-?mail)|^get .{0,60}\b(?:newsletter|alerts|our app|the app)\b"),
    (3, r"\bsign up (?:free|here|now|today|to get)\b"),
    (2, r"\bour (?:\w+ )?newsletters?\b|\bunsubscribe\b|\bread without limits\b|\bunlimited (?:digital )?access\b"),
    (3, r"^(?:try|start|begin|activate) (?:a|your|our) .{0,40}(?:trial|subscription|membership)"),
    (2, r"\bfirst \w+ (?:issues?|months?|weeks?) (?:cost|for|free)\b"
        r"|\bsubscribe .{0,30}\bfrom (?:just )?(?:[$€£]|\d)"),
    (3, r"\byou have (?:\w+ )?\w+ (?:free )?(?:articles?|stories) (?:left|remaining)\b|\byou(?:'ve"
        r"| have) reached your .{0,20}limit\b"),
    (3, r"\balready (?:a|have a|an) (?:subscriber|subscription|member|account)\b|\bnot a (?:subscriber|member)\?"),
    (3, r"\bthis (?:article|story|content|page) is (?:only )?(?:for|available to"
        r"|reserved for) .{0,12}(?:subscriber|member)s\b"),
    (2, r"\b(?:become|be) (?:a|an|our) (?:\w+ )?(?:member|supporter|subscriber|patron|friend of)\b"),
    (2, r"\bif you (?:are|were|have been) (?:already )?(?:a )?(?:subscriber|member)\b"),
    # following, downloading
    (3, rf"^(?:please )?(?:follow|join|find|like|connect with)\b.{{0,60}}\b(?:on|at"
        rf"|in) .{{0,12}}(?:\b{_NETWORK}\b|social media)"),
    (3, r"^(?:follow|like|find) us\b|^(?:like|share|comment)(?:, (?:like|share|comment|follow|subscribe))+"),
    (2, r"^follow [\w .'@]{2,40}$|\bfollow us\b|^twitter: ?@|^please keep it (?:friendly|civil)|^be nice\b"),
    (3, r"^(?:download|install|get) (?:our|the free) .{0,20}\bapp\b|^for alerts\b"),
    (3, r"^(?:click|tap) (?:here|below|on)\b|^(?:to|for) .{0,60},? (?:click|tap) here\b"),
    (2, r"\bon the app store\b|\bpush (?:alerts|notifications)\b|\bclient portal\b|\bclick here\b"
        r"|^join .{0,40}(?:conversation|row)\b"),
    (3, r"^join (?:our|the) (?:\w+ )?(?:forum|community|debate)\b|\band see their replies\b"),
    (3, r"^want to bookmark\b|^bookmark your\b"),
    # cookies, consent
    (3, r"\b(?:we|partners|(?:web)?site) (?:use|uses|store)\b.{0,40}\bcookies|\bvalues? your privacy\b"),
    (3, r"\bby (?:continuing|clicking|signing up|subscribing|using|submitting|entering)\b.{0,80}\byou (?:agree"
        r"|accept|consent)"),
    (3, r"\bcookies? (?:policy|settings|preferences|notice)\b|\baccept (?:all )?cookies\b"),
    (2, r"\bprivacy (?:policy|notice)\b|\bterms (?:of (?:use|service)|and conditions)\b"),
    # money
    (2, r"\byour (?:\w+ )?(?:support|donation|contribution|generosity|subscription|membership)\b"),
    (2, r"\b(?:support|donate|contribute|give|chip in|pledge)\b.{0,40}\b(?:monthly|a month|today|as little as"
        r"|just \W?\d)"),
    (3, r"^(?:please )?(?:consider )?(?:donat(?:e|ing)|contribut(?:e|ing)|chip in|make a (?:\w+ )?(?:donation|gift))"
        r"(?: (?:now|today|here|once|monthly|to (?:us|our|help us|support|keep)\b|\W?\d).*|\W*$)"),
    (3, r"\bplease,? (?:consider|donate|support us|contribute|give)\b"),
    (3, r"^(?:please )?(?:help )?(?:support|defend|back|fund) (?:us\b|our\b|(?:\w+ )*(?:journalism|reporting"
        r"|news|media)\b)"),
    (3, r"\bevery (?:contribution|donation|gift|penny|cent|amount|little)\b.{0,60}\b(?:counts|helps|matters"
        r"|makes)\b"),
    (3, r"\bwe (?:need|rely on|depend on|count on|are (?:funded|supported) by) (?:your|you|readers?|our readers"
        r"|donations)\b"),
    (3, r"\bif you (?:can|could|value|appreciate|like|enjoy|enjoyed|rely|found|believe)\b.{0,80}"
        r"\b(?:support|donate|contribut|subscribe|consider|give|chip)"),
    (2, r"\bwas useful to you\b|\b(?:belongs to|is funded by|lives on) (?:its|our|the) readers\b"
        r"|\breaders like you\b"),
    (2, r"\b(?:we take|takes) no advertising\b|\bis a non-?profit (?:newsroom|news|association|media|publication)\b"),
    (2, r"\b(?:even|just|only|from|for) (?:just )?(?:\W?\d+|\d+ \w+) (?:a|per|each|every) (?:day|week|month|year)\b"),
    (2, r"(?:[$€£]\d+|\b\w+ (?:crowns|dollars|pounds|euros)) (?:a month |a year )?(?:helps?|pays? for|keeps?|buys?)\b"),
    (2, r"\bthank you for (?:standing|reading|supporting|your (?:support|help))\b|\brefuse to be silenced\b"),
    # contact
    (3, r"^(?:got|have|know) (?:a|an|any|something) (?:\w+ )?(?:story|tip|news|question|document|correction"
        r"|photo)?\b.{0,60}\?$"),
    (3, r"^(?:call|ring|e-?mail|write to|text|message) (?:the|our|us|me)\b.{0,40}(?:newsdesk|desk|editor|@\w)"
        r"|^we pay for pictures"),
    (3, r"^(?:please )?(?:contact|reach|e-?mail|follow)\b.{0,80}@\w{2,}|\b(?:can|may) be reached\b.{0,40}@"
        r"|^send .{0,40} to \S+@"),
)  # fmt: skip
_RUSSIAN = (
    (3, r"\bподпи(?:шитесь|сывайтесь|шись|сывайся)\b|\bзадонат|^делитесь\b"),
    (2, r"\b(?:наш\w*|утренн\w+|еженедельн\w+|бесплатн\w+) рассылк\w+|\b(?:в|на) наш\w* (?:[\w-]+ )?(?:канал"
        r"|чат)\w*"),
    (2, r"\bподпис(?:ка|ку|кой|аться)\b.{0,60}\b(?:за|от|от всего|всего) \d"),
    (3, r"^(?:пожалуйста,? )?(?:поддержи|поддержите|помогите) (?:нас|нам|наш\w*|редакц\w+|издани\w+|проект\w*"
        r"|независим\w+"
        r"|журналист\w+|«)"),
    (3, r"^(?:пожалуйста,? )?(?:оформите|сделайте|внесите|переведите) .{0,40}(?:пожертвовани|подписк|донат"
        r"|взнос|платеж)"),
    (2, r"\b(?:ваш\w*|кажд\w+|люб\w+) (?:\w+ ){0,2}(?:поддержк\w+|помощь|пожертвовани\w+|донат\w*|сумма"
        r"|взнос\w*|вклад)\b"),
    (3, r"\b(?:живет|существует|работает|живем|существуем|работаем) .{0,20}\b(?:взнос\w+|пожертвовани\w+"
        r"|подписчик\w+|читател\w+"
        r"|поддержке|вам)\b"),
    (2, r"\b(?:даже|от|всего|за) (?:\d+|\w+) (?:₽|\w+) в (?:месяц|год|неделю)\b|\b(?:помога\w+|помож\w+) нам\b"),
    (2, r"\b(?:дорогие|уважаемые) (?:читател\w+|друзья)\b"),
    (3, r"\bмы (?:и наши партнеры )?(?:используем|собираем|обрабатываем) .{0,30}(?:cookie|куки)"
        r"|\bфайл\w* (?:cookie|куки)\b"),
    (3, r"^(?:нажимая|продолжая|оставаясь|используя)\b.{0,80}\bвы\b.{0,30}(?:соглаша|принима|даете)"),
    (2, r"\bполитик\w+ (?:конфиденциальности|обработки)|\bпользовательск\w+ соглашени"),
    (3, r"^(?:следите|читайте нас|смотрите нас|присоединяйтесь|вступайте|добавляйте)\b.{0,80}"
        r"\b(?:нами|нам|нас|наш\w*|групп\w+|канал\w*|соцсет\w+|telegram|телеграм\w*|вконтакте|новостями)\b"),
    (3, r"^(?:ставьте|поставьте|жмите) .{0,20}(?:лайк|класс|колокольчик)|^(?:скачайте|установите) .{0,30}приложени"),
    (3, r"^(?:присылайте|пишите|сообщите|сообщайте|расскажите)\b.{0,60}\b(?:нам|нас|редакц\w+|почту|бот\w*)\b"),
    (2, r"^(?:есть|знаете|стали свидетел\w+) .{0,60}(?:новост|истори|что рассказать|событи).{0,30}\?"),
    (2, r"\b(?:присылайте|пишите) (?:новости|нам)\b|\bчтобы (?:первыми|не пропустить|быть в курсе)\b"),
)  # fmt: skip
CUES = tuple((re.compile(pattern), weight) for weight, pattern in (*_ENGLISH, *_RUSSIAN))

MONEY = re.compile(
    r"\b(?:donat(?:e|ion)\w*|contribut(?:e|ion)\w*|support(?:er|ers|ing)?|subscri(?:be|ption)\w*|membership)\b"
    r"|[$€£₽]\d+"
    r"|\bcrowns? a (?:month|year)\b|\b(?:поддерж\w+|пожертв\w+|донат\w*|подписк\w+|взнос\w*|в месяц)\b"
)
"""What an appeal cannot do without."""

DIRECT = re.compile(
    r"\b(?:we|we're|we've|our|ours|us|you|you're|you'll|your|yours|readers?|journalis[mt]s?|newsroom)\b"
    r"|\b(?:мы|нас|нам|нами|наш\w*|вы|вас|вам|вами|ваш\w*|читател\w+|журналист\w+|редакци\w+)\b"
)
"""Words in which a publisher speaks for itself to its readers."""

REPORTED = re.compile(
    r"\b(?:said|says|told|tells|added|according to|announced|reported|argued|wrote|asked|claimed|testified"
    r"|explained)\b"
    r"|\b(?:сказал|говорит|сообщил|заявил|рассказал|рассказывает|отметил|добавил|написал|пояснил)\w*\b|\bпо словам\b"
)
"""Words of reporting: what has them tells about others."""
