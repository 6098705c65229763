"""The file of bearer tokens: changed by `swr-bot token`, read by the server at every request."""

import json
import logging
import os
import stat
import sys
import tempfile
from collections.abc import Generator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from pydantic import ValidationError

from swr_bot.web.token_records import NAME, TokenList, TokenRecord, new_token, record_of
from swr_tools.clock import Clock
from swr_tools.errors import ArgumentInvalid, NameInvalid, NameTaken, NotFound, StateUnavailable
from swr_tools.operations import CATALOG
from swr_tools.wording import did_you_mean, listed, safe

OPERATIONS = tuple(operation.name for operation in CATALOG)
_FILE_HINT = "SWR_BOT_TOKEN_FILE names another file."
_NONE = TokenList()
_log = logging.getLogger(__name__)


class TokenFile:
    """The tokens in one file; several processes may change it, and a server sees every change at once.

    Args:
        path: The file; it need not exist before the first token is added.
        clock: The time.
    """

    def __init__(self, path: Path, clock: Clock) -> None:
        self.path = path
        self._clock = clock
        self._version: tuple[int, ...] | None = None
        self._held = _NONE
        self._problem = ""

    def add(self, name: str, *, days: int, operations: Sequence[str] = OPERATIONS) -> tuple[str, TokenRecord]:
        """Make a token; it is returned this once and kept nowhere.

        Raises:
            NameInvalid, NameTaken, ArgumentInvalid: What was given cannot be.
            StateUnavailable: The file cannot be read or written.
        """
        _check_name(name)
        _check_operations(operations)
        token, now = new_token(), self._clock.now()
        record = record_of(token, name, created=now, expires=now + timedelta(days=days), operations=operations)
        with self._locked():
            held = self.read()
            if any(known.name == name for known in held.tokens):
                raise NameTaken(
                    f"There is a token for {name} already.",
                    hint=f"Type swr-bot token revoke {name} first, or choose another name.",
                )
            self._write(TokenList(tokens=(*held.tokens, record)))
        return token, record

    def revoke(self, name: str) -> TokenRecord:
        """Forget a token, so that its bearer is not let in any more.

        Raises:
            NotFound: There is no token of that name.
            StateUnavailable: The file cannot be read or written.
        """
        with self._locked():
            held = self.read()
            revoked = next((record for record in held.tokens if record.name == name), None)
            if revoked is None:
                raise _unknown(name, held)
            self._write(TokenList(tokens=tuple(record for record in held.tokens if record != revoked)))
        return revoked

    def read(self) -> TokenList:
        """The tokens there are; raises StateUnavailable where the file cannot be read or trusted."""
        try:
            with open(self.path, "rb", opener=_without_waiting) as file:
                _check_mode(self.path, os.fstat(file.fileno()).st_mode)
                return TokenList.model_validate_json(file.read())
        except FileNotFoundError:
            return _NONE
        except OSError as error:
            raise _unreadable(self.path, error.strerror or type(error).__name__) from None
        except ValidationError as error:
            raise _unreadable(self.path, _first_problem(error)) from None

    def bearer(self, token: str) -> TokenRecord | None:
        """Whose token this is; nobody's where it is unknown, expired, revoked, or the file cannot be read."""
        self._notice_changes()
        record = self._held.matching(token)
        if record is None:
            return None
        if record.expired(self._clock.now()):
            _log.info("Refused the token of %s: it expired on %s.", record.name, f"{record.expires:%Y-%m-%d}")
            return None
        return record

    async def check(self) -> None:
        """Raise StateUnavailable where the file cannot let anybody in."""
        self._notice_changes()
        if self._problem:
            raise StateUnavailable(self._problem)

    def _notice_changes(self) -> None:
        """Read the file again where it is not the one that was read; two microseconds where it is."""
        version = _version(self.path)
        if version == self._version:
            return
        self._version, self._held, self._problem = version, _NONE, ""
        try:
            self._held = self.read() if version else self._missing()
        except StateUnavailable as error:
            self._problem = f"{error.sentence} {error.hint}"
            _log.error("Nobody is let in with a token. %s", safe(self._problem))

    def _missing(self) -> TokenList:
        raise StateUnavailable(f"The token file {self.path} is missing.", hint="Make a token: swr-bot token add NAME")

    @contextmanager
    def _locked(self) -> Generator[None]:
        """Wait until no other process changes the file; the lock goes with the process that dies."""
        lock = self.path.with_name(f"{self.path.name}.lock")
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise _unwritable(self.path, error) from None
        try:
            _lock(descriptor)
            yield
        finally:
            os.close(descriptor)

    def _write(self, tokens: TokenList) -> None:
        """Replace the file in one step that a power cut does not halve."""
        target = self.path.resolve()  # a link stays one
        text = json.dumps(tokens.model_dump(mode="json"), indent=2) + "\n"
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)  # readable by the owner
        except OSError as error:
            raise _unwritable(self.path, error) from None
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(target)
        except OSError as error:
            with suppress(OSError):
                Path(name).unlink()
            raise _unwritable(self.path, error) from None
        _sync_folder(target.parent)


