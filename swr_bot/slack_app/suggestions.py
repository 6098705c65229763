"""The organizations that the form offers: kept for a while, so that Slack has its answer in time."""

import asyncio
from collections.abc import Sequence

from swr_bot.slack_app.work import Work
from swr_tools.actor import Actor
from swr_tools.clock import Clock
from swr_tools.errors import SwrError
from swr_tools.models import OrganizationList
from swr_tools.operations import ListOrganizations
from swr_tools.toolbox import Toolbox

_FRESH_SECONDS = 60.0
# Wrong keys that are tried at each letter somebody types would soon be locked.
_SECONDS_AFTER_FAILURE = 15.0


class Suggestions:
    """The names of the organizations, as of the last minute, or the last that were heard of.

    Args:
        toolbox: Whom to ask.
        clock: The time.
        work: Where the asking is tracked.
        patience: Seconds that a first answer is waited for.
    """

    def __init__(self, toolbox: Toolbox, clock: Clock, work: Work, patience: float) -> None:
        self._toolbox = toolbox
        self._clock = clock
        self._work = work
        self._patience = patience
        self._names: Sequence[str] | None = None
        self._due = 0.0
        self._asking: asyncio.Task[None] | None = None

    async def names(self, actor: Actor) -> Sequence[str] | None:
        """The names; None where none were heard of in time. Older ones are given while new ones are fetched."""
        self.refresh(actor)
        if self._names is None and self._asking is not None:
            await asyncio.wait({self._asking}, timeout=self._patience)
        return self._names

    def refresh(self, actor: Actor) -> None:
        """Ask for them where they are not known or not fresh, without waiting."""
        if self._asking is None and self._clock.monotonic() >= self._due:
            self._asking = self._work.track(self._fetch(actor))

    async def _fetch(self, actor: Actor) -> None:
        kept_for = _SECONDS_AFTER_FAILURE
        try:
            found = await self._toolbox.call(ListOrganizations.name, {}, actor)
            if isinstance(found, OrganizationList):
                self._names = [organization.name for organization in found.organizations]
                kept_for = _FRESH_SECONDS
        except SwrError:
            pass  # the form works without; whoever looks something up is told why
        finally:
            self._due = self._clock.monotonic() + kept_for
            self._asking = None
