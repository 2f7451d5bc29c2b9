"""What a bundle holds, by the card of the machine that it is for."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from appliance.engine.environment import FlavourName

ProfileName = Literal["gpu-24", "gpu-48", "gpu-80", "cpu"]
# The shipped pack was built with it: another one would make the first start learn for minutes.
_EMBEDDING = "multilingual-e5-small"


@dataclass(frozen=True)
class Profile:
    """A kind of machine.

    Attributes:
        flavour: the build of vLLM.
        chat_model: the catalogue's name of the model that vLLM serves.
    """

    name: ProfileName
    flavour: FlavourName
    chat_model: str
    embedding_model: str = _EMBEDDING

    def models(self, *, engine: bool) -> tuple[str, ...]:
        """What lies in the bundle."""
        return (self.embedding_model, self.chat_model) if engine else (self.embedding_model,)


PROFILES: Mapping[ProfileName, Profile] = MappingProxyType(
    {
        profile.name: profile
        for profile in (
            Profile("gpu-24", "gpu", "qwen3-8b-fp8"),
            Profile("gpu-48", "gpu", "mistral-small-24b-fp8"),
            Profile("gpu-80", "gpu", "qwen3-30b-a3b-fp8"),
            Profile("cpu", "cpu", "smollm2-135m-instruct"),
        )
    }
)
