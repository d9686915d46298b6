"""What is said without a slash in, the command that says the same out. Pure.

Who greets us begins, who cries stop wants to see what he follows, "follow ..." and "summarise ..." are what they are.
"""

from __future__ import annotations

import re

LONGEST = 200  # characters: more, or lines, are somebody's words to us rather than an order

_HELLO = re.compile(
    r"(?:hello|hi|hey|hiya|greetings|start|good (?:morning|day|afternoon|evening))"
    r"(?: (?:there|bot|footnote|everyone|all))?"
    r"|(?:привет|приветствую|здравствуй(?:те)?|салют|старт|добр(?:ый день|ый вечер|ое утро))(?: (?:бот|всем))?"
)
_STOP = re.compile(
    r"(?:please )?(?:stop|unsubscribe|unfollow)(?: (?:it|this|all|everything|me|(?:all )?alerts))?(?: please)?"
    r"|(?:пожалуйста )?(?:стоп|(?:хочу )?отписаться|отпиши(?:те)?(?: меня)?|отписка)(?: (?:от всего|пожалуйста))?"
)
_HELP = re.compile(
    r"(?:please )?help(?: me)?(?: please)?|(?:what|how) can (?:you|this bot|i) (?:do|ask|help)(?: you| me| here)?"
    r"|(?:who|what) are you|what is this(?: bot)?|how (?:does (?:this|it)|do you)(?: bot)? work|commands"
    r"|помощь|помоги(?:те)?(?: мне)?|справка|команды|(?:а )?(?:что|чего) (?:ты|вы|бот) уме(?:ешь|ете|ет)"
    r"|кто (?:ты|вы)(?: так(?:ой|ая|ие))?|что это(?: за бот)?|как (?:это|ты|вы|бот) работа(?:ет|ешь|ете)"
)
_PLEASE = r"\W*(?:please,? |can you |could you |пожалуйста,? )?"
_ABOUT = r"(?:(?:any |the |all )?(?:news|articles|stories) (?:about|on|of) |the |новост(?:и|ями|ях) (?:о|об|про) )?"
_ASKED: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (command, re.compile(f"{_PLEASE}(?:{opening}) {_ABOUT}(?P<what>.+)", re.IGNORECASE))
    for command, opening in (
        ("/summary", r"summari[sz]e|sum up|(?:give me )?(?:a |the )?summary of"
                     r"|перескажи(?:те)?|(?:сделай |дай )?(?:(?:краткий )?пересказ|сводк[ау])(?: (?:о|об|про|по|за))?"),
        ("/follow", r"follow(?! up)|subscribe(?: me)? to|(?:notify|alert) me (?:about|of|on)"
                    r"|подпиши(?:сь|те)?(?: меня)? на|подписаться на|следи(?:те)? за"
                    r"|(?:сообщай|уведомляй)(?:те)?(?: мне)? (?:о|об|про)"),
    )
)  # fmt: skip
_THIS = ("this", "it", "that", "this article", "this story", "это", "эту статью", "этим")  # what is replied to
_WORDS = re.compile(r"[^\W_]+")


def meant_command(text: str, *, is_reply: bool = False) -> str | None:
    """None for a question. A reply is about what it replies to: no greeting, and no cry for help."""
    text = text.strip(" .!?\n")
    if text.startswith("/") or "\n" in text or len(text) > LONGEST:
        return None
    for command, pattern in _ASKED:
        if (asked := pattern.fullmatch(text)) is not None:
            return command if asked["what"].casefold() in _THIS else f"{command} {asked['what']}"
    said = " ".join(_WORDS.findall(text.casefold()))
    if _STOP.fullmatch(said):
        return "/following"
    if is_reply:
        return None
    if _HELLO.fullmatch(said):
        return "/start"
    greeted = _HELLO.match(said)
    return "/help" if _HELP.fullmatch(said[greeted.end() :].strip() if greeted else said) else None
