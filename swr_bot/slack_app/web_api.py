"""Slack's Web API, typed: a method and its arguments in, what Slack says out, and two ways to fail."""

from collections.abc import Mapping
from typing import Protocol, cast

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from swr_bot.slack_app.interaction import text_at
from swr_bot.slack_app.library_log import library_logger

_SECONDS = 10
_PARALLEL = 50


class SlackRefusedError(Exception):
    """Slack answered and said no.

    Attributes:
        code: Slack's own word for it, such as `channel_not_found`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SlackSilentError(Exception):
    """Slack could not be reached, or what answered is not Slack; the argument is the kind of failure."""


class _Answer(Protocol):
    @property
    def data(self) -> object: ...

    @property
    def headers(self) -> Mapping[str, str]: ...


class _Failed(Protocol):
    """What of the SDK's error is used: its response is an answer, or none of the SDK's own."""

    @property
    def response(self) -> object: ...


class _Client(Protocol):
    """What of the SDK's client is used; its own types leave parts unknown."""

    async def api_call(
        self, api_method: str, *, params: dict[str, object] | None = None, json: dict[str, object] | None = None
    ) -> _Answer: ...

    async def apps_connections_open(self, *, app_token: str) -> _Answer: ...


class WebApi:
    """The Web API with one bot token.

    Args:
        client: The SDK's client.
    """

    def __init__(self, client: AsyncWebClient) -> None:
        self.client = client
        self._typed = cast("_Client", client)

    async def call(self, method: str, arguments: Mapping[str, object]) -> Mapping[str, object]:
        """Call a method that writes.

        Raises:
            SlackRefusedError: Slack says no.
            SlackSilentError: Slack could not be asked.
        """
        return (await self._asked(method, json=dict(arguments)))[0]

    async def ask(self, method: str, **arguments: str) -> tuple[Mapping[str, object], Mapping[str, str]]:
        """Call a method that reads, and return its answer and the answer's headers; raises as `call`."""
        return await self._asked(method, params=dict(arguments))

    async def open_connection(self, app_token: str) -> str:
        """An address for one Socket Mode connection, good once; raises as `call`."""
        try:
            answer = await self._typed.apps_connections_open(app_token=app_token)
        except Exception as error:  # noqa: BLE001 - told apart there, and passed on as one of two
            raise _failure(error) from None
        return text_at(answer.data, "url")

    async def _asked(
        self, method: str, *, params: dict[str, object] | None = None, json: dict[str, object] | None = None
    ) -> tuple[Mapping[str, object], Mapping[str, str]]:
        try:
            answer = await self._typed.api_call(method, params=params, json=json)
        except Exception as error:  # noqa: BLE001 - told apart there, and passed on as one of two
            raise _failure(error) from None
        return _object(answer.data), answer.headers


def open_session() -> aiohttp.ClientSession:
    """The one session for the Web API and response URLs."""
    return aiohttp.ClientSession(
        timeout=aiohttp.ClientTimeout(total=_SECONDS), connector=aiohttp.TCPConnector(limit=_PARALLEL)
    )


def make_client(token: str | None, api_url: str, session: aiohttp.ClientSession) -> AsyncWebClient:
    """A client that is patient with limits, and with one failure of the network or of Slack."""
    handlers: list[AsyncRetryHandler] = [
        AsyncConnectionErrorRetryHandler(),
        AsyncRateLimitErrorRetryHandler(max_retry_count=2),
        AsyncServerErrorRetryHandler(),
    ]
    return AsyncWebClient(
        token=token,
        base_url=api_url,
        session=session,
        timeout=_SECONDS,
        retry_handlers=handlers,
        logger=library_logger(),
    )


def _object(data: object) -> Mapping[str, object]:
    return cast("Mapping[str, object]", data) if isinstance(data, Mapping) else {}


def _failure(error: Exception) -> Exception:
    if isinstance(error, SlackApiError):
        answer = cast("_Failed", error).response
        return SlackRefusedError(text_at(getattr(answer, "data", None), "error") or "unreadable_answer")
    if isinstance(error, SlackClientError | aiohttp.ClientError | OSError | ValueError):
        return SlackSilentError(type(error).__name__)
    return error
