"""Commands that take what cannot be misread: another program's options are told ours, and words are never swallowed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any, Final

import click

_PLAIN: Final = re.compile(r"[a-z]+(?:-[a-z]+)*")


class Command(click.Command):
    """A command whose options may have values that can be left out, as `--revocation[=chain]`.

    Such an option takes the next word only if that can be its value, and only if the arguments do not need it.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the command line as click does. Raises click.NoSuchOption with our spelling where it is known."""
        try:
            return super().parse_args(ctx, self._with_values(ctx, args))
        except click.NoSuchOption as error:
            from certprobe.cli.spellings import told

            hint = told(args, self.name)
            raise click.NoSuchOption(error.option_name, hint, None, ctx) if hint else error from None

    def _with_values(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write out the values that were left out before words that are something else."""
        spelt = list(args)
        for place, option in self._before_words(ctx, args):
            if isinstance(option.type, Scope):
                left_out = not option.type.may_be_meant(args[place + 1])
            else:
                left_out = self._lacks_argument(ctx, spelt)
            if left_out:
                spelt[place] = f"{args[place]}={option.flag_value}"
        return spelt

    def _before_words(self, ctx: click.Context, args: list[str]) -> Iterator[tuple[int, click.Option]]:
        """The places of options whose value may be left out, where the next word is no option."""
        options = {
            name: option
            for option in self.get_params(ctx)
            if isinstance(option, click.Option) and not option.is_flag and isinstance(option.flag_value, str)
            for name in option.opts
        }
        words = args[: args.index("--")] if "--" in args else args
        for place, (word, following) in enumerate(pairwise(words)):
            if word in options and (following == "-" or not following.startswith("-")):
                yield place, options[word]

    def _lacks_argument(self, ctx: click.Context, args: list[str]) -> bool:
        """Whether an argument would be missing if such options took the next word."""
        try:
            super().parse_args(click.Context(self, ctx.parent, ctx.info_name), list(args))
        except click.MissingParameter as error:
            return isinstance(error.param, click.Argument)
        except click.ClickException:
            return False
        return False


class Scope(click.Choice[str]):
    """Words of which one is meant where the value is left out, so that the next word may be something else."""

    def __init__(self, choices: Iterable[str], usual: str) -> None:
        super().__init__(tuple(choices))
        self._usual = usual

    def may_be_meant(self, word: str) -> bool:
        """Whether a word is one of these, or looks as if it was meant to be."""
        return _PLAIN.fullmatch(word) is not None

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Raises click.BadParameter, which says what to write if the word was not meant as the value."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as error:
            option = param.opts[0] if param is not None else ""
            hint = f" If it is not meant for {option}, write: {option}={self._usual} {value}"
            raise click.BadParameter(error.message + hint, ctx, param) from None
