"""Everything that can be typed after `swr-bot`: the shared operations and the terminal's own commands."""

from dataclasses import replace

from swr_bot.grammar import Command, Flag, operation_commands
from swr_tools.operations import Effect

JSON = Flag("--json", "json", "Print the typed result as JSON.")
EMULATOR = Flag("--emulator", "emulator", "Work on the embedded SWR: no account, nothing real.")
YES = Flag("--yes", "yes", "Confirm without being asked; for scripts.")
READ_ONLY = Flag("--read-only", "read_only", "Offer nothing that creates.")
HELP = Flag("--help", "help", "Explain this command.")
COMMON = (EMULATOR, JSON, HELP)
COMMON_FIELDS = tuple(flag.field for flag in (*COMMON, YES))

_LIMIT = Flag("--limit", "limit", "How many of the newest entries to show; 50 unless said.", "N")
_EMULATOR_FLAGS = (
    Flag("--port", "port", "The port to listen on; 0 picks a free one. 8971 unless said.", "PORT"),
    Flag("--host", "host", "The address to listen on; 127.0.0.1 unless said.", "ADDRESS"),
    Flag("--region", "region", "The region it plays; cn-north-4 unless said.", "REGION"),
    Flag("--state", "state", "Keep its state in this file; in memory unless said.", "FILE"),
    Flag("--seed", "seed", "Accounts, organizations and repositories to begin with (TOML).", "FILE"),
    Flag("--latency", "latency", "Wait before every answer, in milliseconds.", "MS"),
    Flag(
        "--fault",
        "fault",
        "Misbehave: KIND, or KIND,method=POST,path=/prefix,times=2; may be given several times. "
        "KIND: latency, 429, 403-throttle, 5xx, 5xx-after, html-502, reset-before, reset-after, slow-body.",
        "FAULT",
        many=True,
    ),
    Flag("--slack", "slack", "Be a Slack workspace in place of SWR; takes --port, --host and those below."),
    Flag("--request-url", "request_url", "Deliver over signed HTTP to this URL; Socket Mode unless said.", "URL"),
    Flag(
        "--manifest", "manifest", "The app's manifest; its scopes, commands and shortcuts are then the limit.", "FILE"
    ),
    Flag("--enterprise", "enterprise", "Let the workspace belong to an enterprise."),
)

_OWN = (
    Command("pending", "List your creates that are not settled.", examples=("pending",)),
    Command("confirm", "Confirm a create by its code.", ("code",), "CODE", (YES,), ("confirm K7QF",)),
    Command("decline", "Decline a create by its code.", ("code",), "CODE", (), ("decline K7QF",)),
    Command("help", "Explain a command.", ("command",), "[COMMAND]", (), ("help repo create",)),
    Command("demo", "See it work in seconds, on the embedded SWR; needs no account.", examples=("demo",)),
    Command("doctor", "Check settings, credentials, SWR and the journal; shows no secret.", examples=("doctor",)),
    Command(
        "mcp",
        "Serve an AI assistant on standard input and output (MCP), with your own keys.",
        (),
        "",
        (READ_ONLY,),
        ("mcp", "mcp --read-only", "mcp --emulator"),
    ),
    Command(
        "slack manifest",
        "Print the manifest of the Slack app, for Slack's form or its API.",
        (),
        "",
        (Flag("--http", "http", "For delivery over HTTP to this address of yours; Socket Mode unless said.", "URL"),),
        ("slack manifest", "slack manifest --http https://swr-bot.example.com"),
    ),
    Command(
        "slack",
        "Serve Slack's /swr over Socket Mode; needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN.",
        (),
        "",
        (READ_ONLY,),
        ("slack", "slack --emulator"),
    ),
    Command(
        "serve",
        "Serve AI assistants (MCP) over HTTP, for a team, and Slack where SLACK_SIGNING_SECRET is set.",
        (),
        "",
        (
            Flag("--host", "host", "The address to listen on; 127.0.0.1 unless said.", "ADDRESS"),
            Flag("--port", "port", "The port to listen on; 0 picks a free one. 8970 unless said.", "PORT"),
            READ_ONLY,
        ),
        ("serve", "serve --emulator --port 0", "serve --host 0.0.0.0 --read-only"),
    ),
    Command(
        "token add",
        "Make a token that lets somebody use serve; it is shown once.",
        ("name",),
        "NAME",
        (
            Flag("--expires", "expires", "Days until it ends; 90 unless said.", "DAYS"),
            Flag("--operations", "operations", "What it may be used for, such as list-organizations; all.", "A,B"),
        ),
        ("token add ci-bot", "token add on-call --expires 30 --operations list-organizations,get-repository-info"),
    ),
    Command("token list", "List the tokens, without showing any.", examples=("token list",)),
    Command("token revoke", "End a token now.", ("name",), "NAME", (), ("token revoke ci-bot",)),
    Command(
        "emulator",
        "Serve SWR, or a Slack workspace, on this machine, for tests and trials.",
        (),
        "",
        _EMULATOR_FLAGS,
        ("emulator --port 0", "emulator --slack --port 0"),
    ),
    Command(
        "audit list", "List what was asked for, confirmed and created.", (), "", (_LIMIT,), ("audit list --limit 10",)
    ),
    Command("audit verify", "Check that nobody changed the journal.", examples=("audit verify",)),
    Command(
        "completion", "Print a completion script for a shell.", ("shell",), "bash|zsh|fish", (), ("completion bash",)
    ),
)


_WITH_THEIR_OWN_TEXT = ("help", "demo", "completion", "emulator", "slack manifest")


def _with_yes(command: Command) -> Command:
    creates = command.operation is not None and command.operation.effect is Effect.CREATE
    return replace(command, flags=(*command.flags, YES)) if creates else command


def terminal_commands() -> tuple[Command, ...]:
    """Every command of the terminal, without the flags that all of them have."""
    return (*(_with_yes(command) for command in operation_commands()), *_OWN)


def common_flags(command: Command) -> tuple[Flag, ...]:
    """What every command takes; those that print text of their own take `--help` alone."""
    if command.words in ("mcp", "slack"):
        return (EMULATOR, HELP)
    return (HELP,) if command.words in _WITH_THEIR_OWN_TEXT else COMMON


def with_common_flags(command: Command) -> Command:
    """The command as it is parsed: with `--emulator`, `--json` and `--help` where they mean something."""
    return replace(command, flags=(*command.flags, *common_flags(command)))
