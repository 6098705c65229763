"""Rich text: sections, lists, quotes, preformatted text, and what they are made of."""

from .checks import Check, array, boolean, by_type, integer, one_of, pattern, record, string
from .objects import URL

_KIND: dict[str, Check] = {"type": string()}
_style = record({}, dict.fromkeys(("bold", "italic", "strike", "code", "underline"), boolean))
_mention_style = record(
    {}, dict.fromkeys(("bold", "italic", "strike", "highlight", "client_highlight", "unlink", "underline"), boolean)
)
_MENTION: dict[str, Check] = {"style": _mention_style}

_PARTS: dict[str, Check] = {
    "text": record({**_KIND, "text": string(1)}, {"style": _style}),
    "link": record({**_KIND, "url": string(1, URL)}, {"text": string(), "unsafe": boolean, "style": _style}),
    "user": record({**_KIND, "user_id": string(1)}, _MENTION),
    "usergroup": record({**_KIND, "usergroup_id": string(1)}, _MENTION),
    "channel": record({**_KIND, "channel_id": string(1)}, _MENTION),
    "broadcast": record({**_KIND, "range": one_of("here", "channel", "everyone")}, {"style": _style}),
    "emoji": record({**_KIND, "name": string(1)}, {"unicode": string(1), "skin_tone": integer(2, 6), "style": _style}),
    "color": record({**_KIND, "value": pattern("#[0-9a-fA-F]{6}", "must be a colour: #rrggbb")}),
    "date": record(
        {**_KIND, "timestamp": integer(0, 99_999_999_999), "format": string(1)},
        {"url": string(1, URL), "fallback": string(1), "style": _style},
    ),
}
_parts = array(by_type(_PARTS), 0)
_plain_parts = array(by_type({name: _PARTS[name] for name in ("text", "link")}), 0)
_section = record({**_KIND, "elements": _parts})
_BORDER: dict[str, Check] = {"border": integer(0, 1)}

_ELEMENTS: dict[str, Check] = {
    "rich_text_section": _section,
    "rich_text_list": record(
        {**_KIND, "style": one_of("bullet", "ordered"), "elements": array(by_type({"rich_text_section": _section}))},
        {**_BORDER, "indent": integer(0, 8), "offset": integer(0, 100_000)},
    ),
    "rich_text_preformatted": record({**_KIND, "elements": _plain_parts}, {**_BORDER, "language": string(1)}),
    "rich_text_quote": record({**_KIND, "elements": _parts}, _BORDER),
}

rich_text = record({**_KIND, "elements": array(by_type(_ELEMENTS))}, {"block_id": string(1, 255)})
