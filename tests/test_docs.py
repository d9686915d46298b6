"""The documents say what is: commands, settings, rooms, libraries, links and figures are held against the code."""

from __future__ import annotations

import importlib
import json
import re
import tomllib
from pathlib import Path

import pytest

from bot.__main__ import command_line
from bot.menu import COMMANDS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
ARCHITECTURE = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
DOCUMENTS = sorted(ROOT.glob("*.md"))


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def test_every_subcommand_is_in_the_readme_and_the_other_way_round() -> None:
    told = set(re.findall(r"`(\w+)`", README.split("## The command")[1].split("With `--json`")[0])) - {"footnote"}
    assert told == set(re.findall(r"^    (\w+)\b", command_line().format_help(), re.MULTILINE))


def test_every_bot_command_is_in_the_readme() -> None:
    for command in COMMANDS:
        if command.name not in {"start", "help"}:
            assert f"/{command.name}" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_to_files_lead_somewhere(document: Path) -> None:
    for target in re.findall(r"\]\((?!https?://)([^)#]+)\)", document.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target


def test_every_room_that_the_architecture_names_exists() -> None:
    rooms = {path.relative_to(ROOT).as_posix() for path in ROOT.glob("[!.]*/**/*.py")}
    table = ARCHITECTURE.split("## The order of imports")[0]
    for name in re.findall(r"`([\w/]+\.py)`", table):
        assert any(room.endswith(f"/{name}") or room == name for room in rooms), name


def test_every_dependency_pays_its_rent_in_the_architecture() -> None:
    rent = ARCHITECTURE.split("## What each library saves")[1]
    for dependency in PROJECT["dependencies"]:
        name = re.split(r"[<>=!~\[ ]", dependency, maxsplit=1)[0]
        assert normal(name) in {normal(word) for word in re.findall(r"[\w.-]+", rent)}, name


def test_every_dependency_is_pinned() -> None:
    pinned = {
        normal(line.split("==")[0]) for line in (ROOT / "constraints.txt").read_text().splitlines() if "==" in line
    }
    wanted = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["dev"]]
    missing = {name for d in wanted if (name := normal(re.split(r"[<>=!~\[ ]", d, maxsplit=1)[0])) not in pinned}
    assert not missing


def test_the_readme_counts_the_questions() -> None:
    rows = [json.loads(line) for line in (ROOT / "seeds/questions.jsonl").read_text(encoding="utf-8").splitlines()]
    untold = sum(not row["answerable"] for row in rows)
    assert f"their {len(rows)} questions" in README
    assert 0.2 < untold / len(rows) < 0.3  # "a quarter of which"
    assert len(rows) - untold >= 200
    assert untold >= 60
    assert len({row["id"] for row in rows}) == len(rows)


def test_the_make_targets_that_the_documents_name_exist() -> None:
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = {
        target for d in DOCUMENTS for target in re.findall(r"`?make (run|test|check|format|clean)\b", d.read_text())
    }
    assert named
    assert named <= targets


@pytest.mark.parametrize("path", sorted((ROOT / "tests" / "benchmarks").glob("[a-z]*.py")), ids=lambda path: path.stem)
def test_every_benchmark_can_be_started_and_is_listed(path: Path) -> None:
    assert callable(importlib.import_module(f"tests.benchmarks.{path.stem}").main)
    assert f"`{path.name}`" in (path.parent / "README.md").read_text(encoding="utf-8")
