"""Programs of the user's: found, asked, ended; real ones, each with one habit."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from itertools import count
from pathlib import Path

import pytest

from certprobe.child import Ended, Program, find_program, interrupt_held_back, run_program
from certprobe.errors import CallbackError, UsageError
from certprobe.selection.decide import Returned, run_bounded

LONG = 60.0
ENVIRONMENT = {"PATH": os.environ["PATH"]}


def script(text: str) -> Program:
    return Program(("/bin/sh", "-c", text), ENVIRONMENT)


def ended(text: str, question: bytes = b"", longest: int = 1000) -> Ended:
    return run_program(script(text), question, longest, LONG)


def said(program: Program, *, longest: int = 1000, seconds: float = LONG) -> str:
    with pytest.raises(CallbackError) as raised:
        run_program(program, b"", longest, seconds)
    return str(raised.value)


# -- to find it


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory to stand in that holds `pick`, `my pick` and `bin/elsewhere`."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bin").mkdir()
    for name in ("pick", "my pick", "bin/elsewhere"):
        executable(tmp_path / name, "#!/bin/sh\n")
    return tmp_path


def executable(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o755)
    return path


@pytest.mark.parametrize(
    ("text", "arguments"),
    [
        ("./pick", ("./pick",)),
        ("./pick --card 'my own' \"$HOME\" *", ("./pick", "--card", "my own", "$HOME", "*")),
        ("./my pick", ("./my pick",)),
        ("'./my pick' now", ("./my pick", "now")),
        (r"./my\ pick now", ("./my pick", "now")),
        ("{home}/my pick", ("{home}/my pick",)),
        ("elsewhere -v", ("{home}/bin/elsewhere", "-v")),
    ],
    ids=count(),
)
def test_find_program(home: Path, text: str, arguments: tuple[str, ...]) -> None:
    environment = {"PATH": f"{home}/bin"}
    found = find_program(text.format(home=home), environment)
    assert found == Program(tuple(each.format(home=home) for each in arguments), environment)
    assert str(found) == f"program {arguments[0].format(home=home)}"


@pytest.mark.parametrize("text", ["", "  ", "''", "'' pick"])
def test_text_that_names_nothing(text: str) -> None:
    with pytest.raises(UsageError, match="names no program"):
        find_program(text, ENVIRONMENT)


def test_text_that_does_not_end() -> None:
    with pytest.raises(UsageError) as raised:
        find_program("./pick 'my own", ENVIRONMENT)
    assert str(raised.value) == '"./pick \'my own" is no program with arguments: no closing quotation'


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("pick", "there is no program pick in PATH; the one in this directory is ./pick"),
        ("nowhere -v", "there is no program nowhere in PATH"),
        ("./nowhere", "program ./nowhere cannot be run: No such file or directory"),
        ("./pick/it", "program ./pick/it cannot be run: Not a directory"),
        ("./bin", "program ./bin cannot be run: it is no regular file"),
        ("/dev/null", "program /dev/null cannot be run: it is no regular file"),
        ("./" + "x" * 5000, f"program ./{'x' * 5000} cannot be run: File name too long"),
        ("./plain", "program ./plain cannot be run: it is not executable (chmod +x makes it so)"),
    ],
    ids=count(),
)
def test_program_that_is_not_to_be_had(home: Path, text: str, words: str) -> None:
    (home / "plain").write_text("#!/bin/sh\n")
    with pytest.raises(CallbackError) as raised:
        find_program(text, {"PATH": f"{home}/bin"})
    assert str(raised.value) == words


# -- to ask it


def test_input_output_and_complaint() -> None:
    question = b"a question\n" * 50_000
    asked = ended("wc -c; echo why >&2; echo then >&2; exit 7", question)
    assert (asked.status, asked.output.strip(), asked.complaint) == (7, b"%d" % len(question), b"why\nthen\n")


@pytest.mark.parametrize("text", ["exit 0", "exec 0<&-; echo done", "head -c 1 >/dev/null; echo done"])
def test_question_that_is_not_read(text: str) -> None:
    assert ended(text, b"a question\n" * 50_000).status == 0


def test_answer_in_pieces_around_the_question() -> None:
    assert ended("echo one; cat; echo three", b"two\n").output == b"one\ntwo\nthree\n"


def test_long_complaint_is_kept_in_part_and_keeps_nobody_waiting() -> None:
    asked = ended("yes why | head -c 1000000 >&2; echo done")
    assert (asked.output, len(asked.complaint)) == (b"done\n", 64 * 1024)


def test_environment_is_what_was_given() -> None:
    environment: Mapping[str, str] = {"CARD": "blue"}
    assert run_program(Program(("/usr/bin/env",), environment), b"", 1000, LONG).output == b"CARD=blue\n"


def test_arguments_go_as_they_are() -> None:
    arguments = ("$HOME", "*", "my own", "")
    text = run_program(Program(("/bin/sh", "-c", 'printf "<%s>" "$@"', "sh", *arguments), {}), b"", 1000, LONG).output
    assert text == b"<$HOME><*><my own><>"


def test_death_by_signal() -> None:
    assert ended("kill -SEGV $$").status == -signal.SIGSEGV


def test_sigpipe_ends_it_as_it_would_in_a_shell() -> None:
    assert ended("yes | head -n 1").output == b"y\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("echo done", "it is neither a binary for this machine nor a script that begins with a line like #!/bin/sh"),
        ("", "it is neither a binary for this machine nor a script that begins with a line like #!/bin/sh"),
        ("#!/nowhere/sh\n", "the interpreter that its first line names is not there (or the line ends as lines of"),
        ("#!/bin/sh\r\necho done\r\n", "the interpreter that its first line names is not there (or the line ends as"),
        ("#!/\n", "Permission denied"),
    ],
    ids=count(),
)
def test_program_that_cannot_be_started(home: Path, text: str, words: str) -> None:
    path = executable(home / "broken", text)
    assert said(Program((str(path),), {})).startswith(f"program {path} cannot be run: {words}")


def test_program_that_writes_and_writes() -> None:
    assert said(script("yes"), longest=5000) == "program /bin/sh wrote more than 5000 octets to its standard output"
    assert ended("head -c 5000 /dev/zero", longest=5000).output == bytes(5000)


# -- to be rid of it


def gone(pid: int) -> bool:
    """Whether a process has ended, though perhaps nobody has taken note of it."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    return True


