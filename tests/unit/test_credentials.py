"""Where credentials are looked for, and what is said about each place."""

import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from swr_tools.cloud.accounts import KeyCredentials, MachineCredentials, UserCredentials
from swr_tools.cloud.credentials import METADATA_URL, SourceState, find_credentials, survey
from swr_tools.errors import CredentialsMissing, SettingsInvalid

SDK = {"HUAWEICLOUD_SDK_AK": "SDKKEY0000000000SDK1", "HUAWEICLOUD_SDK_SK": "S3CRET"}
HW = {"HW_ACCESS_KEY": "HWKEY00000000000HW01", "HW_SECRET_KEY": "S3CRET"}
USER = {"HW_USER_NAME": "alice", "HW_USER_PASSWORD": "S3CRET", "HW_DOMAIN_NAME": "acme"}
FILE = "[basic]\nak = FILEKEY0000000000F11\nsk = S3CRET%\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home folder with the SDK's file."""
    folder = tmp_path / ".huaweicloud"
    folder.mkdir()
    (folder / "credentials").write_text(FILE)
    return tmp_path


def test_the_order_is_sdk_file_hw_key_user_machine(home: Path, tmp_path: Path) -> None:
    """Each place serves when all before it hold nothing."""
    everything = {**SDK, **HW, **USER}
    file = home / ".huaweicloud" / "credentials"
    order: list[tuple[Mapping[str, str], Path, str, str]] = [
        (everything, home, "environment HUAWEICLOUD_SDK_AK", "access key …SDK1"),
        ({**HW, **USER}, home, f"file {file}", "access key …0F11"),
        ({**HW, **USER}, tmp_path / "empty", "environment HW_ACCESS_KEY", "access key …HW01"),
        (USER, tmp_path / "empty", "environment HW_USER_NAME", "user alice of account acme"),
        ({}, tmp_path / "empty", "ECS metadata service", "the agency of this cloud server"),
    ]
    for environ, folder, source, account in order:
        found = find_credentials(environ, home=folder, metadata_url=METADATA_URL)
        assert (found.source, found.account) == (source, account)


def test_nothing_anywhere_names_both_ways_on(tmp_path: Path) -> None:
    """An access key, or the emulator: the hint names both."""
    with pytest.raises(CredentialsMissing, match="No credentials for SWR were found") as caught:
        find_credentials({}, home=tmp_path, metadata_url=None)
    assert "HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK" in caught.value.hint
    assert "--emulator" in caught.value.hint


@pytest.mark.parametrize("whole", [SDK, HW, USER], ids=["sdk", "hw", "user"])
def test_a_half_is_an_error_and_not_passed_over(home: Path, whole: dict[str, str]) -> None:
    """Whatever is missing is named, even where a later place would serve."""
    (home / ".huaweicloud" / "credentials").unlink()
    names = [name for name in whole if name != "HW_DOMAIN_NAME"]
    for name in names:
        environ = {other: value for other, value in whole.items() if other != name}
        with pytest.raises(CredentialsMissing, match=f"incomplete: {name} is missing") as caught:
            find_credentials(environ, home=home, metadata_url=METADATA_URL)
        assert "S3CRET" not in repr(caught.value.as_json())


def test_a_user_without_account_is_half(tmp_path: Path) -> None:
    """The account's name is needed too; by itself it means nothing."""
    with pytest.raises(CredentialsMissing, match="HW_DOMAIN_NAME is missing"):
        find_credentials({**USER, "HW_DOMAIN_NAME": ""}, home=tmp_path, metadata_url=None)
    alone = find_credentials({"HW_DOMAIN_NAME": "acme"}, home=tmp_path, metadata_url=METADATA_URL)
    assert isinstance(alone, MachineCredentials)


def test_a_complete_earlier_place_hides_a_half_later_one(tmp_path: Path) -> None:
    """Only what would be used has to be complete."""
    found = find_credentials({**SDK, "HW_ACCESS_KEY": "x"}, home=tmp_path, metadata_url=None)
    assert isinstance(found, KeyCredentials)


def test_blanks_count_as_unset_and_are_stripped(tmp_path: Path) -> None:
    """What pasting adds does no harm; a variable set to nothing is not set."""
    environ = {"HUAWEICLOUD_SDK_AK": " ", "HUAWEICLOUD_SDK_SK": "", **{k: f" {v}\n" for k, v in HW.items()}}
    assert find_credentials(environ, home=tmp_path, metadata_url=None).account == "access key …HW01"


