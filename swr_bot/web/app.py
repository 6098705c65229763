"""The one ASGI app: the MCP endpoint, health, and what comes before them."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Route
from starlette.types import ASGIApp

from swr_bot.web.addresses import Addresses
from swr_bot.web.auth import Authentication
from swr_bot.web.guard import Guard, WholeBody
from swr_bot.web.health import Readiness, live, ready
from swr_bot.web.rate import RateLimit, SessionLimit

MCP_PATH = "/mcp"
_ASKED_WITH = (
    "Authorization",
    "Content-Type",
    "Last-Event-ID",
    "MCP-Protocol-Version",
    "Mcp-Method",
    "Mcp-Name",
    "Mcp-Session-Id",
)


def make_app(
    *,
    mcp: Starlette,
    readiness: Readiness,
    authentication: Authentication,
    addresses: Addresses,
    sessions: RateLimit,
    mounts: Mapping[str, ASGIApp] | None = None,
) -> Starlette:
    """The app that is served.

    Args:
        mcp: The app of the MCP server, which answers at `/mcp`; its lifespan runs with this one's.
        readiness: What `/readyz` tells.
        authentication: Who may reach `/mcp`.
        addresses: Which hosts and origins are served.
        sessions: How many sessions one person may open.
        mounts: Other apps by their path, which see to their own authentication.
    """

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncGenerator[None]:
        async with mcp.router.lifespan_context(mcp):
            yield

    limited = SessionLimit(WholeBody(mcp), lambda: sessions.admit(authentication.caller()[0]))
    routes = [
        Route("/healthz", live, methods=["GET"]),
        Route("/readyz", ready(readiness), methods=["GET"]),
        Route(MCP_PATH, authentication.around(limited)),
        *(Route(path, WholeBody(app)) for path, app in (mounts or {}).items()),
        *authentication.routes(),
    ]
    layers = [
        Middleware(Guard, addresses),
        Middleware(
            CORSMiddleware,
            allow_origin_regex=".+",  # the guard has turned the others away
            allow_methods=["GET", "POST", "DELETE"],
            allow_headers=_ASKED_WITH,
            expose_headers=["Mcp-Session-Id", "WWW-Authenticate"],
        ),
    ]
    app = Starlette(routes=routes, middleware=layers, lifespan=lifespan)
    app.router.redirect_slashes = False  # a redirect would be to whatever host the request names
    return app
