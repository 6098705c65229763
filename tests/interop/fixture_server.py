"""`swr-bot serve` with what the conformance suite asks for added; for its checks alone.

Everything else is the program's own: the factory of the server, the web app in front of it, the wiring between them.
"""

import json
import os
import sys

from fixture_answers import add_answers
from fixture_questions import add_questions

from swr_bot.bootstrap.web_service import make_web_service
from swr_bot.mcp_server.server import SwrServer
from swr_bot.settings import load_settings
from swr_bot.web.app import MCP_PATH
from swr_bot.web.serving import listen, run, url_of

_HOST = "127.0.0.1"


def _add_fixtures(server: SwrServer) -> None:
    add_answers(server)
    add_questions(server)


service = make_web_service(load_settings(os.environ), os.environ, host=_HOST, furnish=_add_fixtures)
listening = listen(_HOST, 0)
address = json.dumps({"url": url_of(listening, MCP_PATH)})
sys.exit(run(service, listening, seconds=5, started=lambda: print(address, flush=True)))
