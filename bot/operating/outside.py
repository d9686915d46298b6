"""What was reached outside of this process -> findings, each with what is to be done. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from telegram import User, WebhookInfo

from bot.config import Endpoint, Settings
from bot.logs import blotted
from bot.operating.finding import Finding
from bot.operating.reaching import Reached
from bot.texts import Texts

RECENT = timedelta(hours=1)  # a failure of the webhook that is older has been mended, or nothing came since


class Outside:
    """Puts it into words of a language."""

    def __init__(self, settings: Settings, texts: Texts, language: str, now: datetime) -> None:
        self._settings, self._texts, self._language, self._now = settings, texts, language, now

    def findings(self, reached: Reached) -> Iterator[Finding]:
        """Only of what the settings name."""
        yield self._bot(reached)
        if reached.me is not None:
            yield self._abilities(reached.me)
        if reached.webhook is not None:
            yield self._webhook(reached.webhook)
        if reached.listens is not None:
            yield self._listen(reached)
        yield self._monitor(reached)
        if reached.model is not None:
            yield self._model(reached)

    def _say(self, key: str, **values: object) -> str:
        return self._texts.say(self._language, f"doctor.{key}", **values)

    def _bot(self, reached: Reached) -> Finding:
        match reached.telegram:
            case None:
                return Finding("bot", "ok", self._say("bot_none"))
            case "refused":
                return Finding("bot", "fail", self._say("bot_refused", url=blotted(self._settings.telegram_api_url)))
            case "yes" if reached.me is not None:
                return Finding("bot", "ok", self._say("bot_met", name=reached.me.username, number=reached.me.id))
        return Finding("bot", "warn", self._say("bot_silent", url=blotted(self._settings.telegram_api_url)))

    def _abilities(self, me: User) -> Finding:
        lacking = {
            "no_groups": not me.can_join_groups,
            "no_privacy": bool(me.can_read_all_group_messages),
            "no_inline": not me.supports_inline_queries,
            "no_guests": not me.supports_guest_queries,
        }
        told = [self._say(key) for key, is_so in lacking.items() if is_so]
        return Finding("abilities", "warn" if told else "ok", " ".join(told) or self._say("abilities_all"))

    def _webhook(self, info: WebhookInfo) -> Finding:
        wanted, pending = self._settings.webhook_url, info.pending_update_count
        if wanted is None:
            if info.url:
                return Finding("webhook", "warn", self._say("webhook_left", url=info.url))
            return Finding("webhook", "ok", self._say("webhook_none", pending=pending))
        if info.url != wanted:
            return Finding("webhook", "warn", self._say("webhook_unset", url=wanted))
        failed = info.last_error_date
        if failed is not None and self._now - failed < RECENT:
            seen = {"reason": info.last_error_message or "–", "date": f"{failed:%Y-%m-%d %H:%M} UTC"}
            where = _named(self._settings.webhook_listen)
            return Finding("webhook", "warn", self._say("webhook_failing", url=wanted, listen=where, **seen))
        return Finding("webhook", "ok", self._say("webhook_set", url=wanted, pending=pending))

    def _listen(self, reached: Reached) -> Finding:
        where = _named(self._settings.webhook_listen)
        if not reached.listens:
            return Finding("listen", "ok", self._say("port_free", address=where))
        if reached.running:
            return Finding("listen", "ok", self._say("port_ours", address=where))
        return Finding("listen", "fail", self._say("port_taken", address=where, variable="FOOTNOTE_WEBHOOK_LISTEN"))

    def _monitor(self, reached: Reached) -> Finding:
        endpoint = self._settings.monitor
        if endpoint is None or reached.monitor is None:
            return Finding("monitor", "ok", self._say("monitor_off"))
        where = _named(endpoint)
        match reached.monitor:
            case "no":
                return Finding("monitor", "ok", self._say("port_free", address=where))
            case "yes" if reached.degraded:
                said = " ".join(self._condition(name, seen) for name, seen in reached.degraded)
                return Finding("monitor", "warn", self._say("monitor_degraded", address=where, said=said))
            case "yes":
                return Finding("monitor", "ok", self._say("monitor_well", address=where))
        return Finding("monitor", "warn", self._say("port_taken", address=where, variable="FOOTNOTE_MONITOR"))

    def _condition(self, name: str, seen: str) -> str:
        """As the bot itself would say it; a newer one may know of more."""
        try:
            return self._texts.say(self._language, f"condition.{name}", seen=seen)
        except KeyError:
            return f"{name}: {seen}."

    def _model(self, reached: Reached) -> Finding:
        told = {"model": self._settings.llm_model or "", "url": self._settings.llm_url or ""}
        match reached.model:
            case "yes":
                return Finding("llm", "ok", self._say("llm_answers", **told))
            case "refused":
                return Finding("llm", "fail", self._say("llm_refused", **told))
        return Finding("llm", "warn", self._say("llm_silent", **told))


def _named(endpoint: Endpoint) -> str:
    return f"{endpoint.host}:{endpoint.port}"
