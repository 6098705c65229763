"""The arguments of a Web API call, whichever way they came."""

from collections.abc import Collection
from urllib.parse import parse_qsl

from swr_bot.emulators.slack.errors import SlackError
from swr_bot.emulators.slack.values import Json, is_mapping, mapping, parse

_FORM = "application/x-www-form-urlencoded"
_JSON = "application/json"


class Arguments:
    """What a call was given; a form has only strings, JSON has types."""

    def __init__(self, given: Json) -> None:
        self._given = {name: value for name, value in given.items() if value is not None}

    def __contains__(self, name: str) -> bool:
        return name in self._given

    def must_fit(self, required: Collection[str], optional: Collection[str]) -> None:
        """Refuses what is missing or unknown.

        Raises:
            SlackError: ``invalid_arguments``, naming each fault.
        """
        missing = [f"[ERROR] missing required field: {name}" for name in required if name not in self._given]
        unknown = [name for name in self._given if name not in required and name not in optional]
        faults = [*missing, *(f"[ERROR] unexpected argument: {name[:75]}" for name in unknown)]
        if faults:
            raise SlackError("invalid_arguments", tuple(faults))

    def text(self, name: str) -> str:
        """A string, empty when it was not given."""
        value = self._given.get(name, "")
        if not isinstance(value, str):
            raise _wrong(name, "a string")
        return value

    def maybe(self, name: str) -> str | None:
        """A string, or ``None`` when it was not given or is empty."""
        return self.text(name) or None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """``true``, ``false``, or what a form writes for them."""
        value = self._given.get(name, default)
        if isinstance(value, bool):
            return value
        if value in ("true", "1", 1):
            return True
        if value in ("false", "0", 0, ""):
            return False
        raise _wrong(name, "a boolean")

    def number(self, name: str, default: int) -> int:
        """A whole number above 0."""
        value = self._given.get(name, default)
        if isinstance(value, str) and value.isascii() and value.isdigit():
            value = int(value[:9])
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            raise _wrong(name, "an integer")
        return value

    def structure(self, name: str, error: str) -> object:
        """An array or object, given as such or as JSON in a string; ``None`` when it was not given.

        Raises:
            SlackError: ``error``, when a string is no JSON.
        """
        value = self._given.get(name)
        if not isinstance(value, str):
            return value
        if not value:
            return None
        try:
            return parse(value)
        except ValueError:
            raise SlackError(error) from None


def _wrong(name: str, wanted: str) -> SlackError:
    return SlackError("invalid_arguments", (f"[ERROR] must provide {wanted} [json-pointer:/{name}]",))


def read_arguments(content_type: str, query: str, body: bytes) -> tuple[Arguments, str]:
    """The arguments of a request, and the token among them, if any.

    Raises:
        SlackError: the body is not what its content type says.
    """
    if _JSON in content_type:
        return Arguments(_json_object(body)), ""
    if body and _FORM not in content_type:
        raise SlackError("invalid_post_type" if content_type else "missing_post_type")
    try:
        form = dict(parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=200))
        asked = dict(parse_qsl(query, keep_blank_values=True, max_num_fields=200))
    except ValueError:
        raise SlackError("invalid_form_data") from None
    token = form.pop("token", "")
    return Arguments({**asked, **form}), token


def _json_object(body: bytes) -> Json:
    if not body.strip():
        return {}
    try:
        content = parse(body)
    except ValueError:
        raise SlackError("invalid_json") from None
    if not is_mapping(content):
        raise SlackError("json_not_object")
    return mapping(content)