@pytest.mark.parametrize("text", ["S3CRET\x00", "S3CRET\nX-Evil: 1", "S3CRÉT"])
@pytest.mark.parametrize("name", ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"])
def test_characters_that_no_key_has_are_refused(tmp_path: Path, name: str, text: str) -> None:
    """They would break a header; the error names the variable and not its value."""
    with pytest.raises(CredentialsMissing, match=f"{name} in the environment .* holds characters") as caught:
        find_credentials({**SDK, name: text}, home=tmp_path, metadata_url=None)
    assert "S3CR" not in repr(caught.value.as_json())


def test_the_region_comes_from_the_hw_variables(tmp_path: Path) -> None:
    """`HW_REGION_NAME` belongs to the HW credentials; the SDK's name no region."""
    for environ, region in (
        ({**HW, "HW_REGION_NAME": "eu-west-101"}, "eu-west-101"),
        ({**USER, "HW_REGION_NAME": "eu-west-101"}, "eu-west-101"),
        ({**SDK, "HW_REGION_NAME": "eu-west-101"}, None),
        (HW, None),
    ):
        assert find_credentials(environ, home=tmp_path, metadata_url=None).region == region


def test_another_file_may_be_named(tmp_path: Path) -> None:
    """The SDK's own variable says where its file is."""
    path = tmp_path / "keys.ini"
    path.write_text(FILE.replace("FILEKEY0000000000F11", "OTHERKEY0000000000F2"))
    environ = {"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(path)}
    assert find_credentials(environ, home=tmp_path, metadata_url=None).source == f"file {path}"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("[basic]\nak = FILEKEY0000000000F11\n", "incomplete: sk is missing"),
        ("[basic]\nsk = S3CRET\n", "incomplete: ak is missing"),
        ("ak = S3CRET\n", "is not a credentials file"),
        ("[basic]\nS3CRET\n", "is not a credentials file"),
        ("[basic]\nak=1\nak=S3CRET\n", "is not a credentials file"),
        ("[basic]\nak=1\n[basic]\nsk=S3CRET\n", "is not a credentials file"),
        (b"[basic]\nak = \xff\xfe S3CRET\n", "is not a credentials file"),
    ],
)
def test_a_broken_file_is_told_without_its_content(home: Path, content: str | bytes, says: str) -> None:
    """The parser's own errors quote the file; ours do not, and chain none."""
    path = home / ".huaweicloud" / "credentials"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(CredentialsMissing, match=says) as caught:
        find_credentials({}, home=home, metadata_url=METADATA_URL)
    assert str(path) in caught.value.sentence
    assert "S3CRET" not in repr([caught.value.as_json(), caught.value.__cause__, caught.value.__context__])


def test_a_file_for_global_services_only_is_none(home: Path) -> None:
    """SWR is a regional service: the section [global] is not for it."""
    (home / ".huaweicloud" / "credentials").write_text("[global]\nak = x\nsk = y\n")
    assert isinstance(find_credentials(HW, home=home, metadata_url=None), KeyCredentials)


