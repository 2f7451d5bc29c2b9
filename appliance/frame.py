"""The place of a plot in its drawing."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Frame:
    """A drawing's size, and the sides of the plot in it, in the drawing's own units; y grows downwards."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float

    def x(self, share: float) -> float:
        """The place of a share of the way from left to right."""
        return self.left + share * (self.right - self.left)

    def y(self, share: float) -> float:
        """The height of a share of the way from bottom to top."""
        return self.bottom - share * (self.bottom - self.top)
