"""What the keys do in a list from which one entry is picked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, assert_never

from certprobe.cli.keys import Key

if TYPE_CHECKING:
    from certprobe.cli.keys import Press

_PAGE: Final = 5
_MOST_DIGITS: Final = 9


class Picking(NamedTuple):
    """A list as it stands: entry 0 is nobody, the others have numbers from 1.

    `obstacles` says of each entry why it cannot be picked, or nothing. `typed` is a number as far as it was typed;
    `complaint` tells what is wrong with the last key.
    """

    obstacles: tuple[str, ...]
    highlighted: int
    typed: str = ""
    complaint: str = ""

    @property
    def last(self) -> int:
        """The highest number."""
        return len(self.obstacles) - 1

    def pressed(self, press: Press) -> Picking | int:
        """Return the list as it stands then, or the number that was picked.

        Raises KeyboardInterrupt for the keys that end it all: Escape, q and Ctrl-C.
        """
        if not isinstance(press, Key):
            return self._typed(press)
        match press:
            case Key.UP:
                return self._moved(self.highlighted - 1)
            case Key.DOWN:
                return self._moved(self.highlighted + 1)
            case Key.PAGE_UP:
                return self._moved(self.highlighted - _PAGE)
            case Key.PAGE_DOWN:
                return self._moved(self.highlighted + _PAGE)
            case Key.HOME:
                return self._moved(0)
            case Key.END:
                return self._moved(self.last)
            case Key.BACKSPACE:
                return self._followed(self.typed[:-1])
            case Key.ENTER:
                return self._entered()
            case Key.ESCAPE | Key.INTERRUPT:
                raise KeyboardInterrupt
            case _:
                assert_never(press)

    def _typed(self, character: str) -> Picking | int:
        match character:
            case "q":
                raise KeyboardInterrupt
            case "k":
                return self.pressed(Key.UP)
            case "j":
                return self.pressed(Key.DOWN)
            case _ if character.isdigit() and len(self.typed) < _MOST_DIGITS:
                return self._followed(self.typed + character)
            case _:
                return self

    def _moved(self, to: int) -> Picking:
        return self._replace(highlighted=min(max(0, to), self.last), typed="", complaint="")

    def _followed(self, typed: str) -> Picking:
        """Go where the number leads; one that leads nowhere stays, so that Enter does not pick something else."""
        if not typed:
            return self._replace(typed="", complaint="")
        if int(typed) > self.last:
            return self._replace(typed=typed, complaint=f"There is no number {int(typed)}; the last is {self.last}.")
        return self._replace(highlighted=int(typed), typed=typed, complaint="")

    def _entered(self) -> Picking | int:
        if self.typed and int(self.typed) > self.last:
            return self._followed(self.typed)
        if obstacle := self.obstacles[self.highlighted]:
            return self._replace(typed="", complaint=f"{self.highlighted} cannot be sent: {obstacle}.")
        return self.highlighted
