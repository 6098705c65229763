"""Laws of the resources' addresses: every legal name has one, and comes out of it as it went in."""

from urllib.parse import quote

from hypothesis import assume, given
from hypothesis import strategies as st
from mcp.server.mcpserver.resources import DEFAULT_RESOURCE_SECURITY
from mcp.shared.uri_template import UriTemplate

from swr_bot.mcp_server.resources import ORGANIZATION, REPOSITORY, normalized
from swr_tools.errors import NameInvalid
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName

ORGANIZATIONS = st.from_regex(r"[a-z][a-z0-9]*(?:(?:\.|-+|__?)[a-z0-9]+)*", fullmatch=True).filter(
    lambda name: len(name) <= 64
)
REPOSITORIES = st.one_of(
    st.from_regex(r"[a-z0-9]+(?:(?:[./]|-+|__?)[a-z0-9]+)*", fullmatch=True).filter(lambda name: len(name) <= 128),
    # The template's own words inside a name, where a hasty reading would cut it.
    st.lists(st.sampled_from(["repositories", "organizations", "api", "v2", "a.b"]), min_size=1, max_size=6).map(
        "/".join
    ),
)
TEMPLATE = UriTemplate.parse(REPOSITORY)
TEXTS = st.text(st.sampled_from("swr:/organizations.repositories%2F.\\\x00?#,&$aé\u202e"), max_size=80)


def read(uri: str) -> dict[str, str | list[str]] | None:
    """The names that the server takes out of an address; None where it takes none."""
    found = TEMPLATE.match(normalized(uri))
    return None if found is None or DEFAULT_RESOURCE_SECURITY.validate(found) else found


@given(ORGANIZATIONS, REPOSITORIES)
def test_every_legal_name_survives_its_address(organization: str, repository: str) -> None:
    """With its slashes as they are, encoded, or some of each."""
    names = {"organization": organization, "repository": repository}
    raw = f"swr://organizations/{organization}/repositories/{repository}"
    mixed = f"swr://organizations/{organization}/repositories/{repository.replace('/', '%2F', 1)}"

    assert read(TEMPLATE.expand(names)) == read(raw) == read(mixed) == names


@given(ORGANIZATIONS)
def test_every_legal_organization_survives_its_address(organization: str) -> None:
    """And the SDK's guard lets it through."""
    template = UriTemplate.parse(ORGANIZATION)
    names = template.match(normalized(template.expand({"organization": organization})))

    assert names is not None
    assert names == {"organization": organization}
    assert DEFAULT_RESOURCE_SECURITY.validate(names) is None


@given(st.one_of(TEXTS, TEXTS.map(lambda text: f"swr://organizations/a/repositories/{text}")))
def test_normalizing_twice_changes_nothing_more(uri: str) -> None:
    """Nor does it change an address that is none of a repository."""
    once = normalized(uri)

    assert normalized(once) == once
    if not uri.startswith("swr://organizations/"):
        assert once == uri


@given(ORGANIZATIONS, TEXTS, st.booleans())
def test_whatever_is_read_out_of_an_address_is_what_was_written_there(
    organization: str, text: str, encoded: bool
) -> None:
    """Illegal names come out too, or nothing does; they never turn into another, legal name."""
    assume("%" not in text or encoded)
    written = quote(text, safe="") if encoded else text
    found = read(f"swr://organizations/{organization}/repositories/{written}")

    if found is not None:
        assert found == {"organization": organization, "repository": text}


@given(ORGANIZATIONS, st.lists(st.sampled_from(["..", ".", "", "api", "%2e%2e", "..%2f"]), min_size=1, max_size=6))
def test_no_address_with_dots_for_a_folder_is_read(organization: str, parts: list[str]) -> None:
    """The guard or the rules for names refuse it, whatever stands around the dots."""
    assume(any(part != "api" for part in parts))
    found = read(f"swr://organizations/{organization}/repositories/{'/'.join(parts)}")

    assert found is None or not legal(found)


def legal(names: dict[str, str | list[str]]) -> bool:
    """Whether both are names that may exist."""
    try:
        ExistingOrganizationName.parse(str(names["organization"]))
        ExistingRepositoryName.parse(str(names["repository"]))
    except NameInvalid:
        return False
    return True