def wait_until_gone(pid: int) -> None:
    end = time.monotonic() + LONG
    while not gone(pid) and time.monotonic() < end:
        time.sleep(0.01)
    assert gone(pid)


@pytest.mark.parametrize("habit", ["", "trap '' TERM INT HUP", "exec >&- 2>&- <&-", "exec <&-"])
def test_program_that_does_not_end_is_killed_with_its_children(tmp_path: Path, habit: str) -> None:
    text = f"{habit}\nsleep 300 & echo $$ $! >{tmp_path}/pids.new; mv {tmp_path}/pids.new {tmp_path}/pids; wait"
    assert said(script(text), seconds=3) == "program /bin/sh had not ended after 3 seconds, and was killed"
    for pid in map(int, (tmp_path / "pids").read_text().split()):
        wait_until_gone(pid)


def test_program_whose_time_is_over_before_it_begins() -> None:
    assert said(script("sleep 300"), seconds=-1) == "program /bin/sh had not ended after 0 seconds, and was killed"


@pytest.mark.parametrize("noise", ["", "while echo why >&2; do :; done; "])
def test_what_it_leaves_in_the_background_keeps_nobody_waiting_and_lives_on(tmp_path: Path, noise: str) -> None:
    text = f"({noise}exec sleep 300) & echo $! >{tmp_path}/pid; echo done"
    assert ended(text).output == b"done\n"
    pid = int((tmp_path / "pid").read_text())
    if not noise:  # the noisy one is told by SIGPIPE that nobody listens any more, and then sleeps
        assert not gone(pid)
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("pause", ["", "sleep 1; "], ids=["at the start", "later"])
def test_interrupt_of_the_user_kills_it(tmp_path: Path, pause: str) -> None:
    text = f"echo $$ >{tmp_path}/pid; {pause}kill -INT {os.getpid()}; exec sleep 300"
    handler = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        run_program(script(text), b"", 1000, LONG)
    wait_until_gone(int((tmp_path / "pid").read_text()))
    assert signal.getsignal(signal.SIGINT) == handler


def test_interrupt_while_it_starts_comes_when_it_has_started() -> None:
    reached = []
    with pytest.raises(KeyboardInterrupt), interrupt_held_back():
        os.kill(os.getpid(), signal.SIGINT)
        reached.append("the end")
    assert reached == ["the end"]


def test_in_another_thread() -> None:
    assert run_bounded(lambda: ended("echo done"), LONG) == Returned(Ended(0, b"done\n", b""))


def test_no_pipe_stays_open() -> None:
    before = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    ended("echo done")
    said(script("yes"))
    said(script("sleep 300"), seconds=0.1)
    said(Program(("/nowhere/program",), {}))
    after = len(os.listdir("/proc/self/fd")) if sys.platform == "linux" else 0
    assert after == before


def test_it_has_no_terminal_and_a_group_of_its_own() -> None:
    python = "import os; print(os.getsid(0) == os.getpid() == os.getpgid(0))"
    assert run_program(Program((sys.executable, "-c", python), {}), b"", 1000, LONG).output == b"True\n"
