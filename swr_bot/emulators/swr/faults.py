"""Faults a test or a person can order: which requests they hit, how often, and what happens then."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from .errors import GatewayRefusal, Refusal, ServiceRefusal
from .wire import Answer, Request

KINDS: dict[str, str] = {
    "latency": "waits `ms` before the request is looked at; goes together with any other fault",
    "429": "429 `APIGW.0308`; the request is not carried out",
    "403-throttle": "the throttling that comes as a 403: `code` 4031032 (default) or 4031042",
    "5xx": "`status` 500 (default), 502, 503 or 504; the request is not carried out",
    "5xx-after": "the same, but the request took effect",
    "html-502": "502 with an HTML page; the request is not carried out",
    "reset-before": "the connection is reset; the request is not carried out",
    "reset-after": "the connection is reset after the request took effect",
    "slow-body": "the answer's body comes in eight pieces, `ms` apart",
}
HTML_502 = b"<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>"
_GATEWAY_ERRORS = {
    502: ("APIGW.0201", "backend unavailable"),
    503: ("APIGW.0613", ""),
    504: ("APIGW.0201", "backend timed out"),
}
_STATUSES = (500, *_GATEWAY_ERRORS)
_THROTTLE_CODES = ("4031032", "4031042")
_SHORT = {"ms": "milliseconds"}


@dataclass(frozen=True, slots=True)
class Fault:
    """One fault and the requests it hits.

    Attributes:
        kind: a key of ``KINDS``.
        method: only requests of this method; empty for all.
        path: only requests whose raw path begins with this.
        times: how many requests it hits; 0 means every one.
        milliseconds: of ``latency`` and ``slow-body``.
        status: of ``5xx`` and ``5xx-after``.
        code: of ``403-throttle``.

    Raises:
        ValueError: with one sentence.
    """

    kind: str
    method: str = ""
    path: str = ""
    times: int = 1
    milliseconds: int = 200
    status: int = 500
    code: str = "4031032"

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"There is no fault {self.kind!r}; there are {', '.join(KINDS)}.")
        if self.times < 0 or self.milliseconds < 0:
            raise ValueError("A fault's times and milliseconds cannot be negative.")
        if self.status not in _STATUSES:
            raise ValueError(f"A fault's status is one of {', '.join(map(str, _STATUSES))}, not {self.status}.")
        if self.code not in _THROTTLE_CODES:
            raise ValueError(f"A fault's code is {' or '.join(_THROTTLE_CODES)}, not {self.code!r}.")

    def hits(self, request: Request) -> bool:
        """Whether the fault is meant for this request."""
        if self.method and self.method.upper() != request.method:
            return False
        return request.raw_path.startswith(self.path.encode())

    @property
    def carries_out(self) -> bool:
        """Whether the request takes effect."""
        return self.kind in ("slow-body", "5xx-after", "reset-after")

    @property
    def resets(self) -> bool:
        """Whether the connection ends without an answer."""
        return self.kind in ("reset-before", "reset-after")

    def replacement(self) -> Answer | Refusal | None:
        """What is sent in place of the real answer; ``None`` for the kinds that replace nothing."""
        if self.kind == "html-502":
            return Answer(502, HTML_502, ((b"content-type", b"text/html"),))
        if self.kind == "429":
            return GatewayRefusal(429, "APIGW.0308")
        if self.kind == "403-throttle":
            return ServiceRefusal(self.code)
        if self.kind in ("5xx", "5xx-after"):
            if self.status == 500:
                return ServiceRefusal("5000059")
            return GatewayRefusal(self.status, *_GATEWAY_ERRORS[self.status])
        return None


class FaultBox:
    """The faults in force, each with what is left of its ``times``."""

    def __init__(self, faults: Iterable[Fault] = (), *, latency_ms: int = 0) -> None:
        self._latency_ms = latency_ms
        self._faults: list[Fault] = []
        self._left: list[int] = []
        self.replace(faults)

    def replace(self, faults: Iterable[Fault]) -> None:
        """Forgets the faults in force and takes these."""
        self._faults = list(faults)
        self._left = [fault.times for fault in self._faults]

    def listing(self) -> list[dict[str, object]]:
        """The faults in force with what is left of them."""
        return [{**asdict(fault), "times": left} for fault, left in zip(self._faults, self._left, strict=True)]

    def take(self, request: Request) -> tuple[int, Fault | None]:
        """Milliseconds to wait, and the first other fault that hits; both are used up by one."""
        wait = self._latency_ms
        taken: Fault | None = None
        for position, fault in enumerate(self._faults):
            if not fault.hits(request) or (fault.kind != "latency" and taken is not None):
                continue
            wait += fault.milliseconds if fault.kind == "latency" else 0
            taken = taken if fault.kind == "latency" else fault
            self._use(position)
        self._drop_spent()
        return wait, taken

    def _use(self, position: int) -> None:
        # 0 is "always" and never counts down; -1 marks what _drop_spent removes.
        if self._left[position] > 0:
            self._left[position] = self._left[position] - 1 or -1

    def _drop_spent(self) -> None:
        if -1 in self._left:
            kept = [pair for pair in zip(self._faults, self._left, strict=True) if pair[1] >= 0]
            self._faults = [fault for fault, _ in kept]
            self._left = [left for _, left in kept]


def parse_fault(text: str) -> Fault:
    """A fault from the command line: ``KIND[,method=M][,path=/prefix][,times=N][,ms=N][,status=N][,code=N]``.

    Raises:
        ValueError: with one sentence that says what is wrong.
    """
    kind, *options = text.split(",")
    content: dict[str, object] = {"kind": kind.strip()}
    for option in options:
        name, equals, value = option.strip().partition("=")
        if not equals:
            raise ValueError(f"In the fault {text!r}, {option!r} should be written name=value.")
        content[_SHORT.get(name, name)] = value
    for name in ("times", "milliseconds", "status"):
        if name in content:
            content[name] = _whole_number(name, str(content[name]))
    return read_fault(content)


def read_fault(content: Mapping[str, object]) -> Fault:
    """A fault from its JSON object; ValueError with one sentence."""
    types = {"kind": str, "method": str, "path": str, "times": int, "milliseconds": int, "status": int, "code": str}
    if "kind" not in content:
        raise ValueError(f"A fault needs a kind, one of {', '.join(KINDS)}.")
    for name, value in content.items():
        if name not in types:
            raise ValueError(f"A fault has no {name!r}; it has {', '.join(types)}.")
        if type(value) is not types[name]:
            raise ValueError(f"A fault's {name} is a {types[name].__name__}, not {value!r}.")
    return Fault(**content)  # pyright: ignore[reportArgumentType] - every name and type was checked above


def _whole_number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError(f"A fault's {name} is a whole number, not {text!r}.")
    return int(text)