def _version(path: Path) -> tuple[int, ...]:
    """What tells one state of a file from the next; nothing where there is none."""
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def _lock(descriptor: int) -> None:
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_LOCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX)


def _sync_folder(folder: Path) -> None:
    if sys.platform == "win32":  # its folders cannot be opened
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _without_waiting(path: str, flags: int) -> int:
    """Open what may be a pipe, which would hold the server up until somebody writes to it."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def _check_mode(path: Path, mode: int) -> None:
    """Whoever can write the file can let anybody in."""
    if not stat.S_ISREG(mode):
        raise _unreadable(path, "it is not a file")
    if sys.platform != "win32" and mode & stat.S_IWOTH:
        raise StateUnavailable(
            f"Everybody on this machine can change the token file {path}.", hint=f"Type chmod 600 {path}"
        )


def _check_name(name: str) -> None:
    if NAME.fullmatch(name):
        return
    lower = name.lower()
    suggestion = lower if NAME.fullmatch(lower) else None
    bad = next((i for i, character in enumerate(name) if not NAME.fullmatch(character)), min(len(name), 64))
    raise NameInvalid(
        f"{safe(name, 70)!r} cannot be the name of a token; it has 1 to 64 lower-case letters, digits and - _ . @",
        given=name,
        position=bad,
        suggestion=suggestion,
        hint=f"Try {suggestion}" if suggestion else "Name the person or the program that will use it.",
    )


def _check_operations(operations: Sequence[str]) -> None:
    if not operations:
        raise ArgumentInvalid("A token without operations opens nothing.", hint=f"Choose from {listed(OPERATIONS)}.")
    for name in operations:
        if name not in OPERATIONS:
            close = did_you_mean(name, OPERATIONS)
            hint = f"Did you mean {close}?" if close else f"There are {listed(OPERATIONS)}."
            raise ArgumentInvalid(f"There is no operation {safe(name, 40)!r}.", hint=hint)


def _unknown(name: str, held: TokenList) -> NotFound:
    close = did_you_mean(name, [record.name for record in held.tokens])
    hint = f"Did you mean {close}?" if close else "swr-bot token list shows those there are."
    return NotFound(f"There is no token for {safe(name, 70)!r}.", hint=hint)


def _unreadable(path: Path, reason: str) -> StateUnavailable:
    return StateUnavailable(f"The token file {path} cannot be read: {reason}.", hint=_FILE_HINT)


def _unwritable(path: Path, error: OSError) -> StateUnavailable:
    reason = error.strerror or type(error).__name__
    return StateUnavailable(f"The token file {path} cannot be written: {reason}.", hint=_FILE_HINT)


def _first_problem(error: ValidationError) -> str:
    """Where it is wrong; never what stands there."""
    details = error.errors(include_input=False, include_url=False)[0]
    where = " ".join(str(part) for part in details["loc"])
    return f"{where}: {details['msg']}".removeprefix(": ")
