"""The `swr-bot` command: from typed words to an exit code."""

import asyncio
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path

from swr_bot.cli import exit_codes
from swr_bot.cli.commands import COMMON_FIELDS, terminal_commands, with_common_flags
from swr_bot.cli.console import Console, OutputLost, real_console, silence_output
from swr_bot.cli.render import print_json, show_error, show_record
from swr_bot.cli.session import Session
from swr_bot.grammar import Parsed, parse
from swr_bot.settings import Settings, load_settings
from swr_tools.errors import NOTHING_CREATED, Kind, SwrError
from swr_tools.models import Record
from swr_tools.operations import Effect, Operation
from swr_tools.wording import safe

_HELP = ("--help", "-h")
_SWITCHES = ("--json", "--emulator", "--yes")


def run_process() -> int:
    """Run the command line of this process and return its exit code."""
    try:
        return main(sys.argv[1:], os.environ, real_console(os.environ))
    except BrokenPipeError:
        silence_output()
        return exit_codes.PIPE_CLOSED
    except OutputLost as error:
        silence_output()
        print(f"Error: {error} What was created, if anything: swr-bot audit list", file=sys.stderr)
        return exit_codes.of_kind(Kind.LOCAL)


def main(words: Sequence[str], environ: Mapping[str, str], console: Console) -> int:
    """Run one command line and return its exit code; every failure is a sentence, never a traceback."""
    as_json = "--json" in [word.lower() for word in words]
    try:
        return _run(_flags_last(words), environ, console)
    except SwrError as error:
        if as_json:
            print_json(console, {"error": error.as_json()})
        else:
            show_error(console, error)
        return exit_codes.of_kind(error.kind)
    except KeyboardInterrupt:
        console.note("\nStopped.")
        return exit_codes.INTERRUPTED
    except (BrokenPipeError, OutputLost):
        raise
    except Exception as error:  # noqa: BLE001 - the last boundary: a person gets a sentence and a place to report
        console.note(f"Error: swr-bot itself failed: {type(error).__name__} at {_place(error)}.")
        console.note("  Report this line. What was asked for and created, if anything: swr-bot audit list")
        return exit_codes.of_kind(Kind.LOCAL)


def _place(error: Exception) -> str:
    """Where in the code it happened; never what the error says, which may hold anything."""
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{'/'.join(Path(frame.filename).parts[-3:])}:{frame.lineno}"


def _flags_last(words: Sequence[str]) -> list[str]:
    """Leading flags moved behind the command, so that `swr-bot --json repo info …` reads as people mean it."""
    start = next((i for i, word in enumerate(words) if not word.startswith("-")), len(words))
    command, typed = words[start : start + 1], [*words[start + 1 :], *words[:start]]
    leading = next((i for i, word in enumerate(typed) if word.lower() not in _SWITCHES), len(typed))
    return [*command, *typed[leading:], *typed[:leading]]


def _run(words: Sequence[str], environ: Mapping[str, str], console: Console) -> int:
    if not words or any(word.lower() in _HELP for word in words):
        return _print_help(console, _asked_about(words))
    if words[0] == "--version":
        return _print_version(console)
    parsed = parse(words, [with_common_flags(command) for command in terminal_commands()])
    if parsed.command.words == "help":
        return _print_help(console, str(parsed.arguments.get("command", "")))
    return _dispatch(parsed, environ, console)


def _asked_about(words: Sequence[str]) -> str:
    """The command that `--help` is about, whatever else is typed and whatever is missing."""
    typed = [word.lower() for word in words if not word.startswith("-")]
    known = [command.words for command in terminal_commands()]
    return next((name for name in known if name.split() == typed[: len(name.split())]), " ".join(typed[:2]))


