"""What an alert is about and the chat it goes to in, one message within Telegram's limits out. Pure.

    Notice | forms of it, the fullest first | the first that fits one message

A sentence that does not fit is left out whole: its article is a tap away.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import product

from bot.outgoing.types import Alert, FeedNews
from bot.sheet import TITLE_CHARACTERS, Buttons, Sheet, clean, clipped, place_link, title_of, web_link
from bot.texts import Texts
from bot.types import WORDED, Button, Chat, Mark, MarkKind, Message, Subscription
from bot.zones import local
from retrieval import Article, Nearest, Sentence

TOLD_SENTENCES = 2  # of an alert
OTHERS_NAMED = 3  # sources that tell the story too; what is left out is counted
RECENTLY = timedelta(days=7)  # what is older is told by its day alone
TITLES_OF_A_TOPIC = 3  # subscriptions that a closed forum topic is named by


@dataclass(frozen=True, slots=True)
class Voice:
    """How one chat is spoken to, now: its language, its time, what may stand under a message."""

    texts: Texts
    chat: Chat
    now: datetime

    def say(self, key: str, **values: object) -> str:
        """The words under `key` in the chat's language."""
        return self.texts.say(self.chat.language, key, **values)

    def clock(self, moment: datetime) -> str:
        """ "14:30", where the chat is."""
        return f"{local(moment, self.chat.hours.zone):%H:%M}"

    def day(self, moment: datetime) -> str:
        """ "5 March 2026", where the chat is."""
        return self.texts.date(self.chat.language, local(moment, self.chat.hours.zone))

    def when(self, moment: datetime) -> str:
        """ "5 March 2026, 14:30"; of what is older than a week the day alone.

        Midnight (UTC) is what a day becomes whose hour was never told: it is the same day everywhere.
        """
        if moment.astimezone(UTC).time() == time():
            return self.texts.date(self.chat.language, moment.astimezone(UTC))
        if self.now - moment > RECENTLY:
            return self.day(moment)
        return self.say("alert.moment", day=self.day(moment), time=self.clock(moment))

    def quoted(self, text: str) -> str:
        """In the language's quotation marks."""
        return self.say("answer.quote", quote=text)


@dataclass(frozen=True, slots=True)
class Notice:
    """An article that a chat is to hear of, and why."""

    about: Alert
    article: Article
    subscription: Subscription
    told: tuple[Sentence, ...] = ()  # that tell the article, best first
    reason: Sentence | None = None  # the one nearest to what is followed, or the answer to what was asked
    others: tuple[Nearest, ...] = ()  # other sources' articles of the story


def alert(notice: Notice, voice: Voice, buttons: Buttons = (), *, updated: bool = False) -> Message:
    """Title, first sentences, why it came, source and date, who else tells it. `updated`: it says so, and when."""
    counts, quotes = range(TOLD_SENTENCES, -1, -1), (True, False)
    forms = (_alert_form(notice, voice, count, quote) for quote, count in product(quotes, counts))
    end = voice.say("alert.updated", time=voice.clock(voice.now)) if updated else ""
    return _fitting(forms, buttons, end)


def development(notice: Notice, voice: Voice, buttons: Buttons = ()) -> Message:
    """For a reply to an alert: the title, what is new, why it came."""
    return _fitting((_development_form(notice, voice, count) for count in (1, 0)), buttons)


def alert_buttons(notice: Notice, voice: Voice, handle: str) -> Buttons:
    """`handle` stands for the article's id. Everybody in a group sees them, so there they change nothing; in a channel
    nobody talks to the bot.
    """
    if voice.chat.kind == "channel":
        return ()
    number = notice.subscription.id
    talk = (Button(voice.say("button.summary"), f"sum:{handle}"), Button(voice.say("button.ask"), f"talk:{handle}"))
    settings = settings_button(number, voice)
    if voice.chat.kind == "group":
        return (talk, (settings,))
    more = Button(voice.say("button.more"), f"more:{number}"), Button(voice.say("button.less"), f"less:{number}")
    follow = Button(voice.say("button.follow"), f"fol:{handle}")
    hush = Button(voice.say("button.hush"), f"hush:{notice.about.story}")
    return (talk, *([more] if notice.subscription.kind in WORDED else []), (follow, hush, settings))


def settings_button(subscription_id: int, voice: Voice) -> Button:
    """Opens the subscription's card."""
    return Button(voice.say("button.settings"), f"sub:{subscription_id}")


def feed_news(news: FeedNews, followed: Subscription, voice: Voice) -> Message:
    """A followed feed cannot be had for days, can again, or is gone for good."""
    said = voice.say(f"feed.{news.kind}", title=clipped(followed.title) or clipped(news.feed))
    leave = ((Button(voice.say("button.unfollow"), f"sub:{followed.id}"),),)
    has_button = news.kind != "back" and voice.chat.kind != "channel"
    return Sheet(said).messages(leave if has_button else ())[0]


def stray(lost: Iterable[Subscription], voice: Voice) -> Message:
    """A group's forum topic is closed; it is named by what was followed in it."""
    titles = [voice.quoted(clipped(one.title)) for one in lost][:TITLES_OF_A_TOPIC]
    return Sheet(voice.say("alert.stray", titles=", ".join(titles))).messages()[0]


