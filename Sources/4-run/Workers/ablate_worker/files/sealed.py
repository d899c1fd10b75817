"""A JSON document of one line that says of itself whether it is as it was written: `{"<what>":{...},"seal":"<digest>"}`.

The digest is SHA-256 of the bytes between, so whoever reads it needs no rule for how JSON is written. Knows neither files nor
what the document says.
"""

import hashlib
import json


def text(what, value):
    body = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode()
    return b'{"%s":%s,"seal":"%s"}\n' % (what.encode(), body, hashlib.sha256(body).hexdigest().encode())


def is_text(what, data):
    """Whether the bytes begin as a sealed document does."""
    return data.startswith(b'{"%s":' % what.encode())


def read(what, data):
    """The value that `text` wrote. ValueError for anything else."""
    head, end = b'{"%s":' % what.encode(), len(data) - len(b',"seal":""}\n') - 64
    body = data[len(head):max(end, 0)]
    if not data.startswith(head) or data[max(end, 0):] != b',"seal":"%s"}\n' % hashlib.sha256(body).hexdigest().encode():
        raise ValueError("it is not as it was written")
    return json.loads(body)
