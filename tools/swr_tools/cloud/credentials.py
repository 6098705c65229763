"""Where credentials are looked for, in which order, and what is missing in each place."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from swr_tools.cloud.accounts import Credentials, KeyCredentials, MachineCredentials, UserCredentials
from swr_tools.cloud.endpoints import check_url
from swr_tools.cloud.iam import User
from swr_tools.cloud.sentences import WAYS_ON
from swr_tools.cloud.signing import Keys, check_sendable
from swr_tools.errors import CredentialsMissing, SettingsInvalid
from swr_tools.wording import listed

METADATA_URL = "http://169.254.169.254"
_FILE_VARIABLE = "HUAWEICLOUD_SDK_CREDENTIALS_FILE"
_MACHINE = "ECS metadata service"
_METADATA = "the metadata service"


class SourceState(StrEnum):
    """What was found in one place; the metadata service is `unasked`, as asking it takes a request."""

    FOUND = "found"
    PARTLY = "partly"
    MISSING = "missing"
    UNASKED = "unasked"


@dataclass(frozen=True, slots=True)
class SourceReport:
    """One place, and what was found there; never a secret.

    Attributes:
        source: The place, for people.
        missing: The variables or entries that it lacks, or what is wrong with it.
        account: Whose credentials they are, where they are complete.
    """

    source: str
    state: SourceState
    missing: tuple[str, ...] = ()
    account: str = ""


@dataclass(frozen=True, slots=True)
class _Place:
    """One place: the texts found there, those without which it is of no use, and what they make together.

    Attributes:
        marks: Names that show somebody meant to use this place; all that is needed, unless given.
        wrong: Why it cannot be read at all, or empty.
    """

    source: str
    texts: Mapping[str, str] = field(repr=False)
    needed: tuple[str, ...]
    build: Callable[["_Place"], Credentials]
    marks: tuple[str, ...] = ()
    wrong: str = ""

    @property
    def lacking(self) -> tuple[str, ...]:
        return tuple(name for name in self.needed if not self.text(name))

    @property
    def meant(self) -> bool:
        return bool(self.wrong) or any(self.text(name) for name in self.marks or self.needed)

    def text(self, name: str) -> str | None:
        """A text without the blanks and line ends that pasting adds; None where it is empty."""
        return self.texts.get(name, "").strip() or None

    def header(self, name: str) -> str | None:
        """The same for what is sent in a header; raises CredentialsMissing, without the text, where it cannot be."""
        text = self.text(name)
        check_sendable(f"{name} in the {self.source}", text)
        return text


def find_credentials(environ: Mapping[str, str], *, home: Path, metadata_url: str | None) -> Credentials:
    """The first credentials there are: SDK variables, SDK file, `HW_` key, `HW_` user, this server's own.

    Args:
        environ: The environment's variables.
        home: The folder of the user, in which the SDK's file is.
        metadata_url: Where a cloud server asks for its keys, which happens when they are first needed; None: never.

    Raises:
        CredentialsMissing: There are none, or the first that somebody meant to use are incomplete.
        SettingsInvalid: There are none before the metadata service, and its address is none.
    """
    for place in _places(environ, home):
        if place.meant:
            return _built(place)
    if metadata_url is None:
        raise CredentialsMissing("No credentials for SWR were found.", hint=WAYS_ON)
    return MachineCredentials(check_url(metadata_url, _METADATA, METADATA_URL))


def survey(environ: Mapping[str, str], *, home: Path, metadata_url: str | None) -> tuple[SourceReport, ...]:
    """Every place in the order it is looked at, for a diagnosis; asks nothing of the network."""
    reports = tuple(_report(place) for place in _places(environ, home))
    if metadata_url is None:
        return reports
    try:
        check_url(metadata_url, _METADATA, METADATA_URL)
    except SettingsInvalid as error:
        return (*reports, SourceReport(_MACHINE, SourceState.PARTLY, (error.sentence,)))
    return (*reports, SourceReport(_MACHINE, SourceState.UNASKED, ("asked only when nothing else is found",)))


def _report(place: _Place) -> SourceReport:
    if not place.meant:
        return SourceReport(place.source, SourceState.MISSING, place.lacking)
    try:
        return SourceReport(place.source, SourceState.FOUND, account=_built(place).account)
    except CredentialsMissing as error:
        missing = (error.sentence,) if place.wrong or not place.lacking else place.lacking
        return SourceReport(place.source, SourceState.PARTLY, missing)


def _built(place: _Place) -> Credentials:
    if place.wrong:
        raise CredentialsMissing(place.wrong, hint=WAYS_ON)
    if lacking := place.lacking:
        verb = "is" if len(lacking) == 1 else "are"
        raise CredentialsMissing(
            f"The credentials in the {place.source} are incomplete: {listed(lacking)} {verb} missing.",
            hint=f"Set what is missing, or remove the rest. {WAYS_ON}",
        )
    return place.build(place)


def _places(environ: Mapping[str, str], home: Path) -> Iterator[_Place]:
    yield _Place(
        "environment HUAWEICLOUD_SDK_AK", environ, ("HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK"), _sdk_variables
    )
    yield _file(environ, home)
    yield _Place("environment HW_ACCESS_KEY", environ, ("HW_ACCESS_KEY", "HW_SECRET_KEY"), _hw_key)
    yield _Place(
        "environment HW_USER_NAME",
        environ,
        ("HW_USER_NAME", "HW_USER_PASSWORD", "HW_DOMAIN_NAME"),
        _hw_user,
        marks=("HW_USER_NAME", "HW_USER_PASSWORD"),
    )


def _sdk_variables(place: _Place) -> Credentials:
    keys = _keys(place, "HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN")
    return KeyCredentials(keys, source=place.source, project_id=place.header("HUAWEICLOUD_SDK_PROJECT_ID"))


def _sdk_file(place: _Place) -> Credentials:
    keys = _keys(place, "ak", "sk", "security_token")
    return KeyCredentials(keys, source=place.source, project_id=place.header("project_id"))


def _hw_key(place: _Place) -> Credentials:
    keys = _keys(place, "HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN")
    project_id, region = place.header("HW_PROJECT_ID"), place.text("HW_REGION_NAME")
    return KeyCredentials(keys, source=place.source, project_id=project_id, region=region)


def _hw_user(place: _Place) -> Credentials:
    named = {"id": place.text("HW_PROJECT_ID"), "name": place.text("HW_PROJECT_NAME")}
    user = User(
        name=place.text("HW_USER_NAME") or "",
        password=place.texts["HW_USER_PASSWORD"],
        account=place.text("HW_DOMAIN_NAME") or "",
        project=dict([(key, text) for key, text in named.items() if text][:1]),
    )
    return UserCredentials(user, source=place.source, region=place.text("HW_REGION_NAME"))


def _keys(place: _Place, access: str, secret: str, token: str) -> Keys:
    return Keys(place.header(access) or "", place.header(secret) or "", place.header(token))


def _file(environ: Mapping[str, str], home: Path) -> _Place:
    """The SDK's file; being absent is only wrong where a variable names it."""
    named = environ.get(_FILE_VARIABLE, "").strip()
    path = Path(named) if named else home / ".huaweicloud" / "credentials"
    source = f"file {path}"
    texts: Mapping[str, str] = {}
    wrong = ""
    try:
        texts = _basic_section(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        wrong = f"The {source}, which {_FILE_VARIABLE} names, is not there." if named else ""
    except OSError as error:
        wrong = f"The {source} cannot be read: {error.strerror}."
    except ValueError:
        wrong = f"The {source} is not a credentials file: it needs a section [basic] with ak and sk."
    return _Place(source, texts, ("ak", "sk"), _sdk_file, wrong=wrong)


def _basic_section(text: str) -> Mapping[str, str]:
    """The section for regional services; of the parser's own errors nothing is kept, as they quote the file."""
    from configparser import ConfigParser, Error  # only those who have such a file pay for it

    parser = ConfigParser(interpolation=None)
    try:
        parser.read_string(text)
    except Error:
        raise ValueError from None
    return dict(parser["basic"]) if parser.has_section("basic") else {}
