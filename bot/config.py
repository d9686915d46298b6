"""Environment and `.env` in, Settings out; or every fault in them at once, each with what to do about it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from stat import S_ISDIR
from typing import Annotated, Literal, NamedTuple
from urllib.parse import urlsplit

from platformdirs import user_data_path
from pydantic import Field, SecretStr, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.rules import Access, Rules
from retrieval import CorpusSettings, LlmSettings

_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_SECRET = re.compile(r"[A-Za-z0-9_-]{16,256}")  # what Telegram takes, and long enough not to be guessed

_REMEDIES = {
    "TELEGRAM_BOT_TOKEN": "copy the whole token that @BotFather gave, like 123456:ABC-DEF, or leave it out",
    "TELEGRAM_API_URL": "give the address of a Bot API server, like https://api.telegram.org",
    "FOOTNOTE_DATA": "give a folder that this user may write to",
    "FOOTNOTE_MODEL": "give a sentence-transformers model's name or folder, or leave it out",
    "FOOTNOTE_READER": "give a question-answering model's name or folder, none, or leave it out",
    "FOOTNOTE_MODEL_LANGUAGES": "give two-letter codes separated by commas, like en,ru",
    "FOOTNOTE_LLM_URL": "give an OpenAI-compatible address, like http://localhost:11434/v1, or leave it out",
    "FOOTNOTE_LLM_KEY": "give the key of the server at FOOTNOTE_LLM_URL, or leave it out",
    "FOOTNOTE_LLM_MODEL": "give FOOTNOTE_LLM_URL and FOOTNOTE_LLM_MODEL together, or leave both out",
    "FOOTNOTE_ADMINS": "give numeric Telegram user ids separated by commas, like 1234567,7654321",
    "FOOTNOTE_POLL_SECONDS": "give whole seconds from 10 to 86400, like 300",
    "FOOTNOTE_ALLOWED_NETWORKS": "give networks separated by commas, like 10.0.0.0/8,fd00::/8",
    "FOOTNOTE_PAID_BROADCAST": "give true or false",
    "FOOTNOTE_ACCESS": "give one of open, allowlist, invite, closed",
    "FOOTNOTE_ALLOWED": "give numeric Telegram ids of people and groups separated by commas, like 1234567,-100123",
    "FOOTNOTE_QUESTIONS_PER_MINUTE": "give a whole number, 0 for no limit",
    "FOOTNOTE_QUESTIONS_PER_DAY": "give a whole number, 0 for no limit",
    "FOOTNOTE_LINKS_PER_DAY": "give a whole number, 0 for no limit",
    "FOOTNOTE_FEEDS_PER_DAY": "give a whole number, 0 for no limit",
    "FOOTNOTE_FILES_PER_DAY": "give a whole number, 0 for no limit",
    "FOOTNOTE_KEEP_DAYS": "give whole days from 1 to 365, like 30",
    "FOOTNOTE_WEBHOOK_URL": "give the public https address that Telegram is to call, or leave it out",
    "FOOTNOTE_WEBHOOK_SECRET": "give 16 to 256 letters, digits, _ or -, with FOOTNOTE_WEBHOOK_URL",
    "FOOTNOTE_WEBHOOK_LISTEN": "give an address and a port to listen at, like 127.0.0.1:8443",
    "FOOTNOTE_MONITOR": "give an address and a port to listen at, like 127.0.0.1:9464, or leave it out",
    "FOOTNOTE_LOG_LEVEL": "give one of DEBUG, INFO, WARNING, ERROR",
}


class Endpoint(NamedTuple):
    """Where to listen."""

    host: str
    port: int


@dataclass(frozen=True, slots=True)
class Fault:
    """One variable that cannot be used. Never holds the value: it may be a secret."""

    variable: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.variable}: {self.problem}; {self.remedy}."


class ConfigurationError(Exception):
    """The settings cannot be used; `faults` says all that is wrong."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("\n".join(str(fault) for fault in faults))
        self.faults = faults


