"""What can go wrong in the engine. Errors carry data, not prose; the words for people live with the people's side.

FootnoteError
├── SourceError              what someone pointed at cannot become an article or a feed
│   ├── AddressRefused       the address is not one we connect to
│   ├── FetchFailed          the server could not be reached, or gave something unusable
│   ├── UnsupportedFile      a kind of file that we do not read
│   ├── UnreadableFile       a known kind, but broken, empty or locked
│   ├── NoArticle            it was read, and there is no article in it
│   └── NotAFeed             it was read, and it is not a feed
├── UnknownArticle           no article has that id
├── UnknownFeed              no such feed is watched
├── ModelFailed              the embedding model cannot be loaded
├── BadDataset               questions, or articles for them, are not in the documented form
└── StoreFailed              the data folder cannot be used (newer schema, no space, locked, not a database)
"""

from __future__ import annotations


class FootnoteError(Exception):
    """`reason` is a short code in plain words, the same for the same cause; `subject` is what it is about."""

    def __init__(self, subject: str, reason: str) -> None:
        super().__init__(f"{subject}: {reason}")
        self.subject = subject
        self.reason = reason


class SourceError(FootnoteError):
    """What someone pointed at cannot become an article or a feed."""


class AddressRefused(SourceError):
    """The address is not one we connect to: not public, not http, a strange port, credentials in it."""


class FetchFailed(SourceError):
    """The server could not be reached, or gave something unusable. `status` is the HTTP status, if there was one;
    `retry_after` the seconds that it asked us to stay away.
    """

    def __init__(self, subject: str, reason: str, status: int | None = None, retry_after: float | None = None) -> None:
        super().__init__(subject, reason)
        self.status = status
        self.retry_after = retry_after


class UnsupportedFile(SourceError):
    """A kind of file that we do not read."""


class UnreadableFile(SourceError):
    """A known kind of file, but broken, empty or locked."""


class NoArticle(SourceError):
    """It was read, and there is no article in it."""


class NotAFeed(SourceError):
    """It was read, and it is not a feed."""


class UnknownArticle(FootnoteError):
    """No article has that id."""


class UnknownFeed(FootnoteError):
    """No such feed is watched."""


class ModelFailed(FootnoteError):
    """A model, the embedder or the reader, cannot be loaded."""


class BadDataset(FootnoteError):
    """Questions, or articles for them, are not in the documented form, or too few."""


class StoreFailed(FootnoteError):
    """The data folder cannot be used."""
