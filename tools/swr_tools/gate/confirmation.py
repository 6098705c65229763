"""What a person must see before they say yes; every face shows the same facts."""

from dataclasses import dataclass
from datetime import datetime

from swr_tools.errors import RegionUnknown, SettingsInvalid
from swr_tools.gate.proposal import create_of
from swr_tools.operations import Fact
from swr_tools.proposals import Proposal, Site


@dataclass(frozen=True, slots=True)
class Confirmation:
    """A question with every fact needed to answer it.

    Attributes:
        question: `Create the repository payments/api?`
        facts: What will be sent, then to which cloud, region, address (unless it is the cloud's own) and account;
            values are plain text.
        public: Whether the answer yes makes something public: worth a second look.
        code: The proposal's short code.
        expires_at: UTC; after it the answer comes too late.
    """

    question: str
    facts: tuple[Fact, ...]
    public: bool
    code: str
    expires_at: datetime


def confirmation_of(proposal: Proposal) -> Confirmation:
    """The question for a proposal, the same whoever shows it and whenever."""
    create = create_of(proposal)
    site = proposal.site
    cloud = "emulator (nothing real is created)" if site.cloud == "emulator" else site.cloud
    endpoint = () if _is_the_clouds_own(site) else (Fact("Endpoint", site.endpoint),)
    where = (Fact("Cloud", cloud), Fact("Region", site.region), *endpoint, Fact("Account", site.account))
    return Confirmation(
        question=f"Create the {create.noun} {create.subject}?",
        facts=(*create.facts(), *where),
        public=create.makes_public,
        code=proposal.code,
        expires_at=proposal.expires_at,
    )


def _is_the_clouds_own(site: Site) -> bool:
    if site.cloud == "emulator":
        return True
    from swr_tools.cloud.endpoints import endpoint_for

    try:
        return site.endpoint == endpoint_for(site.cloud, site.region).api_url
    except (RegionUnknown, SettingsInvalid):
        return False
