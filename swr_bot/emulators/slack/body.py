"""The bodies of requests to the admin routes, read strictly."""

from aiohttp import web

from .errors import AdminRequestError
from .values import Json, is_mapping, mapping, parse


class Body:
    """A JSON object with known members."""

    def __init__(self, content: Json) -> None:
        self._content = content

    def must_have(self, required: tuple[str, ...], optional: tuple[str, ...] = ()) -> "Body":
        """Refuses what is missing or unknown.

        Raises:
            AdminRequestError: naming it.
        """
        for name in required:
            if name not in self._content:
                raise AdminRequestError(f"The body needs {name!r}.")
        for name in self._content:
            if name not in (*required, *optional):
                known = ", ".join((*required, *optional)) or "nothing"
                raise AdminRequestError(f"The body has an unknown member {name!r}; it takes {known}.")
        return self

    def __contains__(self, name: str) -> bool:
        return name in self._content

    def value(self, name: str) -> object:
        """Whatever was given."""
        return self._content.get(name)

    def text(self, name: str, default: str = "") -> str:
        """A string."""
        value = self._content.get(name, default)
        if not isinstance(value, str):
            raise AdminRequestError(f"{name!r} should be a string.")
        return value

    def maybe(self, name: str) -> str | None:
        """A string, or ``None`` when it was left out or is null."""
        return None if self._content.get(name) is None else self.text(name)

    def flag(self, name: str) -> bool | None:
        """``true``, ``false``, or ``None`` when it was left out."""
        value = self._content.get(name)
        if value is not None and not isinstance(value, bool):
            raise AdminRequestError(f"{name!r} should be true or false.")
        return value

    def number(self, name: str) -> float:
        """A number."""
        value = self._content.get(name)
        if not isinstance(value, int | float) or isinstance(value, bool):
            raise AdminRequestError(f"{name!r} should be a number.")
        return float(value)


async def read_body(request: web.Request) -> Body:
    """The body of a request; an empty one is an empty object.

    Raises:
        AdminRequestError: it is no JSON object.
    """
    raw = await request.read()
    try:
        content = parse(raw or b"{}")
    except ValueError as error:
        raise AdminRequestError(f"The body is not JSON: {error}.") from None
    if not is_mapping(content):
        raise AdminRequestError("The body should be a JSON object.")
    return Body(mapping(content))
