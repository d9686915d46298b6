"""A text that somebody shows, or a page that nobody added -> its summary, and what it alone answers.

    text | an article of no collection | cut, matched and read as those of the collection | summary, answer

Nothing of it is stored. Its passages are matched with each other only, its words weighed as the collection has them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from retrieval.answer.citations import verify
from retrieval.answer.coverage import covered
from retrieval.asked.question import Known, understand
from retrieval.errors import NoArticle
from retrieval.finding import PASSAGES
from retrieval.index.fusion import favour_recent, fuse
from retrieval.parts import Parts
from retrieval.ports import Vectors
from retrieval.sources.furniture import find_furniture
from retrieval.sources.prose import clean_line, clean_paragraphs
from retrieval.summaries import summarised
from retrieval.summary.stories import Report
from retrieval.summary.types import Length, Summary
from retrieval.text.chunks import LIMIT, Room, split_passages
from retrieval.text.languages import detect
from retrieval.text.stems import stems
from retrieval.types import Answer, Article, Closest, Draft, Evidence, Passage, Question, Searched, Trace

LONGEST = 40_000  # characters that are read: a question about more takes seconds
SHOWN = "unfiled"  # the id of an article that has no address


class Unfiled:
    """Sync, and safe to call from several threads."""

    def __init__(self, parts: Parts, known: Callable[[], Known]) -> None:
        self._parts, self._known = parts, known

    def page(self, url: str) -> Article:
        """Fetches it. Raises SourceError."""
        read = self._parts.sources.page(url)
        return replace(read, text=_opening(read.text))

    def article(self, text: str, title: str = "", *, url: str | None = None, source: str | None = None) -> Article:
        """What somebody shows, cleaned as any source's. Raises NoArticle when it has no words."""
        cleaned = _opening("\n\n".join(clean_paragraphs(text.split("\n"))))
        if not any(map(str.isalnum, cleaned)):
            raise NoArticle(url or SHOWN, "no text")
        return Article(url or SHOWN, clean_line(title), cleaned, detect(cleaned), url, source)

    def summarise(self, article: Article, length: Length = "medium") -> Summary:
        """Its sentences that tell it, each cited."""
        spans = tuple(span for passage in self._passages(article) for span in passage.sentences)
        return summarised(Report(article, spans), length)

    def ask(self, text: str, article: Article, now: datetime) -> Answer | Closest | None:
        """What the article alone tells. None when it does not."""
        if not any(map(str.isalnum, text)):
            return None
        question = understand(text, {*self._known().languages, article.language})
        knows = self._parts.embedder.knows(question.language)
        vector = self._parts.embedder.questions([question.standalone]) if knows else None
        evidence = self._parts.ranker.rank(question, self._matching(question, article, vector, now))
        draft = self._parts.writer.write(question, evidence, vector) if evidence else Draft((), {})
        sentences, values = verify(draft.sentences, evidence), verify(draft.values, evidence)
        fit = self._parts.confidence.fit(draft.figures)
        sure = fit.probability(draft.figures) if sentences else 0.0
        about = (question.standalone, sentences, sure, Trace(figures=draft.figures, hits=(article.id,)), Searched(1))
        if sentences and sure >= fit.threshold:
            return Answer(*about, values, draft.verdict, draft.timeline)
        return Closest(*about) if sentences and sure >= fit.closest else None

    def _matching(self, question: Question, article: Article, vector: Vectors | None, now: datetime) -> list[Evidence]:
        """Its passages by meaning and by the question's rare words, best first."""
        passages = self._passages(article)
        texts = [article.text[passage.start : passage.end] for passage in passages]
        meaning: dict[int, float] = {}
        if vector is not None and passages and self._parts.embedder.knows(article.language):
            cosines = self._parts.embedder.passages(texts) @ vector[0]  # (passages,)
            meaning = {at: float(cosine) for at, cosine in enumerate(cosines)}
        weights = self._parts.ranker.weighing(question)
        shared = {at: covered(weights, stems(text, article.language)) for at, text in enumerate(texts)}
        hits = fuse(meaning, {at: share for at, share in shared.items() if share})
        if question.undated:
            hits = favour_recent(hits, dict.fromkeys(range(len(passages)), article.published), now)
        return [Evidence(hit, passages[hit.passage_id], article) for hit in hits[:PASSAGES]]

    def _passages(self, article: Article) -> list[Passage]:
        embedder = self._parts.embedder
        room = Room(min(LIMIT, embedder.max_tokens), embedder.max_tokens)
        furniture = find_furniture(article.text)
        left_out = furniture if sum(end - start for start, end in furniture) < len(article.text) else ()
        return split_passages(article.text, article.language, embedder.count, room, left_out)


def _opening(text: str) -> str:
    """As much as is read, by whole paragraphs where there are any."""
    if len(text) <= LONGEST:
        return text
    return text[:LONGEST].rpartition("\n\n")[0] or text[:LONGEST]
