"""The order of the rooms, held by reading the imports: each room imports only from rooms drawn above it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Literal, get_origin

import pytest

ROOT = Path(__file__).parents[1]
ROOMS = sorted(
    p for package in ("bot", "retrieval") for p in (ROOT / package).rglob("*.py") if "migrations" not in p.parts
)

LAYERS = [  # of retrieval: a room may import from its own line only what is in its own folder, and from any line above
    ["retrieval.types", "retrieval.errors"],
    ["retrieval.summary.types", "retrieval.sources.types"],
    [
        "retrieval.ports",
        "retrieval.measures",
        "retrieval.timing",
        "retrieval.queueing",
        "retrieval.priority",
        "retrieval.remembering",
        "retrieval.text",
        "retrieval.index.fusion",
        "retrieval.pace",
        "retrieval.crew",
    ],
    ["retrieval.words", "retrieval.lasting"],
    ["retrieval.asked"],
    ["retrieval.answer.claims"],
    ["retrieval.answer"],
    ["retrieval.summary", "retrieval.llm"],
    ["retrieval.exported"],
    ["retrieval.database", "retrieval.sources", "retrieval.models", "retrieval.reader", "retrieval.index"],
    ["retrieval.store", "retrieval.blocks", "retrieval.watched", "retrieval.entries"],
    [
        "retrieval.reading",
        "retrieval.ingest",
        "retrieval.grouping",
        "retrieval.revisions",
        "retrieval.surroundings",
    ],
    ["retrieval.finding", "retrieval.matching", "retrieval.summaries", "retrieval.bringing", "retrieval.sites"],
    [
        "retrieval.watch",
        "retrieval.asking",
        "retrieval.snippets",
        "retrieval.naming",
        "retrieval.parts",
        "retrieval.holdings",
    ],
    ["retrieval.unfiled"],
    ["retrieval.wire"],
    ["retrieval.corpus"],
    ["retrieval.build", "retrieval.evaluation"],
    ["retrieval.calibration"],
]
PEOPLE = [  # of bot
    ["bot.types", "bot.logs", "bot.progress", "bot.zones", "bot.menu", "bot.rules", "bot.deep_links"],
    [
        "bot.texts",
        "bot.pages",
        "bot.tables",
        "bot.lines",
        "bot.documents",
        "bot.lock",
        "bot.suggestions",
        "bot.hours",
        "bot.rights",
        "bot.operating.charts",
    ],
    ["bot.config", "bot.sheet", "bot.outgoing", "bot.answering.courtesies", "bot.references"],
    ["bot.subscriptions", "bot.answering.searched", "bot.incoming.updates", "bot.keeping"],
    ["bot.store"],
    ["bot.office"],
    [
        "bot.answering.render",
        "bot.answering.summaries",
        "bot.incoming.inbox",
        "bot.errand",
        "bot.operating",
        "bot.people",
        "bot.alerting",
        "bot.following",
    ],
    ["bot.answering", "bot.jobs"],
    ["bot.receiving", "bot.costs"],
    ["bot.desk"],
    ["bot.incoming", "bot.terminal"],
    ["bot.printed"],
    ["bot.app", "bot.told", "bot.shown", "bot.adding", "bot.opinions"],
    ["bot.commands"],
]
CHOSEN_BY_BUILD = {"retrieval.models", "retrieval.reader", "retrieval.index.local", "retrieval.sources.web",
                   "retrieval.answer.extract", "retrieval.llm.model"}  # fmt: skip
ONE_ROOM = {  # a library that may be imported in one place only
    "faiss": "retrieval/index/dense.py",
    "openai": "retrieval/llm/endpoint.py",
    "trafilatura": "retrieval/sources/html_page.py",
    "pypdf": "retrieval/sources/pdf.py",
    "feedparser": "retrieval/sources/xml_feed.py",
    "protego": "retrieval/sources/robots.py",
    "mammoth": "retrieval/sources/word.py",
    "datasketch": "retrieval/text/duplicates.py",
    "Stemmer": "retrieval/text/stems.py",
    "py3langid": "retrieval/text/languages.py",
    "markdown_it": "retrieval/sources/markdown.py",
    "threadpoolctl": "retrieval/matching/interests.py",
    "matplotlib": "bot/operating/charts.py",
    "prometheus_client": "bot/operating/metrics.py",
    "prompt_toolkit": "bot/terminal.py",
    "pydantic_settings": "bot/config.py",
}


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            inside = [f"{node.module}.{alias.name}" for alias in node.names]
            files = [name for name in inside if (ROOT / (name.replace(".", "/") + ".py")).exists()]
            yield from files or [node.module]


def level(room: str, layers: list[list[str]]) -> int:
    fitting = [
        (len(name), number) for number, row in enumerate(layers) for name in row if f"{room}.".startswith(f"{name}.")
    ]
    assert fitting, f"{room} has no place in the order: give it one in tests/test_architecture.py and ARCHITECTURE.md"
    return max(fitting)[1]


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_a_room_imports_only_from_above(path: Path) -> None:
    room = name_of(path)
    layers = LAYERS if room.startswith("retrieval.") else PEOPLE
    if room in {"bot", "retrieval", "bot.__main__"} or room.startswith(("retrieval.training", "retrieval.export")):
        pytest.skip("a door, or an errand that nothing imports")
    own = room.rsplit(".", 1)[0]
    for imported in imports(path):
        if imported.startswith(f"{room.split('.')[0]}.") and imported != room:
            same_folder = imported.rsplit(".", 1)[0] == own and own.count(".") > 0
            assert same_folder or level(imported, layers) < level(room, layers), f"{room} must not import {imported}"


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_people_enter_the_engine_by_its_front_door(path: Path) -> None:
    reached = [
        name
        for name in imports(path)
        if name.split(".")[0] == ("retrieval" if path.is_relative_to(ROOT / "bot") else "bot")
    ]
    allowed = {"retrieval"} if path.is_relative_to(ROOT / "bot") else set()
    assert set(reached) <= allowed


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_only_build_chooses_the_parts(path: Path) -> None:
    if name_of(path) not in {"retrieval.build", "retrieval.training.measure", *CHOSEN_BY_BUILD}:
        assert not CHOSEN_BY_BUILD & set(imports(path))


@pytest.mark.parametrize("path", ROOMS, ids=name_of)
def test_nobody_but_the_settings_reads_the_environment(path: Path) -> None:
    reads = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
             if isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}]  # fmt: skip
    assert not reads or name_of(path) in {
        "bot.config",
        "bot.incoming.reception",
    }  # the latter sets a switch of its library


@pytest.mark.parametrize(("library", "room"), ONE_ROOM.items())
def test_a_library_is_imported_in_one_room(library: str, room: str) -> None:
    users = {p.relative_to(ROOT).as_posix() for p in ROOMS if library in {name.split(".")[0] for name in imports(p)}}
    assert users == {room}


def test_torch_is_imported_only_to_export_and_to_train() -> None:
    users = {name_of(p) for p in ROOMS if {"torch", "transformers"} & {name.split(".")[0] for name in imports(p)}}
    assert all(user.startswith(("retrieval.export", "retrieval.training")) for user in users)


def test_the_front_door_opens_on_everything_it_names() -> None:
    import retrieval

    for name in retrieval.__all__:
        opened = getattr(retrieval, name)
        assert name.isupper() or get_origin(opened) is Literal or opened.__name__ == name


def test_rooms_stay_small() -> None:
    large = {name_of(p): lines for p in ROOMS if (lines := len(p.read_text(encoding="utf-8").splitlines())) > 350}
    assert not large
