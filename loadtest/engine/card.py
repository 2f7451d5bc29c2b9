"""What a card can do, as the simulated engine plays it: pure arithmetic over cited numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """A model on a card.

    The defaults are Llama-3.1-8B in BF16 on an A100 with 40 GB, in vLLM, 1024 tokens in, 128 out: 75 tokens/s
    alone; the knee at 8 at once, with 6.6 times the throughput (the measurement that `loadtest/gpu.md` names).
    The time to the first token is an assumption: a prompt of 600 tokens of which 400 are in the prefix cache.

    Attributes:
        first_token_s: before anything is written.
        alone_tokens_s: tokens per second of one request that is alone.
        knee: requests at once above which the card writes no more in all.
        knee_gain: throughput at the knee, in multiples of one request's.
        fixed_s: when it is not None, every answer takes exactly so long, whatever the rest says.
    """

    first_token_s: float = 0.06
    alone_tokens_s: float = 75.0
    knee: int = 8
    knee_gain: float = 6.6
    fixed_s: float | None = None

    def tokens_s(self, at_once: int) -> float:
        """Tokens per second of each of so many requests: falling evenly up to the knee, shared after it."""
        if at_once <= 1:
            return self.alone_tokens_s
        in_all = self.alone_tokens_s * self.knee_gain
        if at_once >= self.knee:
            return in_all / at_once
        share = (at_once - 1) / (self.knee - 1)
        return self.alone_tokens_s + share * (in_all / self.knee - self.alone_tokens_s)
