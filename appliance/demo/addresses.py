"""The gateway's two addresses: the public one that signatures are made with, and the one on this machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Route:
    """How something in the demo that plays Twilio reaches the gateway.

    Attributes:
        public_url: the base that webhooks are signed for, scheme://host[:port][/prefix].
        local_url: where the gateway really listens; the same as `public_url` unless that one was configured.
    """

    public_url: str
    local_url: str

    def signed_for(self, path: str) -> str:
        """The URL of a route as Twilio would know it."""
        return self.public_url.rstrip("/") + path

    def reached_at(self, url: str) -> str:
        """Where a URL under the public base is reached on this machine; any other is left as it is."""
        public = self.public_url.rstrip("/")
        if url == public or url.startswith((f"{public}/", f"{public}?")):
            return self.local_url.rstrip("/") + url.removeprefix(public)
        return url