def test_a_file_that_is_not_there_is_only_wrong_when_named(tmp_path: Path) -> None:
    """A variable that names a missing file, or a folder, is a mistake; no file at all is not."""
    with pytest.raises(CredentialsMissing, match="HUAWEICLOUD_SDK_CREDENTIALS_FILE names, is not there"):
        find_credentials({"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(tmp_path / "no")}, home=tmp_path, metadata_url=None)
    with pytest.raises(CredentialsMissing, match="cannot be read"):
        find_credentials({"HUAWEICLOUD_SDK_CREDENTIALS_FILE": str(tmp_path)}, home=tmp_path, metadata_url=None)


def test_the_survey_names_every_place_and_no_secret(home: Path) -> None:
    """For a diagnosis: each place in order, what was found there, what it lacks."""
    environ = {"HUAWEICLOUD_SDK_SK": "S3CRET", "HUAWEICLOUD_SDK_AK": "", **USER}
    reports = survey(environ, home=home, metadata_url=METADATA_URL)
    assert [(report.source.split()[-1].split("/")[-1], report.state, report.missing) for report in reports] == [
        ("HUAWEICLOUD_SDK_AK", SourceState.PARTLY, ("HUAWEICLOUD_SDK_AK",)),
        ("credentials", SourceState.FOUND, ()),
        ("HW_ACCESS_KEY", SourceState.MISSING, ("HW_ACCESS_KEY", "HW_SECRET_KEY")),
        ("HW_USER_NAME", SourceState.FOUND, ()),
        ("service", SourceState.UNASKED, ("asked only when nothing else is found",)),
    ]
    assert [report.account for report in reports] == ["", "access key …0F11", "", "user alice of account acme", ""]
    assert "S3CRET" not in repr(reports)


def test_the_survey_says_what_is_wrong_with_a_file(home: Path) -> None:
    """A place that cannot be read is there in part; without a metadata service it is left out."""
    (home / ".huaweicloud" / "credentials").write_text("nonsense")
    reports = survey({}, home=home, metadata_url=None)
    assert len(reports) == 4
    assert reports[1].state is SourceState.PARTLY
    assert "is not a credentials file" in reports[1].missing[0]


def test_no_repr_shows_a_secret(home: Path) -> None:
    """What was found may be printed."""
    for environ in (SDK, HW, USER, {}):
        found = find_credentials(environ, home=home, metadata_url=None)
        assert "S3CRET" not in repr([found, vars(found)])


def test_a_user_may_name_a_project(tmp_path: Path) -> None:
    """The id comes before the name."""
    found = find_credentials(
        {**USER, "HW_PROJECT_NAME": "sub", "HW_PROJECT_ID": "1" * 32}, home=tmp_path, metadata_url=None
    )
    assert isinstance(found, UserCredentials)
    assert "'id'" in repr(vars(found))
    assert "'name': 'sub'" not in repr(vars(found))


def test_the_account_id_follows_the_account(tmp_path: Path) -> None:
    """It is the same for the same key or user, whatever its secret, and another for any other or another project."""

    def account_id(environ: Mapping[str, str]) -> str:
        return find_credentials(environ, home=tmp_path, metadata_url=METADATA_URL).account_id

    different = [
        account_id(environ)
        for environ in (
            SDK,
            {**SDK, "HUAWEICLOUD_SDK_AK": "OTHER0000000000SDK1"},
            {**SDK, "HUAWEICLOUD_SDK_PROJECT_ID": "1" * 32},
            USER,
            {**USER, "HW_USER_NAME": "bob"},
            {**USER, "HW_DOMAIN_NAME": "umbrella"},
            {**USER, "HW_PROJECT_NAME": "sub"},
            {},
        )
    ]
    assert len(set(different)) == len(different)
    assert all(len(each) == 64 and int(each, 16) for each in different)
    assert account_id({**SDK, "HUAWEICLOUD_SDK_SK": "rotated"}) == account_id(SDK)
    assert account_id({**USER, "HW_USER_PASSWORD": "changed"}) == account_id(USER)


@pytest.mark.parametrize(
    ("environ", "name"), [(SDK, "HUAWEICLOUD_SDK_PROJECT_ID"), (HW, "HW_PROJECT_ID")], ids=["sdk", "hw"]
)
@pytest.mark.parametrize("text", ["ab\ncd", "\u00e9", "a\x00"])
def test_a_project_id_is_checked_like_a_key(tmp_path: Path, environ: dict[str, str], name: str, text: str) -> None:
    """It goes into a header too."""
    with pytest.raises(CredentialsMissing, match=f"{name} in the environment .* holds characters"):
        find_credentials({**environ, name: text}, home=tmp_path, metadata_url=None)


def test_two_missing_texts_are_two(tmp_path: Path) -> None:
    """What is missing is listed as a sentence lists it."""
    with pytest.raises(CredentialsMissing, match="HW_USER_PASSWORD and HW_DOMAIN_NAME are missing"):
        find_credentials({"HW_USER_NAME": "alice"}, home=tmp_path, metadata_url=None)


def test_a_place_may_be_printed(home: Path) -> None:
    """A traceback that shows its variables shows no secret."""
    with pytest.raises(CredentialsMissing) as caught:
        find_credentials({"HUAWEICLOUD_SDK_SK": "S3CRET"}, home=home, metadata_url=None)
    shown = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    places = [frame.locals["place"] for frame in shown.stack if frame.locals and "place" in frame.locals]
    assert places
    assert "S3CRET" not in repr(places)


@pytest.mark.parametrize("url", ["foo", "http://\x07", "http://[bad", "", "http://user:S3CRET@host", "http://a..b"])
def test_the_address_of_the_metadata_service_is_checked(tmp_path: Path, url: str) -> None:
    """A wrong one is a wrong setting, and not a sign that this is no cloud server; it is told where it matters."""
    with pytest.raises(SettingsInvalid, match="address of the metadata service") as caught:
        find_credentials({}, home=tmp_path, metadata_url=url)
    assert "S3CRET" not in repr(caught.value.as_json())
    assert find_credentials(SDK, home=tmp_path, metadata_url=url)
    report = survey({}, home=tmp_path, metadata_url=url)[-1]
    assert report.state is SourceState.PARTLY
    assert "address of the metadata service" in report.missing[0]