def write_title(sheet: Sheet, notice: Notice, voice: Voice, limit: int = TITLE_CHARACTERS) -> None:
    """Bold, and the way to the article."""
    start = len(sheet.text)
    sheet.link(clipped(title_of(notice.article, voice.texts, voice.chat.language), limit), web_link(notice.article.url))
    sheet.marks.append(Mark(start, len(sheet.text), MarkKind.BOLD))


def write_sentence(sheet: Sheet, sentence: Sentence, number: int) -> None:
    """What it leans on in italics, its short answer bold, and the way to its place behind it."""
    if sentence.before is not None and (before := clean(sentence.before.quote)):
        sheet.write(before, MarkKind.ITALIC)
        sheet.write(" ")
    sheet.say(sentence)
    write_place(sheet, sentence, number)


def write_place(sheet: Sheet, sentence: Sentence, number: int) -> None:
    """ " [1]", a link that shows the sentence on its page."""
    for citation in sentence.citations[:1]:
        sheet.write(" ")
        sheet.link(f"[{number}]", place_link(citation.url, citation.quote))


def write_credit(
    sheet: Sheet, notice: Notice, voice: Voice, limit: int = TITLE_CHARACTERS, *, followed: bool = False
) -> None:
    """ "The Observer · 5 March 2026, 14:30 · also: Harbour Post" on a line, or as much of it as is known.

    `followed`: and what it came by.
    """
    article = notice.article
    source, date = clipped(article.source or "", limit), voice.when(article.published) if article.published else ""
    if source or date or notice.others or followed:
        sheet.write("\n")
    sheet.write(" · ".join(filter(None, (source, date))))
    if notice.others:
        _begin_part(sheet)
        _write_others(sheet, notice.others, voice, limit)
    if followed:
        _begin_part(sheet)
        sheet.write(voice.quoted(clipped(notice.subscription.title, limit)))


def _begin_part(sheet: Sheet) -> None:
    sheet.write("" if sheet.text.endswith("\n") else " · ")


def _write_others(sheet: Sheet, others: Sequence[Nearest], voice: Voice, limit: int) -> None:
    sheet.write(voice.say("alert.also") + " ")
    for number, other in enumerate(others[:OTHERS_NAMED]):
        name = clipped(other.source or "", limit) or title_of(other, voice.texts, voice.chat.language)
        sheet.write(", " if number else "")
        sheet.link(clipped(name, limit), web_link(other.url))
    if more := len(others[OTHERS_NAMED:]):
        sheet.write(" " + voice.say("alert.more", count=more))


def is_sayable(sentence: Sentence) -> bool:
    """Whether anything of it can be seen."""
    return bool(clean(sentence.text))


def _fitting(forms: Iterable[Sheet], buttons: Buttons, end: str = "") -> Message:
    """The first form that is one message; the last one always is."""
    messages: tuple[Message, ...] = ()
    for form in forms:
        form.write(f"\n{end}" if end else "")
        messages = form.messages(buttons)
        if len(messages) == 1:
            break
    return messages[0]


def _alert_form(notice: Notice, voice: Voice, count: int, quote: bool) -> Sheet:
    shown, quoted = _shown(notice if quote else replace(notice, reason=None), count)
    sheet = Sheet()
    write_title(sheet, notice, voice)
    for number, sentence in enumerate(shown):
        sheet.write(" " if number else "\n\n")
        write_sentence(sheet, sentence, 1)
    sheet.write("\n\n")
    _write_why(sheet, notice, voice, quoted)
    write_credit(sheet, notice, voice)
    return sheet


def _development_form(notice: Notice, voice: Voice, count: int) -> Sheet:
    sheet = Sheet()
    write_title(sheet, notice, voice)
    for sentence in filter(is_sayable, notice.told[:count]):
        sheet.write("\n\n" + voice.say("alert.new") + " ")
        write_sentence(sheet, sentence, 1)
    sheet.write("\n\n")
    _write_why(sheet, notice, voice, None)
    write_credit(sheet, notice, voice)
    return sheet


def _shown(notice: Notice, count: int) -> tuple[list[Sentence], Sentence | None]:
    """The sentences that tell the article, and the reason unless it is one of them: then it stands there."""
    told, reason = [sentence for sentence in notice.told[:count] if is_sayable(sentence)], notice.reason
    if reason is None or not is_sayable(reason):
        return told, None
    if all(_place(sentence) != _place(reason) for sentence in told):
        return told, reason
    return [reason if _place(sentence) == _place(reason) else sentence for sentence in told], None


def _place(sentence: Sentence) -> tuple[str, int, int] | str:
    cited = sentence.citations[0] if sentence.citations else None
    return (cited.article_id, cited.start, cited.end) if cited is not None else sentence.text


def _write_why(sheet: Sheet, notice: Notice, voice: Voice, reason: Sentence | None) -> None:
    kind = notice.subscription.kind
    # A channel's readers follow nothing: whoever runs it does.
    key = f"why.channel.{kind}" if voice.chat.kind == "channel" else f"why.{kind}"
    sheet.write(voice.say(key, title=voice.quoted(clipped(notice.subscription.title))))
    if reason is not None:
        opening, _, closing = voice.quoted("\n").partition("\n")
        sheet.write(f": {opening}")
        sheet.say(reason)
        sheet.write(closing)
        write_place(sheet, reason, 1)
