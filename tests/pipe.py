"""An in-memory pair of channels: what one end sends, the other receives; nobody ever waits."""

from __future__ import annotations

from certprobe.transport import RECEIVE_SIZE, Ended


class PipeChannel:
    """One end of a pipe; `receive` on an empty one raises TimeoutError at once, or ends if the far end closed."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.ended: Ended | None = None
        self.end_as = Ended.CLOSED
        self.sent = bytearray()
        self.far: PipeChannel
        self.closed = False

    def send(self, data: bytes) -> None:
        if not self.far.closed:
            self.sent += data

    def receive(self, timeout: float, limit: int = RECEIVE_SIZE) -> bytes:
        data = bytes(self.far.sent[:limit])
        del self.far.sent[:limit]
        if not data and not self.far.closed:
            raise TimeoutError
        if not data:
            self.ended = self.far.end_as
        return data

    def fileno(self) -> int:
        return -1

    def close(self) -> None:
        self.closed = True


def pipe() -> tuple[PipeChannel, PipeChannel]:
    """Two ends; close one with `end_as = Ended.RESET` set to have the other see a reset."""
    near, far = PipeChannel("far:1"), PipeChannel("near:1")
    near.far, far.far = far, near
    return near, far
