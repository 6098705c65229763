"""People whose tokens an OAuth issuer gives, from the question to the audit."""

import json
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

if TYPE_CHECKING:
    from tests.e2e.conftest import Swr
    from tests.e2e.http.conftest import Team

PUBLIC_URL = "https://swr-bot.example.com/mcp"
READS = ["list-organizations", "get-repository-info"]


class Issuer:
    """An issuer with one key, which it publishes.

    Attributes:
        url: Its name.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        key: dict[str, Any] = {**RSAAlgorithm.to_jwk(self._key.public_key(), as_dict=True), "kid": "k"}
        self.pages = {
            "/.well-known/openid-configuration": {"issuer": url, "jwks_uri": f"{url}/keys"},
            "/keys": {"keys": [key]},
        }

    def token(self, subject: str, scope: str) -> str:
        """A token for ten minutes."""
        claims = {"iss": self.url, "aud": PUBLIC_URL, "sub": subject, "exp": int(time.time()) + 600, "scope": scope}
        return jwt.encode(claims, self._key, "RS256", headers={"kid": "k"})


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """One on loopback."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(made.pages.get(self.path, {})).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the base class has it
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        made = Issuer(f"http://127.0.0.1:{server.server_address[1]}")
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield made
        server.shutdown()
        thread.join(10)


async def test_the_issuer_and_its_subject_stand_in_the_audit(
    own_team: "Team", swr: "Swr", issuer: Issuer, era: str
) -> None:
    """Both scopes create after a yes; the one to read sees and does nothing else."""
    variables = {"SWR_BOT_PUBLIC_URL": PUBLIC_URL, "SWR_BOT_OAUTH_ISSUER": issuer.url}
    server = own_team.serve(variables=variables)
    made = type(own_team.person("alice"))
    creator = made(issuer.token("carol", "swr:read swr:create"))
    reader = made(issuer.token("dave", "swr:read"))
    own_team.secrets += [creator.token, reader.token]

    async with creator.connects(server, era) as assistant:
        told = await assistant.has_created("payments")
    async with reader.connects(server, era) as assistant:
        tools = [tool.name for tool in (await assistant.client.list_tools()).tools]
        refused = await assistant.reads("create-organization", organization="ledger")

    assert told.text.startswith("Created payments in cn-north-4.")
    assert tools == READS
    assert refused.is_error
    assert "Nothing was created." in refused.text
    assert swr.creates == 1
    actor = f"mcp:{issuer.url}/carol"
    assert await own_team.history("payments") == [
        f"proposed {actor}",
        f"claimed {actor}",
        f"settled {actor} Created payments in cn-north-4.",
    ]
