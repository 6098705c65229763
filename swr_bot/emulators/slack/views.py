"""Open views: each person's stack of modals, and the home tab the app drew for them."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field

from . import seed as seeds
from .controls import Filled, filled_at_first, with_ids
from .errors import SlackError
from .seed import Person
from .values import Json, mappings, text
from .workspace import Workspace

DEEPEST = 3
_MOST_BYTES = 250_000


@dataclass(slots=True)
class View:
    """One modal or home tab.

    Attributes:
        filled: what its controls hold.
        errors: sentences under inputs, by block id.
    """

    id: str
    person: Person
    content: Json
    root: str
    previous: str | None = None
    hash: str = ""
    filled: Filled = field(default_factory=Filled)
    errors: dict[str, str] = field(default_factory=dict[str, str])

    @property
    def blocks(self) -> list[Json]:
        """Its blocks, every one with an id."""
        return mappings(self.content.get("blocks"))

    def wire(self) -> Json:
        """The view as the Web API and payloads have it."""
        return {
            "id": self.id,
            "team_id": self.person.team,
            "app_id": seeds.APP,
            "app_installed_team_id": seeds.TEAM,
            "bot_id": seeds.BOT,
            "title": None,
            "close": None,
            "submit": None,
            "private_metadata": "",
            "callback_id": "",
            "external_id": "",
            "clear_on_close": False,
            "notify_on_close": False,
            **self.content,
            "state": {"values": self.filled.state()},
            "hash": self.hash,
            "root_view_id": self.root,
            "previous_view_id": self.previous,
        }


class Views:
    """Everybody's stacks and home tabs."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def reset(self) -> None:
        """Closes everything."""
        self.stacks.clear()
        self.homes.clear()

    def top(self, person: Person) -> View | None:
        """The modal somebody has before them."""
        stack = self.stacks.get(person.id)
        return stack[-1] if stack else None

    def open(self, person: Person, content: Json) -> View:
        """A first modal, in place of any other.

        Raises:
            SlackError: ``duplicate_external_id`` or ``view_too_large``.
        """
        self._admit(content)
        view = self._new(person, content)
        self.stacks[person.id] = [view]
        self._workspace.changed()
        return view

    def push(self, person: Person, content: Json) -> View:
        """A modal over the others.

        Raises:
            SlackError: ``push_limit_reached`` and what ``open`` raises.
        """
        stack = self.stacks.setdefault(person.id, [])
        if len(stack) >= DEEPEST:
            raise SlackError("push_limit_reached")
        self._admit(content)
        view = self._new(person, content, stack[-1] if stack else None)
        stack.append(view)
        self._workspace.changed()
        return view

    def update(self, view: View, content: Json, wanted_hash: str | None = None) -> None:
        """New content for an open view; what was filled in stays where block and action id stay.

        Raises:
            SlackError: ``hash_conflict``, ``duplicate_external_id`` or ``view_too_large``.
        """
        if wanted_hash is not None and wanted_hash != view.hash:
            raise SlackError("hash_conflict")
        self._admit(content, view)
        before = view.filled.values
        self._fill(view, content)
        view.filled.values = {key: before.get(key, value) for key, value in view.filled.values.items()}
        view.errors.clear()
        self._workspace.changed()

    def publish(self, person: Person, content: Json, wanted_hash: str | None) -> View:
        """Somebody's home tab.

        Raises:
            SlackError: as ``update`` does.
        """
        view = self.homes.get(person.id)
        if view is None:
            self._admit(content)
            view = self.homes[person.id] = self._new(person, content)
            self._workspace.changed()
        else:
            self.update(view, content, wanted_hash)
        return view

    def close(self, person: Person, *, everything: bool = False) -> list[View]:
        """Takes the top modal or all of them away, and returns them, top first."""
        stack = self.stacks.get(person.id, [])
        gone = list(reversed(stack)) if everything else stack[-1:]
        del stack[len(stack) - len(gone) :]
        self._workspace.changed()
        return gone

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """A view that is open.

        Raises:
            SlackError: ``not_found``.
        """
        for view in self._all():
            if view.id == view_id or (external_id and view.content.get("external_id") == external_id):
                return view
        raise SlackError("not_found")

    def _all(self) -> list[View]:
        return [view for stack in self.stacks.values() for view in stack] + list(self.homes.values())

    def _admit(self, content: Json, old: View | None = None) -> None:
        if len(json.dumps(content)) > _MOST_BYTES:
            raise SlackError("view_too_large")
        name = text(content.get("external_id"))
        if name and any(view.content.get("external_id") == name for view in self._all() if view is not old):
            raise SlackError("duplicate_external_id")

    def _new(self, person: Person, content: Json, below: View | None = None) -> View:
        name = f"V0{secrets.token_hex(5).upper()}"
        view = View(name, person, {}, below.root if below else name, below.id if below else None)
        self._fill(view, content)
        return view

    def _fill(self, view: View, content: Json) -> None:
        blocks = with_ids(mappings(content.get("blocks")), secrets.token_hex(2))
        view.content = {**content, "blocks": blocks}
        digest = hashlib.sha256(json.dumps(view.content, sort_keys=True).encode()).hexdigest()[:8]
        view.hash = f"{self._workspace.clock.stamp().split('.')[0]}.{digest}{secrets.token_hex(2)}"
        view.filled = filled_at_first(blocks)
