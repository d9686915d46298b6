"""Plain articles -> lessons: a sentence with a name left out asks where else in the article that name stands.

    python -m retrieval.training.cloze DATA OUT       # DATA: squad2 (titles not kept for measuring), newsqa_train

Recurring spans (Ram et al., arXiv 2101.00438): what a model that was made for whole sentences has to learn before it
can mark spans, from as much text as there is, with no question written by anybody.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterator, Sequence
from itertools import groupby
from pathlib import Path

from retrieval.text.sentences import split
from retrieval.training.pairs import Lesson, Text, as_line, is_dev, places, rows
from retrieval.types import Span

WINDOW = 700  # characters of a passage, about
ASKED = (50, 300)  # characters of a sentence that makes a question
NOT_HERE = 0.3  # of the lessons: a passage without the name
NEWS_EACH, TITLE_EACH = 6, 160  # lessons of an article, of a title with its dozens of paragraphs
_RECURRING = re.compile(r"(?<=[a-z,;'’\"“(] )[A-Z][\w'’-]+(?: (?:of |the )?[A-Z][\w'’-]+){0,3}|\b\d[\d,.]*\d\b")
_WHO = ("who", "what", "which", "which one")


def cloze(title: str, text: str, chance: random.Random, most: int) -> Iterator[Lesson]:
    """At most so many lessons of one article, and fewer when little recurs."""
    sentences = [text[span.start : span.end] for span in split(text, "en")]
    homes: dict[str, list[int]] = {}
    for number, sentence in enumerate(sentences):
        for name in set(_RECURRING.findall(sentence)):
            homes.setdefault(name, []).append(number)
    names = [name for name, where in homes.items() if len(where) > 1]
    for name in chance.choices(names, k=most) if names else ():
        asked = chance.choice(homes[name])
        if ASKED[0] <= len(sentences[asked]) <= ASKED[1]:
            lesson = _lesson(title, sentences, asked, name, chance)
            if lesson:
                yield lesson


def _lesson(title: str, sentences: Sequence[str], asked: int, name: str, chance: random.Random) -> Lesson | None:
    told = chance.random() > NOT_HERE
    fitting = [at for at, s in enumerate(sentences) if at != asked and bool(places(s, [name])) is told]
    if not fitting:
        return None
    passage = _around(sentences, chance.choice(fitting), asked, chance)
    found = places(passage, [name])
    if bool(found) is not told:
        return None
    word = "how many" if name[0].isdigit() else chance.choice(_WHO)
    blank = Span(*places(sentences[asked], [name])[0])
    question = f"{sentences[asked][: blank.start]}{word}{sentences[asked][blank.end :]}".rstrip(".") + "?"
    return Lesson("cloze", question, Text(title, passage), (name,) if told else (), ())


def _around(sentences: Sequence[str], centre: int, without: int, chance: random.Random) -> str:
    """Sentences about one of them, up to WINDOW characters, never the one that is asked."""
    first = last = centre
    size = len(sentences[centre])
    while size < WINDOW:
        sides = [side for side in (first - 1, last + 1) if 0 <= side < len(sentences) and side != without]
        if not sides:
            break
        side = chance.choice(sides)
        first, last, size = min(first, side), max(last, side), size + len(sentences[side])
    return " ".join(sentences[first : last + 1])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    chance = random.Random(0)  # noqa: S311 not for secrets
    with options.out.open("w", encoding="utf-8") as file:
        for title, text, most in _articles(options.data):
            for lesson in cloze(title, text, chance, most):
                file.write(as_line(lesson))


def _articles(data: Path) -> Iterator[tuple[str, str, int]]:
    for year in ("2023", "2025"):
        for row in rows(data / "newsqa_train" / year / "articles.jsonl.gz"):
            yield row["title"], row["text"], NEWS_EACH
    for title, paragraphs in groupby(rows(data / "squad2" / "articles.jsonl.gz"), lambda row: row["id"].split("#")[0]):
        if not is_dev(title):
            yield title.replace("_", " "), "\n\n".join(row["text"] for row in paragraphs), TITLE_EACH


if __name__ == "__main__":
    main()