class Settings(BaseSettings):
    """What the operator decides. An empty variable counts as one that is not set."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True, hide_input_in_errors=True)

    telegram_bot_token: SecretStr | None = Field(default=None, validation_alias="TELEGRAM_BOT_TOKEN")
    telegram_api_url: str = Field(default="https://api.telegram.org", validation_alias="TELEGRAM_API_URL")
    data: Path = Field(default_factory=lambda: user_data_path("footnote"), validation_alias="FOOTNOTE_DATA")
    model: str | None = Field(default=None, validation_alias="FOOTNOTE_MODEL")
    model_languages: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), validation_alias="FOOTNOTE_MODEL_LANGUAGES"
    )
    reader: str | None = Field(default=None, validation_alias="FOOTNOTE_READER")
    llm_url: str | None = Field(default=None, validation_alias="FOOTNOTE_LLM_URL")
    llm_key: SecretStr | None = Field(default=None, validation_alias="FOOTNOTE_LLM_KEY")
    llm_model: str | None = Field(default=None, validate_default=True, validation_alias="FOOTNOTE_LLM_MODEL")
    admins: Annotated[frozenset[int], NoDecode] = Field(default=frozenset(), validation_alias="FOOTNOTE_ADMINS")
    poll_seconds: int = Field(default=300, ge=10, le=86400, validation_alias="FOOTNOTE_POLL_SECONDS")
    allowed_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = Field(
        default=(), validation_alias="FOOTNOTE_ALLOWED_NETWORKS"
    )
    paid_broadcast: bool = Field(default=False, validation_alias="FOOTNOTE_PAID_BROADCAST")
    access: Access = Field(default=Access.OPEN, validation_alias="FOOTNOTE_ACCESS")
    allowed: Annotated[frozenset[int], NoDecode] = Field(default=frozenset(), validation_alias="FOOTNOTE_ALLOWED")
    questions_per_minute: int = Field(default=20, ge=0, validation_alias="FOOTNOTE_QUESTIONS_PER_MINUTE")
    questions_per_day: int = Field(default=300, ge=0, validation_alias="FOOTNOTE_QUESTIONS_PER_DAY")
    links_per_day: int = Field(default=30, ge=0, validation_alias="FOOTNOTE_LINKS_PER_DAY")
    feeds_per_day: int = Field(default=50, ge=0, validation_alias="FOOTNOTE_FEEDS_PER_DAY")
    files_per_day: int = Field(default=20, ge=0, validation_alias="FOOTNOTE_FILES_PER_DAY")
    keep_days: int = Field(default=30, ge=1, le=365, validation_alias="FOOTNOTE_KEEP_DAYS")
    webhook_url: str | None = Field(default=None, validation_alias="FOOTNOTE_WEBHOOK_URL")
    webhook_secret: SecretStr | None = Field(
        default=None, validate_default=True, validation_alias="FOOTNOTE_WEBHOOK_SECRET"
    )
    webhook_listen: Annotated[Endpoint, NoDecode] = Field(
        default=Endpoint("127.0.0.1", 8443), validation_alias="FOOTNOTE_WEBHOOK_LISTEN"
    )
    monitor: Annotated[Endpoint | None, NoDecode] = Field(default=None, validation_alias="FOOTNOTE_MONITOR")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", validation_alias="FOOTNOTE_LOG_LEVEL"
    )

    @field_validator("telegram_bot_token")
    @classmethod
    def _token(cls, token: SecretStr | None) -> SecretStr | None:
        if token is not None and not _TOKEN.fullmatch(token.get_secret_value()):
            raise ValueError("it is not a bot token")
        return token

    @field_validator("telegram_api_url")
    @classmethod
    def _api_url(cls, url: str) -> str:
        return _web_address(url)

    @field_validator("llm_url")
    @classmethod
    def _llm_url(cls, url: str | None) -> str | None:
        if url is not None and "@" in urlsplit(_web_address(url)).netloc:
            raise ValueError("it holds a name or a password, which would be shown with the other settings")
        return None if url is None else _web_address(url)

    @field_validator("llm_key")
    @classmethod
    def _llm_key(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if key is not None and not re.fullmatch(r"[!-~]+", key.get_secret_value()):
            raise ValueError("it holds a space or another character that no key has")
        if key is not None and info.data.get("llm_url", "wrong itself") is None:
            raise ValueError("there is no FOOTNOTE_LLM_URL to send it to")
        return key

    @field_validator("llm_model")
    @classmethod
    def _llm_model(cls, model: str | None, info: ValidationInfo) -> str | None:
        if "llm_url" in info.data and (model is None) != (info.data["llm_url"] is None):
            raise ValueError(f"there is no FOOTNOTE_LLM_{'URL' if model else 'MODEL'}")
        return model

    @field_validator("data")
    @classmethod
    def _data(cls, folder: Path) -> Path:
        try:
            folder = folder.expanduser()
            is_folder = S_ISDIR(folder.stat().st_mode)
        except FileNotFoundError:  # it will be made
            return folder
        except (OSError, RuntimeError) as error:  # no way in, too long, no such user's home
            raise ValueError("it cannot be opened") from error
        if not is_folder:
            raise ValueError("it is a file, not a folder")
        return folder

    @field_validator("model_languages", mode="before")
    @classmethod
    def _languages(cls, value: object) -> object:
        return _items(value, _language_code, "is not a language code")

    @field_validator("admins", "allowed", mode="before")
    @classmethod
    def _ids(cls, value: object) -> object:
        return _items(value, int, "is not a number")

    @field_validator("webhook_url")
    @classmethod
    def _webhook_url(cls, url: str | None) -> str | None:
        if url is not None and not _web_address(url).startswith("https://"):
            raise ValueError("Telegram calls https addresses only")
        return url

    @field_validator("webhook_secret")
    @classmethod
    def _webhook_secret(cls, secret: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        if secret is None and info.data.get("webhook_url") is not None:
            raise ValueError("it is not set, so anybody could speak in Telegram's name")
        if secret is not None and not _SECRET.fullmatch(secret.get_secret_value()):
            raise ValueError("it is too short, too long, or holds other characters than Telegram takes")
        return secret

    @field_validator("webhook_listen", "monitor", mode="before")
    @classmethod
    def _endpoint(cls, value: object) -> object:
        return _endpoint_of(value) if isinstance(value, str) else value

    @field_validator("allowed_networks", mode="before")
    @classmethod
    def _networks(cls, value: object) -> object:
        return _items(value, ip_network, "is not a network")

    @field_validator("log_level", mode="before")
    @classmethod
    def _level(cls, value: object) -> object:
        return value.upper() if isinstance(value, str) else value


def _web_address(url: str) -> str:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:  # "http://[", or a port that is no number
        usable = False
    if not usable:
        raise ValueError("it is not an http or https address")
    return url.rstrip("/")


def _endpoint_of(value: str) -> Endpoint:
    """ "127.0.0.1:9464", "[::1]:9464", ":9464" for every address of this machine."""
    host, _, port = value.strip().rpartition(":")
    if not port.isascii() or not port.isdecimal() or not 0 <= int(port) < 65536 or "/" in host:
        raise ValueError("it is not an address and a port")
    return Endpoint(host.strip("[]") or "0.0.0.0", int(port))  # noqa: S104 the operator asked for it


def _items(value: object, read: Callable[[str], object], problem: str) -> object:
    """A comma separated string -> what its items mean; anything else stays for pydantic to judge."""
    if not isinstance(value, str):
        return value
    items = []
    for item in filter(None, (part.strip() for part in value.split(","))):
        try:
            items.append(read(item))
        except ValueError as cause:
            raise ValueError(f"{item!r} {problem}") from cause
    return tuple(items)


def _language_code(item: str) -> str:
    if not re.fullmatch("[A-Za-z]{2}", item):
        raise ValueError(item)
    return item.lower()


def load_settings(env_file: Path = Path(".env")) -> Settings:
    """The environment over `env_file` (which may be missing) -> Settings. Raises ConfigurationError with all faults."""
    try:
        return Settings(_env_file=env_file, _env_file_encoding="utf-8")
    except ValidationError as wrong:
        raise ConfigurationError(tuple(_faults(wrong))) from None  # its cause would show the values
    except OSError as error:
        fault = Fault(str(env_file), f"it cannot be read ({error.strerror})", "let this user read it, or remove it")
        raise ConfigurationError((fault,)) from None
    except UnicodeDecodeError:
        fault = Fault(str(env_file), "it is not UTF-8 text", "save it as UTF-8")
        raise ConfigurationError((fault,)) from None


def _faults(wrong: ValidationError) -> list[Fault]:
    faults: dict[str, Fault] = {}  # one per variable, in the order of the fields
    for error in wrong.errors(include_url=False, include_input=False):
        place = str(error["loc"][0])  # a default that does not fit is told by its field's name
        variable = str(Settings.model_fields[place].validation_alias) if place in Settings.model_fields else place
        problem = error["msg"].removeprefix("Value error, ")
        faults.setdefault(variable, Fault(variable, problem[0].lower() + problem[1:], _REMEDIES[variable]))
    return list(faults.values())


def secrets_of(settings: Settings) -> tuple[str, ...]:
    """What must not be shown to anybody."""
    secrets = (settings.telegram_bot_token, settings.webhook_secret, settings.llm_key)
    return tuple(secret.get_secret_value() for secret in secrets if secret is not None)


def rules_of(settings: Settings) -> Rules:
    """Who may use the bot, and how much."""
    return Rules(
        settings.access, settings.allowed, settings.questions_per_minute, settings.questions_per_day,
        settings.links_per_day, settings.feeds_per_day, settings.files_per_day, settings.keep_days,
        settings.llm_url is not None,
    )  # fmt: skip


def corpus_settings(settings: Settings, data: Path | None = None) -> CorpusSettings:
    """What the engine needs of the settings. `data`: another folder for the articles, with the same exported models."""
    return CorpusSettings(
        data=data or settings.data,
        model=settings.model,
        languages=settings.model_languages,
        allowed_networks=settings.allowed_networks,
        models=settings.data / "models",
        reader=settings.reader,
        llm=_llm_settings(settings),
    )


def _llm_settings(settings: Settings) -> LlmSettings | None:
    if settings.llm_url is None or settings.llm_model is None:
        return None
    key = settings.llm_key.get_secret_value() if settings.llm_key else ""
    return LlmSettings(settings.llm_url, settings.llm_model, key)


def masked(token: SecretStr | None) -> str | None:
    """A token -> what may be shown of it: the bot's public number."""
    return None if token is None else token.get_secret_value().split(":")[0] + ":********"


def spoken_language(environment: Mapping[str, str] = os.environ) -> str:
    """What the terminal's locale asks for, as POSIX ranks the variables: "ru_RU.UTF-8"; "en" if none does."""
    wanted = (environment.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return next(filter(None, wanted), "en")
