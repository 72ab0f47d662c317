"""A steady clock's time, which nobody sets: a wait lasts as long as it should, whatever becomes of the time
of day."""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class SteadyTime:
    """Seconds since the start of a machine; ``boot`` tells that start from all others."""

    boot: str
    seconds: float

    def later(self, seconds: float) -> SteadyTime:
        return replace(self, seconds=self.seconds + seconds)

    def seconds_until(self, other: SteadyTime) -> float:
        """Seconds from now until the other; 0 where nobody can tell, or it is past."""
        return max(0.0, other.seconds - self.seconds) if other.boot == self.boot else 0.0

    def __str__(self) -> str:
        return f"{self.boot} {self.seconds:.3f}"

    @classmethod
    def from_text(cls, text: str) -> SteadyTime:
        """Raises ``ValueError``."""
        boot, seconds = text.split()
        return cls(boot, float(seconds))
