"""What is read as an image reference, and that it is written back as it was meant."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from swr_tools.errors import NameInvalid
from swr_tools.names import ExistingOrganizationName, ExistingRepositoryName, ImageReference

HOST = "swr.cn-north-4.myhuaweicloud.com"
DIGEST = "sha256:" + "0123456789abcdef" * 4

ORGANIZATIONS = st.from_regex(r"[a-z][a-z0-9]{0,9}(?:(?:\.|-{1,3}|__?)[a-z0-9]{1,9}){0,4}", fullmatch=True)
REPOSITORIES = st.from_regex(r"[a-z0-9]{1,9}(?:(?:[./]|-{1,3}|__?)[a-z0-9]{1,9}){0,6}", fullmatch=True)
HOSTS = st.builds(
    "swr.{}.{}".format,
    st.sampled_from(["cn-north-4", "eu-de", "eu-west-101", "my-kualalumpur-1", "new-region-9"]),
    st.sampled_from(["myhuaweicloud.com", "myhuaweicloud.eu", "otc.t-systems.com"]),
)
TAGS = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
DIGESTS = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
REFERENCES = st.builds(
    ImageReference,
    ORGANIZATIONS.map(ExistingOrganizationName),
    REPOSITORIES.map(ExistingRepositoryName),
    HOSTS,
    st.none() | TAGS,
    st.none() | DIGESTS,
)
WRAPPINGS = st.sampled_from(
    [
        "{}",
        "  {}\n",
        "'{}'",
        '"{}"',
        "`{}`",
        "\u201c{}\u201d",
        "https://{}",
        "http://{}",
        "docker pull {}",
        "$ sudo docker pull --platform linux/arm64 -q {}",
        "podman pull {} --quiet",
        "nerdctl pull '{}'",
        "crictl pull {}",
        "docker run --rm -p 80:80 {} sh -c 'exit 1'",
        "image: {}",
        "  - image: {}  # the old one",
        '"image": "{}",',
        'Failed to pull image "{0}": rpc error: code = NotFound desc = failed to resolve reference "{0}": x',
    ]
)
PLAIN_PIECES = ["/", ":", "@", " ", "\n", "'", '"', "a", "app", "Group", "1.2", "-", "--", "#", ":5000", "\u202e"]
LONG_PIECES = ["pull", "image:", "docker", "--platform", "https://", HOST, HOST.upper(), DIGEST, "ghcr.io", "localhost"]
PASTED_PIECES = st.sampled_from(PLAIN_PIECES) | st.sampled_from(LONG_PIECES)
PASTED = st.lists(PASTED_PIECES, max_size=10).map("".join) | st.text(max_size=60)

READ = [
    ("group/app", (None, None, "group", "app", None, None)),
    ("group/team/app:1.2", (None, None, "group", "team/app", "1.2", None)),
    (f"{HOST}/group/app@{DIGEST}", (HOST, "cn-north-4", "group", "app", None, DIGEST)),
    (f"{HOST}/group/app:v1@{DIGEST}", (HOST, "cn-north-4", "group", "app", "v1", DIGEST)),
    (f"docker pull {HOST}/group/app:1.2", (HOST, "cn-north-4", "group", "app", "1.2", None)),
    (
        "SWR.eu-de.otc.T-Systems.com/group/app",
        ("swr.eu-de.otc.t-systems.com", "eu-de", "group", "app", None, None),
    ),
    (
        "swr.eu-west-101.myhuaweicloud.eu/a/b",
        ("swr.eu-west-101.myhuaweicloud.eu", "eu-west-101", "a", "b", None, None),
    ),
    ("nerdctl pull --platform linux/amd64 group/app", (None, None, "group", "app", None, None)),
    ("docker pull group/app --platform linux/amd64", (None, None, "group", "app", None, None)),
    ("docker pull --platform=linux/amd64 group/app # the old one", (None, None, "group", "app", None, None)),
    ("- image: 'group/app:2'", (None, None, "group", "app", "2", None)),
    ("my.project/app", (None, None, "my.project", "app", None, None)),
    ("team.dev/app", (None, None, "team.dev", "app", None, None)),
    ("a.b.c/app", (None, None, "a.b.c", "app", None, None)),
    ("library/nginx", (None, None, "library", "nginx", None, None)),
    ("a--b/c--d", (None, None, "a--b", "c--d", None, None)),
    (f"{HOST}/my.io/app", (HOST, "cn-north-4", "my.io", "app", None, None)),
    (f"{HOST}/localhost/app", (HOST, "cn-north-4", "localhost", "app", None, None)),
    (f"please look at {HOST}/group/app:1.2.", (HOST, "cn-north-4", "group", "app", "1.2", None)),
]
_FOREIGN = "'{}' is not one of SWR's registries."
_SHAPE = "An image reference is ORG/NAME; "
_MANY = "One image is read at a time; this text names "
# The text, the index of what is wrong, the sentence, the corrected reference.
REFUSED = [
    ("", 0, f"{_SHAPE}there is none here.", None),
    (" \n", 2, f"{_SHAPE}there is none here.", None),
    ("app", 3, f"{_SHAPE}'app' has no organization.", None),
    ("app:1.2", 3, f"{_SHAPE}'app' has no organization.", None),
    ("docker pull nginx", 17, f"{_SHAPE}'nginx' has no organization.", None),
    ("/app", 0, f"{_SHAPE}'/app' has no organization.", None),
    ("group/", 6, f"{_SHAPE}'group/' has no repository.", None),
    (HOST, 32, f"{_SHAPE}there is none here.", None),
    (f"{HOST}/app", 36, f"{_SHAPE}'app' has no organization.", None),
    ("docker.io/library/nginx", 0, _FOREIGN.format("docker.io"), None),
    ("ghcr.io/group/app", 0, _FOREIGN.format("ghcr.io"), None),
    ("docker pull quay.io/group/app:1", 12, _FOREIGN.format("quay.io"), None),
    ("localhost/group/app", 0, _FOREIGN.format("localhost"), None),
    ("localhost:5000/group/app", 0, _FOREIGN.format("localhost:5000"), None),
    ("my.registry:443/group/app", 0, _FOREIGN.format("my.registry:443"), None),
    ("registry.example.cloud/group/app", 0, _FOREIGN.format("registry.example.cloud"), None),
    (f"swr-api.{HOST[4:]}/group/app", 0, _FOREIGN.format(f"swr-api.{HOST[4:]}"), None),
    (f"{HOST}.example.com/group/app", 0, _FOREIGN.format(f"{HOST}.example.com"), None),
    (f"docker pull mirror.{HOST}/group/app", 12, _FOREIGN.format(f"mirror.{HOST}"), None),
    ("https://group/app", 8, _FOREIGN.format("group"), None),
    (f"{HOST}:443/g/a", 32, f"SWR's registry has no port; '{HOST}:443' names one.", None),
    ("docker pull", 11, f"{_MANY}none.", None),
    ("docker pull a/b c/d", 16, f"{_MANY}2.", None),
    (f"{HOST}/a/b or {HOST}/a/c", 40, f"{_MANY}2.", None),
    ("docker run group/app", 7, "Of commands, only one that pulls an image can be read here.", None),
    (
        "Group/App:RC1",
        0,
        "An organization name is written in lower case; character 1 of 'Group' is 'G'.",
        "group/app:RC1",
    ),
    (
        "group--a/App",
        9,
        "A repository name is written in lower case; character 1 of 'App' is 'A'.",
        "group--a/app",
    ),
    (
        "my group/app",
        2,
        "An organization name holds only letters a-z, digits, '.', '-' and '_'; character 3 of 'my group' is a space.",
        "my-group/app",
    ),
    (
        "group//app",
        6,
        "A repository name begins with a letter or a digit; character 1 of '/app' is '/'.",
        "group/app",
    ),
    ("1abc/App", 0, "An organization name begins with a letter; character 1 of '1abc' is '1'.", None),
    ("a/b:", 4, "A tag has 1 to 128 characters; this one is empty.", "a/b"),
    ("a/b:" + "x" * 129, 132, f"A tag has at most 128 characters; '{'x' * 129}' has 129.", None),
    ("a/b:.1", 4, "A tag begins with a letter, a digit or '_'; character 1 of '.1' is '.'.", None),
    ("a/b:1+2", 5, "A tag holds only letters, digits, '_', '.' and '-'; character 2 of '1+2' is '+'.", None),
    (
        "a/b@sha256:12",
        4,
        "A digest is 'sha256:' and 64 hexadecimal digits in lower case; 'sha256:12' is not.",
        None,
    ),
    (
        f"a/b@{DIGEST.upper()}",
        4,
        f"A digest is 'sha256:' and 64 hexadecimal digits in lower case; '{DIGEST.upper()}' is not.",
        f"a/b@{DIGEST}",
    ),
    ("x" * 2049, 2048, "An image reference has at most 2,048 characters; this text has 2,049.", None),
]


def refused(text: str) -> NameInvalid | None:
    """The error for a text that is no reference, or None."""
    try:
        ImageReference.parse(text)
    except NameInvalid as error:
        return error
    return None


@pytest.mark.parametrize(("text", "expected"), READ)
def test_what_on_call_people_paste_is_read(text: str, expected: tuple[str | None, ...]) -> None:
    """Host, region, organization, repository, tag and digest are taken from the text."""
    read = ImageReference.parse(text)
    assert expected == (read.registry, read.region, read.organization, read.repository, read.tag, read.digest)


@pytest.mark.parametrize(("text", "position", "sentence", "suggestion"), REFUSED)
def test_what_is_no_reference_is_refused_with_a_sentence(
    text: str, position: int, sentence: str, suggestion: str | None
) -> None:
    """The sentence names the part that is wrong, the position is in the whole text, the suggestion is whole."""
    error = refused(text)
    assert error is not None
    assert (sentence, position, suggestion) == (error.sentence, error.position, error.suggestion)
    assert text == error.given


@given(REFERENCES)
def test_a_written_reference_is_read_back(reference: ImageReference) -> None:
    """Writing and reading are inverse, as text and through JSON."""
    assert reference == ImageReference.parse(str(reference))
    adapter = TypeAdapter(ImageReference)
    assert reference == adapter.validate_json(adapter.dump_json(reference))


@given(REFERENCES, WRAPPINGS)
def test_what_stands_around_a_reference_does_not_change_it(reference: ImageReference, wrapping: str) -> None:
    """Quotes, commands, keys and error messages around a full reference are left aside."""
    # Within a sentence, a tag's last dot cannot be told from the sentence's own.
    if not str(reference).endswith("."):
        assert reference == ImageReference.parse(wrapping.format(reference))


@given(ORGANIZATIONS, REPOSITORIES)
def test_an_organization_is_readable_with_or_without_the_registry(organization: str, repository: str) -> None:
    """A short form is read like the long one, or refused as a registry, never read as something else."""
    long = ImageReference.parse(f"{HOST}/{organization}/{repository}")
    assert (organization, repository) == (long.organization, long.repository)
    error = refused(f"{organization}/{repository}")
    if error:
        assert error.sentence == _FOREIGN.format(organization)
        assert re.search(r"\.[a-z]+$|^localhost$", organization)
    else:
        short = ImageReference.parse(f"{organization}/{repository}")
        assert (organization, repository) == (short.organization, short.repository)


@given(PASTED)
def test_any_text_is_read_or_refused(text: str) -> None:
    """Nothing but NameInvalid comes out; what is read can be written and read again."""
    error = refused(text)
    if error is None:
        reference = ImageReference.parse(text)
        assert reference == ImageReference.parse(str(reference))
    else:
        assert 0 <= error.position <= len(text)
        assert error.hint
        assert error.sentence.endswith(".")
        assert error.sentence.isprintable()


@given(PASTED)
def test_a_suggested_reference_is_read_as_it_stands(text: str) -> None:
    """What is offered is in its plain form and refused by nothing."""
    error = refused(text)
    if error and error.suggestion is not None:
        assert error.suggestion == str(ImageReference.parse(error.suggestion))


@pytest.mark.parametrize(
    "parts",
    [
        ("Group", "app", None, None, None),
        ("group", "app/", None, None, None),
        ("group", "app", "docker.io", None, None),
        ("group", "app", "", None, None),
        ("my.io", "app", None, None, None),
        ("group", "app", None, "", None),
        ("group", "app", None, "a b", None),
        ("group", "app", None, None, "sha256:"),
    ],
)
def test_no_part_goes_in_unchecked(parts: tuple[str, str, str | None, str | None, str | None]) -> None:
    """A reference put together by hand keeps the rules that a pasted one keeps."""
    with pytest.raises(NameInvalid):
        ImageReference(*parts)  # pyright: ignore[reportArgumentType]  plain strings are the point
