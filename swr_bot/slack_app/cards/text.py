"""Text fit for Slack: nothing invisible, nothing longer than it may be, nothing that pings."""

from swr_tools.wording import safe

_LONGEST_MESSAGE = 4_000
_LONGEST_ENTITY = 5


def units(text: str) -> int:
    """How long a text is at most, however Slack counts: in UTF-16 units, which are never fewer than characters."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shown(text: str, limit: int) -> str:
    """Text from anywhere for a plain_text, rich_text or raw_text element.

    What cannot be seen is spelled out, a cut is marked with an ellipsis, and it is never empty, which Slack refuses.
    """
    visible = safe(text[: limit + 1])
    if not visible.strip():
        return "(blank)" if visible else "-"
    if units(visible) <= limit:
        return visible
    return visible.encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def name_shown(name: str, limit: int) -> str:
    """A name as `shown` has it, marked where it holds letters that look like others."""
    return shown(name, limit) if name.isascii() else f"{shown(name, limit - 20)} (not plain ASCII)"


def fallback(*sentences: str) -> str:
    """What notifications and screen readers say: one text without markup, in which nothing is a mention or a link."""
    text = " ".join(sentence for sentence in sentences if sentence)
    escaped = _escaped(shown(text, _LONGEST_MESSAGE))
    if units(escaped) <= _LONGEST_MESSAGE:
        return escaped
    return _escaped(shown(text, _LONGEST_MESSAGE // _LONGEST_ENTITY))


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
