"""From loose arguments to an operation that can be called, or one error that says everything that is wrong."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, TypeVar

from pydantic import ValidationError

from swr_tools.errors import ArgumentInvalid
from swr_tools.operations.operation import Operation
from swr_tools.wording import did_you_mean, listed, safe

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SomeOperation = TypeVar("SomeOperation", bound=Operation)


def parse_arguments(operation: type[SomeOperation], arguments: Mapping[str, object]) -> SomeOperation:
    """Check arguments against an operation's rules; unknown ones are refused, nothing is coerced.

    Raises:
        ArgumentInvalid: One error for all that is wrong; a NameInvalid where a name is the only thing wrong.
    """
    try:
        return operation.model_validate(arguments)
    except ValidationError as error:
        raise _combined([_refusal(operation, details) for details in error.errors()]) from None


def _combined(refusals: list[ArgumentInvalid]) -> ArgumentInvalid:
    if len(refusals) == 1:
        return refusals[0]
    return ArgumentInvalid(
        " ".join(refusal.sentence for refusal in refusals),
        hint=" ".join(dict.fromkeys(refusal.hint for refusal in refusals if refusal.hint)),
    )


def _refusal(operation: type[Operation], details: "ErrorDetails") -> ArgumentInvalid:
    cause = details.get("ctx", {}).get("error")
    if isinstance(cause, ArgumentInvalid):
        return cause
    field = ".".join(str(part) for part in details["loc"])
    match details["type"]:
        case "missing":
            return ArgumentInvalid(f"The argument {field} is missing.", hint=_meaning(operation, field))
        case "extra_forbidden":
            return _unknown_argument(operation, field)
        case "enum":
            return _unknown_choice(field, details)
        case "bool_type":
            return ArgumentInvalid(f"The argument {field} must be true or false.")
        case "string_type":
            return ArgumentInvalid(f"The argument {field} must be text.")
        case "string_too_long":
            limit = details.get("ctx", {}).get("max_length")
            return ArgumentInvalid(f"The argument {field} is too long; at most {limit} characters are possible.")
        case _:
            return ArgumentInvalid(f"The argument {field} is not valid.", hint=_meaning(operation, field))


def _meaning(operation: type[Operation], field: str) -> str:
    known = operation.model_fields.get(field)
    return f"It means: {known.description}" if known and known.description else ""


def _unknown_argument(operation: type[Operation], field: str) -> ArgumentInvalid:
    close = did_you_mean(field, operation.model_fields)
    hint = f"Did you mean {close}?" if close else f"{operation.name} takes {listed(operation.model_fields)}."
    return ArgumentInvalid(f"There is no argument {safe(field, 60)}.", hint=hint)


def _unknown_choice(field: str, details: "ErrorDetails") -> ArgumentInvalid:
    given = details["input"]
    choices = str(details.get("ctx", {}).get("expected", "")).replace("'", "").replace(" or ", ", ")
    close = did_you_mean(given, choices.split(", ")) if isinstance(given, str) else None
    hint = f"Did you mean {close}? " if close else ""
    return ArgumentInvalid(f"There is no {field} {safe(str(given), 60)!r}.", hint=f"{hint}Choose one of {choices}.")
