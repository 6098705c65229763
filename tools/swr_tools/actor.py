"""Who asks."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who asks.

    Attributes:
        face: Where they asked: `slack`, `mcp` or `cli`.
        tenant: Who vouches for the id: a Slack workspace, a token issuer, or this host.
        id: Unique within the tenant.
        name: What to call them; for people only, never for a decision.
        holds_keys: True where the actor runs this program with their own cloud keys (the terminal, MCP over
            stdio), so that every such face on one host is the same person.
    """

    face: str
    tenant: str
    id: str
    name: str = ""
    holds_keys: bool = False

    def __str__(self) -> str:
        """The actor as policy rules and the journal write it: `cli:host/alice`."""
        return f"{self.face}:{self.tenant}/{self.id}"

    @property
    def person(self) -> str:
        """The same for every actor that is one person: all faces of one host's user, else the actor."""
        face = "host" if self.holds_keys else self.face
        return f"{face}:{_part(self.tenant)}/{_part(self.id)}"


def _part(text: str) -> str:
    """A tenant or an id in which a slash cannot be taken for the one between them."""
    return text.replace("%", "%25").replace("/", "%2F")
