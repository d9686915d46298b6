"""Feeds for those who have none at hand."""

from __future__ import annotations

from pathlib import Path

from bot.suggestions import Suggestion, default_suggestions, in_order_for, load_suggestions


def test_the_shipped_feeds_are_whole_and_in_both_languages() -> None:
    shipped = load_suggestions(default_suggestions())
    assert {suggestion.language for suggestion in shipped} == {"en", "ru"}
    assert all(suggestion.url.startswith("https://") and suggestion.title for suggestion in shipped)
    assert len({suggestion.url for suggestion in shipped}) == len(shipped)


def test_the_readers_language_comes_first() -> None:
    one, two, three = (
        Suggestion(str(n), f"https://{n}.example/", language) for n, language in enumerate(("en", "ru", "en"))
    )
    assert in_order_for("ru", [one, two, three]) == [two, one, three]


def test_a_missing_or_broken_file_suggests_nothing(tmp_path: Path) -> None:
    assert load_suggestions(tmp_path / "none.toml") == ()
    for content in ("not toml [", "feed = 3", "[[feed]]\ntitle = 'no url'"):
        (tmp_path / "feeds.toml").write_text(content)
        assert load_suggestions(tmp_path / "feeds.toml") == ()
