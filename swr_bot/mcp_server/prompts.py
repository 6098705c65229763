"""The prompt that walks an assistant and its person through setting a service up."""

from collections.abc import Callable, Mapping
from typing import Any

from mcp.server.mcpserver import Context, MCPServer
from mcp.server.mcpserver.prompts import Prompt
from mcp.server.mcpserver.prompts.base import Message, PromptArgument, UserMessage
from mcp.shared.exceptions import MCPError
from mcp_types import INTERNAL_ERROR, INVALID_PARAMS

from swr_bot.mcp_server.admission import admitted
from swr_bot.mcp_server.face import Face
from swr_bot.mcp_server.results import told
from swr_tools.errors import ArgumentInvalid, SwrError
from swr_tools.names import OrganizationName, RepositoryName
from swr_tools.operations import CATALOG
from swr_tools.wording import did_you_mean, listed, safe

SET_UP_SERVICE = "set-up-service"
_UNKNOWN_REGISTRY = "swr.REGION.myhuaweicloud.com"
_EMULATED = "This is the emulator: nothing is real, and no registry is behind it to push to."
_WHICH = "First ask the person which organization it goes into; ORGANIZATION below stands for its name."
_LOGIN = (
    "   The whole docker login command comes from the SWR console of that region, button Generate Login Command: "
    "a temporary one, good for some hours, or a long-term one made of an access key.\n"
    "   It holds a secret. The person runs it themselves: never ask for it, or for any key or password, in this chat."
)
_ARGUMENTS = [
    PromptArgument(
        name="service", description="Name of the service's repository, such as api or team/api.", required=True
    ),
    PromptArgument(
        name="organization",
        description="The organization for it, such as payments; left out, the person is asked.",
        required=False,
    ),
]


class SetUpPrompt(Prompt):
    """A prompt whose arguments are checked by the tool layer's rules before anything is made of them."""

    async def render(self, arguments: dict[str, Any] | None, context: Context[Any, Any]) -> list[Message]:  # noqa: ARG002 - the SDK's signature
        """The messages.

        Raises:
            MCPError: An argument is missing, unknown or breaks a rule, or the caller may not do this.
        """
        try:
            return [UserMessage(str(self.fn(arguments or {})))]
        except SwrError as error:
            code = INVALID_PARAMS if isinstance(error, ArgumentInvalid) else INTERNAL_ERROR
            raise MCPError(code, told(error), dict(error.as_json())) from None


def register(server: MCPServer, face: Face) -> None:
    """Add the prompt; a server that only reads has no use for it."""
    if face.read_only:
        return

    def written(arguments: Mapping[str, object]) -> str:
        admitted(face, *(operation.name for operation in CATALOG))
        return _steps(face, arguments)

    server.add_prompt(
        SetUpPrompt(
            name=SET_UP_SERVICE,
            title="Set a service up",
            description="From nothing to the push commands: the organization, the repository, docker login and push.",
            arguments=_ARGUMENTS,
            fn=written,
            context_kwarg=None,
        )
    )


def _steps(face: Face, arguments: Mapping[str, object]) -> str:
    """The whole prompt; of the arguments only names get into it."""
    _check(arguments)
    name = _name(arguments, "service", RepositoryName.parse)
    organization = _name(arguments, "organization", OrganizationName.parse) if arguments.get("organization") else ""
    where = organization or "ORGANIZATION"
    image = f"{_registry(face)}/{where}/{name}:TAG"
    return "\n".join(
        [
            f"Set up the repository {name} for images of a service in SWR, Huawei Cloud's container registry.",
            *([_EMULATED] if face.emulator else []),
            "Take these steps in order. Each create asks the person to confirm; if they decline, stop.",
            "",
            *([] if organization else [_WHICH]),
            (
                f"1. Call list-organizations. If {where} is not among them, call create-organization "
                f"with organization={where}."
            ),
            (
                f"2. Call create-repository with organization={where} and repository={name}. It becomes private; "
                "say public only if the person asked for that. If it exists already, go on with step 3."
            ),
            f"3. Call get-repository-info with repository={where}/{name} and tell the person what it shows.",
            "4. Give the person these commands, to run in a terminal of their own where the image is:",
            "",
            "   docker login ...",
            f"   docker tag LOCAL_IMAGE:TAG {image}",
            f"   docker push {image}",
            "",
            _LOGIN,
        ]
    )


def _check(arguments: Mapping[str, object]) -> None:
    known = [argument.name for argument in _ARGUMENTS]
    for given in arguments:
        if given not in known:
            meant = did_you_mean(given, known)
            hint = f"Did you mean {meant}?" if meant else f"{SET_UP_SERVICE} takes {listed(known)}."
            raise ArgumentInvalid(f"There is no argument {safe(given, 60)}.", hint=hint)
    if "service" not in arguments:
        raise ArgumentInvalid("The argument service is missing.", hint=f"It means: {_ARGUMENTS[0].description}")


def _name(arguments: Mapping[str, object], argument: str, parse: Callable[[str], str]) -> str:
    given = arguments[argument]
    if not isinstance(given, str):
        raise ArgumentInvalid(f"The argument {argument} must be text.")
    return parse(given)


def _registry(face: Face) -> str:
    """The registry's host; a placeholder where the settings do not say which."""
    try:
        return face.toolbox.cloud.endpoint.registry
    except SwrError:
        return _UNKNOWN_REGISTRY
