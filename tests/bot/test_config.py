"""Settings: defaults, all faults at once, and an example file that is complete."""

from __future__ import annotations

import os
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.config import ConfigurationError, Settings, corpus_settings, load_settings, masked, spoken_language
from retrieval import LlmSettings

EXAMPLE = Path(__file__).parents[2] / ".env.example"
VARIABLES = [str(field.validation_alias) for field in Settings.model_fields.values()]
TOKEN = "123456:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw"  # noqa: S105 made up


@pytest.fixture(autouse=True)
def no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The machine's own settings are not the test's."""
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)


def env_file(folder: Path, text: str) -> Path:
    file = folder / ".env"
    file.write_text(text, encoding="utf-8")
    return file


def test_nothing_needs_to_be_set(tmp_path: Path) -> None:
    settings = load_settings(tmp_path / ".env")
    assert settings.telegram_bot_token is None
    assert settings.telegram_api_url == "https://api.telegram.org"
    assert settings.poll_seconds == 300
    assert settings.allowed_networks == ()
    assert settings.data.is_absolute()
    assert corpus_settings(settings).llm is None


def test_a_file_sets_everything(tmp_path: Path) -> None:
    text = f"""
TELEGRAM_BOT_TOKEN={TOKEN}
TELEGRAM_API_URL=http://localhost:8081/
FOOTNOTE_DATA={tmp_path}
FOOTNOTE_MODEL=intfloat/multilingual-e5-small
FOOTNOTE_MODEL_LANGUAGES=en, RU
FOOTNOTE_LLM_URL=http://localhost:11434/v1/
FOOTNOTE_LLM_KEY=sk-made-up
FOOTNOTE_LLM_MODEL=small-talker
FOOTNOTE_ADMINS=12, 34
FOOTNOTE_POLL_SECONDS=60
FOOTNOTE_ALLOWED_NETWORKS=10.0.0.0/8,fd00::/8
FOOTNOTE_LOG_LEVEL=debug
"""
    settings = load_settings(env_file(tmp_path, text))
    assert settings.telegram_bot_token is not None
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.telegram_api_url == "http://localhost:8081"
    assert settings.admins == {12, 34}
    assert settings.log_level == "DEBUG"
    engine = corpus_settings(settings)
    assert (engine.data, engine.model) == (tmp_path, "intfloat/multilingual-e5-small")
    assert engine.languages == ("en", "ru")
    assert engine.allowed_networks == (ip_network("10.0.0.0/8"), ip_network("fd00::/8"))
    assert engine.llm == LlmSettings("http://localhost:11434/v1", "small-talker", "sk-made-up")


def test_the_environment_wins_over_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FOOTNOTE_POLL_SECONDS", "20")
    assert load_settings(env_file(tmp_path, "FOOTNOTE_POLL_SECONDS=60\n")).poll_seconds == 20


@pytest.mark.parametrize("folder", ["~nobody-of-that-name/data", "/" + "x" * 300, f"{__file__}/data"])
def test_a_folder_that_cannot_be_is_a_fault(tmp_path: Path, folder: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file(tmp_path, f"FOOTNOTE_DATA={folder}"))
    assert [fault.variable for fault in caught.value.faults] == ["FOOTNOTE_DATA"]


@pytest.mark.parametrize("address", ["http://localhost:port", "http://localhost:99999", "http://[", "localhost:8081"])
def test_an_address_that_cannot_be_is_a_fault(tmp_path: Path, address: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file(tmp_path, f"TELEGRAM_API_URL={address}"))
    [fault] = caught.value.faults
    assert (fault.variable, fault.problem) == ("TELEGRAM_API_URL", "it is not an http or https address")


def test_a_file_that_cannot_be_read_is_a_fault() -> None:
    unreadable = Path("/proc/self/mem")  # a file to everybody, its administrator too, that gives an error
    if not unreadable.is_file():
        pytest.skip("this system has no such file")
    with pytest.raises(ConfigurationError, match="cannot be read"):
        load_settings(unreadable)


def test_all_faults_are_told_at_once_with_what_to_do(tmp_path: Path) -> None:
    text = """
