"""Command lines for people to copy, as the grammar reads them."""

from dataclasses import fields

from swr_bot.grammar import operation_commands, parse
from swr_bot.slack_app.vocabulary import PROGRAM
from swr_bot.text_repair import split
from swr_tools.errors import OrganizationMissing, ProposalMissing, RepositoryMissing, SwrError
from swr_tools.operations import CreateOperation
from swr_tools.operations.arguments import parse_arguments

NEXT_LINES = {
    OrganizationMissing.code: f"{PROGRAM} org list",
    RepositoryMissing.code: f"{PROGRAM} org list",
    ProposalMissing.code: f"{PROGRAM} pending",
}


def look_up_line(create: CreateOperation) -> str:
    """What shows whether that is there."""
    words = "repo info" if "/" in create.subject else "org list"
    return f"{PROGRAM} {words} {create.subject}"


def again_line(create: CreateOperation) -> str:
    """What asks for the same again; empty where no line says exactly that, as with a quote in a description."""
    typed = " ".join([create.command.words, create.subject, *_flags(create)])
    return f"{PROGRAM} {typed}" if _says(typed, create) else ""


def _flags(create: CreateOperation) -> list[str]:
    flags: list[str] = []
    for field in fields(create):
        value = getattr(create, field.name)
        if field.name in create.command.target or value == field.default:
            continue
        flags.append(f"--{field.name}" if value is True else f"--{field.name} {_quoted(str(value))}")
    return flags


def _quoted(value: str) -> str:
    return value if value.isidentifier() else f'"{value}"'


def _says(typed: str, create: CreateOperation) -> bool:
    try:
        read = parse(split(typed), operation_commands(), PROGRAM)
        return parse_arguments(type(create), read.arguments) == create
    except SwrError:
        return False
