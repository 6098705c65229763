"""Every answer of the emulator that is not a success, in the shapes of the three services it stands for.

``Refusal`` (raised anywhere below the routes, turned into an answer at the top)
├── ``ServiceRefusal``   SWR itself: nested and flat members together, code ``SVCSTG.SWR.nnnnnnn``
├── ``GatewayRefusal``   the API gateway in front of it: code ``APIGW.nnnn``
└── ``IdentityRefusal``  IAM: ``{"error": {"code", "message", "title"}}``

``EmulatorError`` is different: the emulator itself cannot work.
├── ``EmulatorStateError``   the state file
└── ``EmulatorSeedError``    the seed file
"""

from http import HTTPStatus

SERVICE_PREFIX = "SVCSTG.SWR."

SERVICE_MESSAGES: dict[str, str] = {
    "4000014": "Invalid request parameter",
    "4000055": "No search criteria",
    "4000056": "Invalid page size",
    "4000097": "The number of namespaces has reached the quota",
    "4000098": "The number of repositories has reached the quota",
    "4001009": "is_public must be true or false",
    "4001014": "Required parameter missing",
    "4001018": "Invalid request body",
    "4001025": "Invalid query parameter",
    "4001028": "Invalid namespace name",
    "4001029": "Invalid repository name",
    "4001035": "Invalid filter",
    "4001096": "param order column error",
    "4011064": "Cross-account access refused",
    "4030170": "Insufficient permissions",
    "4031032": "Too many requests",
    "4031042": "Too many requests",
    "4037017": "No permission on the namespace",
    "4040058": "Namespace does not exist",
    "4040113": "Repository does not exist",
    "4060012": "The repository still has images",
    "4060074": "The namespace still has repositories",
    "4090006": "Repository already exists",
    "4090060": "Namespace already exists",
    "4131012": "The description is too long",
    "5000059": "Failed to create namespace",
}
"""Every SWR code the emulator can send, with its text. The first three digits are the HTTP status."""

GATEWAY_MESSAGES: dict[str, str] = {
    "APIGW.0101": "The API does not exist or has not been published in the environment",
    "APIGW.0201": "The request could not be processed",
    "APIGW.0301": "Incorrect IAM authentication information",
    "APIGW.0307": "The token must be updated.",
    "APIGW.0308": "The throttling threshold has been reached: policy user over ratelimit,limit:200,time:1 second",
    "APIGW.0601": "Internal server error",
    "APIGW.0613": "IAM is unavailable",
}
"""Every gateway code the emulator can send, with its text."""


class EmulatorError(Exception):
    """The emulator cannot start or go on; the text is one sentence for the person who started it."""


class EmulatorStateError(EmulatorError):
    """The state file cannot be opened, read or written."""


class EmulatorSeedError(EmulatorError):
    """The seed file is missing, malformed or contradicts itself."""


class Refusal(Exception):
    """An answer that is not a success.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message

    def body(self, request_id: str) -> dict[str, object]:
        """The JSON body; only the gateway repeats the request id in it."""
        raise NotImplementedError


class ServiceRefusal(Refusal):
    """SWR says no. The status is in the code, for example 409 in 4090060."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(int(code[:3]), SERVICE_MESSAGES[code])
        self.code = SERVICE_PREFIX + code
        self.detail = detail

    def body(self, request_id: str) -> dict[str, object]:  # noqa: ARG002 - SWR's own bodies carry no request id
        """The current documented form: the old ``errors`` list and the new flat members together."""
        message = f"{self.message}: {self.detail}" if self.detail else self.message
        error: dict[str, object] = {"errorCode": self.code, "errorMessage": message, "detail": self.detail}
        body: dict[str, object] = {"errors": [error], "error_code": self.code, "error_msg": message}
        body["details"] = [{"error_code": self.code, "error_msg": message}]
        if self.code.endswith("4030170"):
            error["encoded_authorization_message"] = body["encoded_authorization_message"] = "emulator"
        return body


class GatewayRefusal(Refusal):
    """The gateway says no before SWR sees the request."""

    def __init__(self, status: int, code: str, detail: str = "") -> None:
        message = GATEWAY_MESSAGES[code]
        super().__init__(status, f"{message}: {detail}" if detail else message)
        self.code = code

    def body(self, request_id: str) -> dict[str, object]:
        """Three flat members; the request id is the one of the header."""
        return {"error_msg": self.message, "error_code": self.code, "request_id": request_id}


class IdentityRefusal(Refusal):
    """IAM says no to a token request."""

    def body(self, request_id: str) -> dict[str, object]:  # noqa: ARG002 - IAM's bodies carry no request id
        """The Keystone form."""
        title = HTTPStatus(self.status).phrase
        return {"error": {"code": self.status, "message": self.message, "title": title}}
