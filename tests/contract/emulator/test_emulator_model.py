"""The emulator against a plain dictionary: random creates, look-ups, deletes and lists agree at every step."""

import asyncio

import httpx
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from swr_bot.emulators.swr import DEFAULT_ACCOUNT, Behaviour, create_app

ORGANIZATIONS = "/v2/manage/namespaces"
QUOTA = 3
organizations = st.sampled_from(["a", "b", "c-d", "e__f", "g.h"])
repositories = st.sampled_from(["app", "team/app", "team/app/v2", "7zip"])


class EmulatorAgainstDictionary(RuleBasedStateMachine):
    """The model: organization to repository to visibility."""

    def __init__(self) -> None:
        super().__init__()
        self.model: dict[str, dict[str, bool]] = {}
        self.loop = asyncio.Runner()
        self.app = create_app(behaviour=Behaviour(organization_quota=QUOTA))

    @initialize()
    def log_in(self) -> None:
        """A token serves for the whole walk."""
        domain = {"name": DEFAULT_ACCOUNT.domain_name}
        user = {"name": DEFAULT_ACCOUNT.user_name, "password": DEFAULT_ACCOUNT.password, "domain": domain}
        identity = {"methods": ["password"], "password": {"user": user}}
        scope = {"project": {"name": "cn-north-4"}}
        transport = httpx.ASGITransport(app=self.app)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://swr.test")
        answer = self.send("POST", "/v3/auth/tokens", {"auth": {"identity": identity, "scope": scope}})
        self.client.headers["X-Auth-Token"] = answer.headers["X-Subject-Token"]

    def send(self, method: str, path: str, content: object = None) -> httpx.Response:
        """One request to the app."""
        return self.loop.run(self.client.request(method, path, json=content))

    @rule(name=organizations)
    def create_organization(self, name: str) -> None:
        """Once each, up to the quota."""
        status = 409 if name in self.model else 400 if len(self.model) == QUOTA else 201
        assert self.send("POST", ORGANIZATIONS, {"namespace": name}).status_code == status
        if status == 201:
            self.model[name] = {}

    @rule(name=organizations)
    def delete_organization(self, name: str) -> None:
        """Only empty ones."""
        status = 404 if name not in self.model else 406 if self.model[name] else 204
        assert self.send("DELETE", f"{ORGANIZATIONS}/{name}").status_code == status
        if status == 204:
            del self.model[name]

    @rule(organization=organizations, name=repositories, is_public=st.booleans())
    def create_repository(self, organization: str, name: str, *, is_public: bool) -> None:
        """In an organization that is there, once each."""
        there = self.model.get(organization)
        status = 404 if there is None else 409 if name in there else 201
        body = {"repository": name, "is_public": is_public}
        assert self.send("POST", f"{ORGANIZATIONS}/{organization}/repos", body).status_code == status
        if there is not None:
            there.setdefault(name, is_public)

    @rule(organization=organizations, name=repositories)
    def show_repository(self, organization: str, name: str) -> None:
        """What was created, or 404."""
        answer = self.send("GET", self.address(organization, name))
        if name in self.model.get(organization, {}):
            shown = (answer.json()["name"], answer.json()["is_public"])
            assert shown == (name, self.model[organization][name])
        else:
            assert answer.status_code == 404

    @rule(organization=organizations, name=repositories)
    def delete_repository(self, organization: str, name: str) -> None:
        """Gone, or 404."""
        there = self.model.get(organization, {})
        status = 204 if there.pop(name, None) is not None else 404
        assert self.send("DELETE", self.address(organization, name)).status_code == status

    @rule(organization=organizations, name=repositories, is_public=st.booleans())
    def update_repository(self, organization: str, name: str, *, is_public: bool) -> None:
        """The visibility changes, or 404."""
        there = self.model.get(organization, {})
        answer = self.send("PATCH", self.address(organization, name), {"is_public": is_public})
        assert answer.status_code == (201 if name in there else 404)
        if name in there:
            there[name] = is_public

    @staticmethod
    def address(organization: str, name: str) -> str:
        """The path of a repository."""
        return f"{ORGANIZATIONS}/{organization}/repos/{name.replace('/', '$')}"

    @invariant()
    def lists_agree(self) -> None:
        """Organizations with their counts, and all repositories with the total in each."""
        if not hasattr(self, "client"):
            return
        listed = self.send("GET", ORGANIZATIONS).json()["namespaces"]
        assert {each["name"]: each["repo_count"] for each in listed} == {
            name: len(there) for name, there in self.model.items()
        }
        items = self.send("GET", "/v2/manage/repos").json()
        expected = {(one, name, public) for one, there in self.model.items() for name, public in there.items()}
        assert {(item["namespace"], item["name"], item["is_public"]) for item in items} == expected
        assert all(item["total_range"] == len(expected) for item in items)

    def teardown(self) -> None:
        """Nothing is left open."""
        if hasattr(self, "client"):
            self.loop.run(self.client.aclose())
        self.loop.close()
        self.app.close()


TestEmulatorAgainstDictionary = EmulatorAgainstDictionary.TestCase
TestEmulatorAgainstDictionary.settings = settings(
    max_examples=30,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
