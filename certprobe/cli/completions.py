"""Completions for bash, zsh and fish, written from the click tree.

The scripts hold everything that they offer: at a TAB nothing is started. What may follow an option or stand for an
argument is read from click (the words of a Choice, those of a `shell_complete`, asked once, now) and from the metavar,
which is taken as a grammar: FILE and DIR stand for files, other words in capitals for what nobody can guess, small
letters for themselves. bash has no place for help texts.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

import click

from certprobe.cli.tree import commands, subcommands, summary

# Metavars that name their grammar instead of spelling it out.
_GRAMMARS = {
    "MODULE:FUNCTION|NAME": "FILE",
    "PROGRAM": "FILE",
    "WHAT": "system|certifi|none|FILE|DIR",
    "WHICH": "auto|none|NUMBER|subject=TEXT|name=TEXT|thumbprint=HEX",
}
_FILES = {"FILE", "DIR"}
# Small letters, up to a = that something must follow.
_WORD = re.compile(r"([a-z-]+=?)[A-Z]*")
# What no shell needs quotes for.
_PLAIN = re.compile(r"[\w.-]+", re.ASCII)

_HEADER = "# certprobe for %s. Written from the click tree by `make completions`: not to be edited."


class Word(NamedTuple):
    """Something to type, and its help; one that ends in `=` is not yet whole."""

    text: str
    help: str = ""


class Offer(NamedTuple):
    """What can be typed in one place."""

    words: tuple[Word, ...] = ()
    files: bool = False


class Option(NamedTuple):
    """An option by all its names; `value` is None for a flag."""

    names: tuple[str, ...]
    help: str
    repeatable: bool
    placeholder: str
    value: Offer | None


class Command(NamedTuple):
    """A command by its path from the program on.

    `following` holds the subcommands of a group, or else what may stand for any of the arguments, which `placeholder`
    names; a command without arguments has none.
    """

    path: str
    is_group: bool
    options: tuple[Option, ...]
    placeholder: str
    following: Offer


def completions(cli: click.Group) -> dict[str, str]:
    """Return the completion script of every shell as file name -> text.

    bash: to be sourced, bash >= 4.3, without bash-completion. zsh: for a directory of `fpath`. fish: to be sourced, or
    for a directory of `fish_complete_path`.
    """
    tree = [_command(context) for context in commands(cli)]
    scripts = {"certprobe.bash": _bash(tree), "_certprobe": _zsh(tree), "certprobe.fish": _fish(tree)}
    return {name: "\n".join(lines) + "\n" for name, lines in scripts.items()}


def _command(context: click.Context) -> Command:
    parameters = context.command.get_params(context)
    options = (each for each in parameters if isinstance(each, click.Option) and not each.hidden)
    arguments = [each for each in parameters if isinstance(each, click.Argument)]
    offers = [_offer(argument, context) for argument in arguments]
    return Command(
        path=context.command_path,
        is_group=isinstance(context.command, click.Group),
        options=tuple(_option(option, context) for option in options),
        placeholder=" ".join(map(_placeholder, arguments)),
        following=Offer(
            words=(
                *(Word(name, summary(child)) for name, child in subcommands(context)),
                *(word for offer in offers for word in offer.words),
            ),
            files=any(offer.files for offer in offers),
        ),
    )


def _option(option: click.Option, context: click.Context) -> Option:
    takes_none = option.is_flag or option.count
    return Option(
        names=(*option.opts, *option.secondary_opts),
        help=" ".join((option.help or "").split()),
        repeatable=option.multiple or option.count,
        placeholder=_placeholder(option),
        value=None if takes_none else _offer(option, context),
    )


def _placeholder(parameter: click.Parameter) -> str:
    return parameter.metavar or (parameter.name or "").upper()


def _offer(parameter: click.Parameter, context: click.Context) -> Offer:
    metavar = (parameter.metavar or "").removesuffix("...")
    alternatives = _GRAMMARS.get(metavar, metavar).split("|")
    items = parameter.shell_complete(context, "")
    spelt = (match[1] for match in map(_WORD.fullmatch, alternatives) if match is not None)
    return Offer(
        words=(
            *(Word(str(item.value), item.help or "") for item in items if item.type == "plain"),
            *map(Word, spelt),
        ),
        files=not _FILES.isdisjoint(alternatives) or any(item.type in ("file", "dir") for item in items),
    )


# --- bash ---------------------------------------------------------------------------------------------------------

_BASH = r"""
_certprobe() {
    local line=${COMP_LINE:0:COMP_POINT} path=certprobe option= lead= piece gap cur before word files
    local -a typed=('') options words
    COMPREPLY=()

    # readline cuts words at each = and : too; pieces with no blank between them belong together.
    line=${line#*"${COMP_WORDS[0]}"}
    for piece in "${COMP_WORDS[@]:1:COMP_CWORD - 1}"; do
        gap=${line%%[![:space:]]*}
        [[ $gap ]] && typed+=('')
        typed[-1]+=$piece
        line=${line#"$gap$piece"}
    done
    gap=${line%%[![:space:]]*}
    [[ $gap ]] && typed+=('')
    cur=${typed[-1]}${line#"$gap"}
    before=${cur%"$2"}

    for word in "${typed[@]:1:${#typed[@]} - 2}"; do
        if [[ $option ]]; then
            option=
        elif _certprobe_knows "$path $word"; then
            if [[ $word == -* ]]; then option=$word; else path+=" $word"; fi
        fi
    done
    if [[ ! $option && $cur == --*=* ]]; then
        option=${cur%%=*} cur=${cur#*=} lead=$option=
    fi

    _certprobe_knows "$path${option:+ $option}" || return 0
    if [[ ! $option && $cur == -* ]]; then
        words=("${options[@]}") files=no
    fi
    for word in "${words[@]}"; do
        printf -v word %q "$word"
        [[ $word == "$cur"* ]] || continue
        word=$lead$word
        COMPREPLY+=("${word#"$before"}")
    done
    if [[ $files == yes && ! ${COMPREPLY[*]} ]]; then
        compopt -o default
    elif [[ $files == yes ]]; then
        compopt -o filenames
        mapfile -t -O "${#COMPREPLY[@]}" COMPREPLY < <(compgen -f -- "$2")
    elif [[ ${COMPREPLY[*]} == *= ]]; then
        compopt -o nospace
    fi
}

complete -F _certprobe certprobe"""


def _bash(tree: Iterable[Command]) -> Iterator[str]:
    yield _HEADER % "bash"
    yield ""
    yield "# What may follow a command, or an option that takes a value, by its path; false for everything else."
    yield "_certprobe_knows() {"
    yield "    options=() words=() files=no"
    yield "    case $1 in"
    for command in tree:
        names = [name for option in command.options for name in option.names]
        yield from _bash_case(command.path, [f"options=({_shell_words(names)})", *_bash_offer(command.following)])
        for option in command.options:
            if option.value is not None:
                for name in option.names:
                    yield from _bash_case(f"{command.path} {name}", list(_bash_offer(option.value)))
    yield "        *) return 1 ;;"
    yield "    esac"
    yield "}"
    yield _BASH


def _bash_case(pattern: str, body: list[str]) -> Iterator[str]:
    yield "        " + " ".join([f"{_shell_word(pattern)})", *body, ";;"])


def _bash_offer(offer: Offer) -> Iterator[str]:
    if offer.words:
        yield f"words=({_shell_words(word.text for word in offer.words)})"
    if offer.files:
        yield "files=yes"


def _shell_words(words: Iterable[str]) -> str:
    return " ".join(map(_shell_word, words))


def _shell_word(word: str) -> str:
    return word if _PLAIN.fullmatch(word) else "'" + word.replace("'", r"'\''") + "'"


# --- zsh ----------------------------------------------------------------------------------------------------------


def _zsh(tree: Iterable[Command]) -> Iterator[str]:
    yield "#compdef certprobe"
    yield _HEADER % "zsh"
    for command in tree:
        yield ""
        yield from _zsh_function(command)
    yield ""
    yield '_certprobe "$@"'


def _zsh_function(command: Command) -> Iterator[str]:
    states = {option.names[0]: option.value for option in command.options if option.value and option.value.words}
    yield f"{_zsh_name(command.path)}() {{"
    yield '    local curcontext="$curcontext" state state_descr line ret=1'
    yield "    local -a whole begun"
    yield "    local -A opt_args"
    yield "    local -a specs=("
    for option in command.options:
        yield from (f"        {_shell_word(spec)}" for spec in _zsh_option(option))
    if command.is_group:
        yield "        '1:command:->following'"
        yield "        '*::argument:->below'"
    elif command.placeholder:
        yield "        " + _shell_word(f"*:{_zsh_field(command.placeholder)}:{_zsh_argument(command)}")
    yield "    )"
    yield '    _arguments -C -s -S "$specs[@]" && ret=0'
    if command.following.words:
        states["following"] = command.following
    if states:
        yield "    case $state in"
        for state, offer in states.items():
            yield from _zsh_state(state, offer)
        if command.is_group:
            yield from _zsh_below(command)
        yield "    esac"
    yield "    return ret"
    yield "}"


def _zsh_name(path: str) -> str:
    return "_" + path.replace(" ", "_")


def _zsh_option(option: Option) -> Iterator[str]:
    names = option.names
    others = "*" if option.repeatable else f"({' '.join(names)})" if len(names) > 1 else ""
    explanation = "[" + re.sub(r"([]\[\\:])", r"\\\1", option.help) + "]" if option.help else ""
    value = "" if option.value is None else f":{_zsh_field(option.placeholder)}:{_zsh_action(names[0], option.value)}"
    for name in names:
        joined = "" if option.value is None else "=" if name.startswith("--") else "+"
        yield f"{others}{name}{joined}{explanation}{value}"


def _zsh_action(state: str, offer: Offer) -> str:
    if offer.words:
        return f"->{state}"
    return "_files" if offer.files else " "


def _zsh_argument(command: Command) -> str:
    if command.following == Offer():
        # The message of an action that is blank would keep zsh from inserting an option.
        return f'_guard "^-*" {_zsh_field(_shell_word(command.placeholder))}'
    return _zsh_action("following", command.following)


def _zsh_field(text: str) -> str:
    return re.sub(r"([\\:])", r"\\\1", text)


def _zsh_state(state: str, offer: Offer) -> Iterator[str]:
    whole = [word for word in offer.words if not word.text.endswith("=")]
    begun = [word for word in offer.words if word.text.endswith("=")]
    yield f"        ({state})"
    yield f"            whole=({_zsh_words(whole)})"
    if begun:
        yield f"            begun=({_zsh_words(begun)})"
    yield '            _describe -t values "$state_descr" whole' + (" -- begun -S ''" if begun else "") + " && ret=0"
    if offer.files:
        yield "            _files && ret=0"
    yield "            ;;"


def _zsh_words(words: Iterable[Word]) -> str:
    return _shell_words(_zsh_field(word.text) + (f":{word.help}" if word.help else "") for word in words)


def _zsh_below(command: Command) -> Iterator[str]:
    yield "        (below)"
    yield f'            curcontext="${{curcontext%:*:*}}:{command.path.replace(" ", "-")}-$words[1]:"'
    yield "            case $words[1] in"
    for word in command.following.words:
        yield f"                ({word.text}) {_zsh_name(f'{command.path} {word.text}')} && ret=0 ;;"
    yield "            esac"
    yield "            ;;"


# --- fish ---------------------------------------------------------------------------------------------------------

_FISH = r"""
# Whether the words before the cursor lead to this command, and so what is typed now follows it.
function __certprobe_at
    set -l path certprobe
    set -l in_value no
    for word in (commandline -opc)[2..-1]
        if test $in_value = yes
            set in_value no
        else if contains -- "$path $word" $__certprobe_valued
            set in_value yes
        else if contains -- "$path $word" $__certprobe_commands
            set path "$path $word"
        end
    end
    test "$path" = "$argv"
end

complete -c certprobe -e
complete -c certprobe -f"""


def _fish(tree: list[Command]) -> Iterator[str]:
    valued = (
        f"{command.path} {name}"
        for command in tree
        for option in command.options
        if option.value is not None
        for name in option.names
    )
    yield _HEADER % "fish"
    yield ""
    yield f"set -g __certprobe_commands {_fish_quoted(command.path for command in tree)}"
    yield f"set -g __certprobe_valued {_fish_quoted(valued)}"
    yield _FISH
    for command in tree:
        yield ""
        at = f"complete -c certprobe -n '__certprobe_at {command.path}'"
        for word in command.following.words:
            yield " ".join([at, *_fish_offer(Offer((word,)))])
        if command.following.files:
            yield f"{at} -F"
        for option in command.options:
            yield " ".join([at, *_fish_option(option)])


def _fish_option(option: Option) -> Iterator[str]:
    for name in option.names:
        yield f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"
    if option.help:
        yield f"-d {_fish_word(option.help)}"
    if option.value is not None:
        yield "-r" if option.value.files else "-x"
        yield from _fish_offer(option.value)


def _fish_offer(offer: Offer) -> Iterator[str]:
    if offer.files:
        yield "-F"
    if offer.words:
        # fish expands the text of -a once more: each word is quoted for that, and the whole for the script.
        words = (_fish_word(word.text) + (rf"\t{_fish_word(word.help)}" if word.help else "") for word in offer.words)
        yield f"-a {_fish_word(' '.join(words))}"


def _fish_quoted(words: Iterable[str]) -> str:
    return " ".join(map(_fish_word, words))


def _fish_word(text: str) -> str:
    return text if _PLAIN.fullmatch(text) else "'" + re.sub(r"(['\\])", r"\\\1", text) + "'"