def _dispatch(parsed: Parsed, environ: Mapping[str, str], console: Console) -> int:
    own = {name: value for name, value in parsed.arguments.items() if name not in COMMON_FIELDS}
    match parsed.command.words:
        case "demo":
            from swr_bot.cli.demo import demo

            return demo(console, environ)
        case "completion":
            from swr_bot.cli.completion import print_completion

            return print_completion(console, str(own["shell"]))
        case "emulator":
            from swr_bot.cli.emulator import serve_emulator

            return serve_emulator(own)
        case "mcp":
            from swr_bot.cli.mcp import serve_mcp

            return serve_mcp(_settings(parsed, environ), environ, console)
        case "slack manifest":
            from swr_bot.cli.slack import print_manifest

            return print_manifest(console, str(own.get("http", "")))
        case "slack":
            from swr_bot.cli.slack import serve

            return serve(_settings(parsed, environ), environ, console)
        case "serve":
            from swr_bot.cli.serve import serve

            json = {"json": True} if parsed.arguments.get("json") else {}
            return serve(_settings(parsed, environ), environ, {**own, **json})
        case _:
            return _in_session(parsed, own, environ, console)


def _settings(parsed: Parsed, environ: Mapping[str, str]) -> Settings:
    """The settings, with the switches of the command line over them."""
    return load_settings(environ, **{name: True for name in ("emulator", "read_only") if parsed.arguments.get(name)})


def _in_session(parsed: Parsed, own: Mapping[str, object], environ: Mapping[str, str], console: Console) -> int:
    settings = _settings(parsed, environ)
    with asyncio.Runner() as runner:
        session = Session(
            console=console,
            settings=settings,
            environ=environ,
            json=bool(parsed.arguments.get("json")),
            yes=bool(parsed.arguments.get("yes")),
            runner=runner,
        )
        try:
            if parsed.command.operation is not None:
                return _call(session, parsed.command.operation, own)
            return _own_command(session, parsed.command.words, own)
        finally:
            session.close()


def _call(session: Session, operation: type[Operation], arguments: Mapping[str, object]) -> int:
    """Run an operation: a read prints its result, a create asks first."""
    _name_the_emulator(session)
    try:
        called = session.wait(session.toolbox.call(operation.name, arguments, session.actor))
    except KeyboardInterrupt:
        creates = operation.effect is Effect.CREATE
        session.console.note(f"\nStopped. {NOTHING_CREATED}" if creates else "\nStopped.")
        return exit_codes.INTERRUPTED
    if not isinstance(called, Record):
        from swr_bot.cli.creating import settle, warn_of_interrupted

        warn_of_interrupted(session, called)
        return settle(session, called)
    if session.json:
        print_json(session.console, called)
    else:
        show_record(session.console, called)
    return exit_codes.DONE


def _name_the_emulator(session: Session) -> None:
    if session.settings.emulator:
        session.console.note(session.console.style("Emulator: nothing here is real.", "dim"))


def _own_command(session: Session, words: str, arguments: Mapping[str, object]) -> int:
    match words:
        case "audit list" | "audit verify":
            from swr_bot.cli import audit

            return audit.list_entries(session, arguments) if words == "audit list" else audit.verify(session)
        case "token add" | "token list" | "token revoke":
            return _token(session, words, arguments)
        case "doctor":
            from swr_bot.cli.doctor import doctor

            return doctor(session)
        case "pending":
            from swr_bot.cli.creating import list_unsettled

            return list_unsettled(session)
        case _:
            return _settle_by_code(session, words, str(arguments["code"]))


def _token(session: Session, words: str, arguments: Mapping[str, object]) -> int:
    from swr_bot.cli import token

    match words:
        case "token add":
            return token.add(session, arguments)
        case "token list":
            return token.list_(session)
        case _:
            return token.revoke(session, arguments)


def _settle_by_code(session: Session, words: str, code: str) -> int:
    from swr_bot.cli.creating import report, settle

    _name_the_emulator(session)
    proposal = session.wait(session.toolbox.with_code(safe(code.strip()), session.actor))
    if proposal.outcome is not None:
        session.console.note(f"{proposal.code} was settled before; nothing is done now.")
    if words == "confirm":
        return settle(session, proposal)
    return report(session, proposal, session.wait(session.toolbox.decline(proposal.id, session.actor)))


def _print_help(console: Console, words: str) -> int:
    from swr_bot.cli.help import help_text

    console.print(help_text(words))
    return exit_codes.DONE


def _print_version(console: Console) -> int:
    from importlib.metadata import version

    console.print(f"swr-bot {version('swr-bot')}")
    return exit_codes.DONE
