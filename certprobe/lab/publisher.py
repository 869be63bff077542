"""What a CA publishes, over HTTP in clear: CRLs, OCSP responses, issuers' certificates."""

from __future__ import annotations

from collections.abc import Mapping

from certprobe import transport
from certprobe.application.http import HttpResponder
from certprobe.errors import Party
from certprobe.transport import Channel, Step


def publish(files: Mapping[str, bytes], channel: Channel, step: Step) -> None:
    """Answer one request with the file of its path, whatever is asked of a responder there; 404 for any other.

    An OCSP request by GET goes on behind the path (RFC 6960 A.1). Raises StageError like `transport.receive`.
    """
    http = HttpResponder()
    try:
        while (request := http.next_event()) is None:
            if not (data := transport.receive(channel, step, Party.PEER)):
                return
            http.receive_data(data)
        path = "/" + request.target.partition("?")[0].split("/")[1]
        if path in files:
            http.answer(200, "OK", files[path])
        else:
            http.answer(404, "Not Found", b"")
    finally:
        channel.send(http.data_to_send())
