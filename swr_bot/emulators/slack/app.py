"""The web application: Web API, response URLs, sockets and the admin side behind one address."""

from aiohttp import web
from aiohttp.typedefs import Handler

from .admin import Admin
from .dispatcher import Dispatcher
from .errors import AdminRequestError, ImpossibleError
from .parts import Parts
from .response_urls import ResponseUrls
from .web_api.routes import WebApi

_MOST_BYTES = 10_000_000


def create_app(parts: Parts) -> web.Application:
    """One workspace as an aiohttp application."""
    dispatcher = Dispatcher(parts)
    api = WebApi(parts)
    urls = ResponseUrls(parts)
    app = web.Application(client_max_size=_MOST_BYTES, middlewares=[_refusals])
    app.router.add_route("*", "/api/{method}", api.handle)
    app.router.add_get("/link/", parts.sockets.serve)
    for kind in ("commands", "actions", "app"):
        app.router.add_post(f"/{kind}/{{rest:.+}}", urls.handle)
    for route in Admin(parts, dispatcher).routes():
        app.router.add_route(route.method, route.path, route.handler)

    async def close(_: web.Application) -> None:
        await dispatcher.close()
        await parts.sockets.close()

    app.on_shutdown.append(close)
    return app


@web.middleware
async def _refusals(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except AdminRequestError as error:
        return web.json_response({"error": str(error)}, status=400)
    except ImpossibleError as error:
        return web.json_response({"error": str(error)}, status=409)
