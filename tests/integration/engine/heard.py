"""A Progress that remembers what it was told."""


class Heard:
    """Keeps the steps in order, and the furthest point of each."""

    def __init__(self) -> None:
        self.steps: list[str] = []
        self.furthest_bytes: list[int] = []

    def begin(self, step: str, total_bytes: int | None = None) -> None:
        self.steps.append(step)
        self.furthest_bytes.append(0)

    def reach(self, done_bytes: int) -> None:
        self.furthest_bytes[-1] = max(self.furthest_bytes[-1], done_bytes)