TELEGRAM_BOT_TOKEN=not-a-token
TELEGRAM_API_URL=ftp://telegram
FOOTNOTE_LLM_URL=model.example/v1
FOOTNOTE_LLM_KEY=ключ
FOOTNOTE_ADMINS=me
FOOTNOTE_POLL_SECONDS=5
FOOTNOTE_ALLOWED_NETWORKS=10.0.0.1/8
FOOTNOTE_MODEL_LANGUAGES=english
FOOTNOTE_LOG_LEVEL=loud
"""
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file(tmp_path, text))
    told = {fault.variable: str(fault) for fault in caught.value.faults}
    named = {line.split("=")[0] for line in text.split()}
    assert told.keys() == named
    assert "numeric" in told["FOOTNOTE_ADMINS"]
    assert "10 to 86400" in told["FOOTNOTE_POLL_SECONDS"]
    assert str(caught.value).count("\n") == len(named) - 1


@pytest.mark.parametrize(
    ("text", "variable", "problem"),
    [
        ("FOOTNOTE_LLM_URL=http://localhost:1/v1", "FOOTNOTE_LLM_MODEL", "there is no FOOTNOTE_LLM_MODEL"),
        ("FOOTNOTE_LLM_MODEL=small-talker", "FOOTNOTE_LLM_MODEL", "there is no FOOTNOTE_LLM_URL"),
        ("FOOTNOTE_LLM_KEY=sk-made-up", "FOOTNOTE_LLM_KEY", "there is no FOOTNOTE_LLM_URL to send it to"),
        (
            "FOOTNOTE_LLM_MODEL=small-talker\nFOOTNOTE_LLM_URL=http://me:secret@localhost/v1",
            "FOOTNOTE_LLM_URL",
            "it holds a name or a password, which would be shown with the other settings",
        ),
    ],
)
def test_a_language_model_needs_its_name_and_its_address(
    tmp_path: Path, text: str, variable: str, problem: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file(tmp_path, text))
    [fault] = caught.value.faults
    assert (fault.variable, fault.problem) == (variable, problem)
    assert "secret" not in str(fault)


def test_the_key_of_a_language_model_is_never_shown(tmp_path: Path) -> None:
    text = "FOOTNOTE_LLM_MODEL=small-talker\nFOOTNOTE_LLM_URL=http://localhost/v1\nFOOTNOTE_LLM_KEY=sk-made-up"
    settings = load_settings(env_file(tmp_path, text))
    assert "made-up" not in repr(settings) + repr(corpus_settings(settings))


def test_a_wrong_token_is_never_repeated(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load_settings(env_file(tmp_path, "TELEGRAM_BOT_TOKEN=123456:secret with spaces\nFOOTNOTE_POLL_SECONDS=x"))
    assert "secret" not in str(caught.value)
    assert "secret" not in repr(caught.value.faults)
    assert caught.value.__cause__ is None


def test_a_data_folder_that_is_a_file_is_a_fault(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(ConfigurationError, match="FOOTNOTE_DATA"):
        load_settings(env_file(tmp_path, f"FOOTNOTE_DATA={file}"))


def test_a_file_in_another_encoding_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes("FOOTNOTE_MODEL=модель".encode("cp1251"))
    with pytest.raises(ConfigurationError, match="UTF-8"):
        load_settings(tmp_path / ".env")


def test_the_example_lists_every_setting_with_a_comment() -> None:
    paragraphs = EXAMPLE.read_text(encoding="utf-8").strip().split("\n\n")[1:]
    listed = {paragraph.splitlines()[-1].split("=")[0]: paragraph.startswith("# ") for paragraph in paragraphs}
    assert list(listed) == VARIABLES
    assert all(listed.values())


def test_the_example_as_it_stands_is_valid() -> None:
    assert load_settings(EXAMPLE).telegram_bot_token is None


def test_a_token_is_shown_masked(tmp_path: Path) -> None:
    settings = load_settings(env_file(tmp_path, f"TELEGRAM_BOT_TOKEN={TOKEN}"))
    assert masked(settings.telegram_bot_token) == "123456:********"
    assert TOKEN not in repr(settings)
    assert masked(None) is None


@pytest.mark.parametrize(
    ("environment", "language"),
    [
        ({"LANG": "ru_RU.UTF-8"}, "ru_RU.UTF-8"),
        ({"LANG": "ru_RU.UTF-8", "LC_ALL": "en_GB"}, "en_GB"),
        ({"LANG": ""}, "en"),
        ({}, "en"),
    ],
)
def test_the_locale_tells_the_language(environment: dict[str, str], language: str) -> None:
    assert spoken_language(environment) == language
    assert spoken_language() == spoken_language(os.environ)
