"""The kind `publish`: the framing of event files by published vectors and a reader of its own, and what it says of bad addresses."""

import struct

import pytest
from ablate_worker.kinds import publish
from ablate_worker.protocol.step import Failure


def unmasked(data):
    value = struct.unpack("<I", data)[0] - 0xA282EAD8 & 0xFFFFFFFF
    return value << 15 & 0xFFFFFFFF | value >> 17


@pytest.mark.parametrize("data, wanted", [  # RFC 3720, B.4
    (bytes(32), 0x8A9136AA), (b"\xff" * 32, 0x62A8AB43), (bytes(range(32)), 0x46DD794E), (b"123456789", 0xE3069283)])
def test_the_checksum_is_crc32c(data, wanted):
    assert unmasked(publish.masked(data)) == wanted


def test_a_file_of_events_is_records_of_scalars(tmp_path):
    run = {"recipe": "r", "name": "rank: a/b", "part": "seed-1/fold-0", "metrics": {"log_loss": 0.5}, "series": [["train_loss", [2.0, 1.0, 300 * 1.0]]]}
    empty = {"recipe": "r", "name": "none", "part": "", "metrics": {}, "series": []}
    assert publish.write_events([run, empty], tmp_path) == 1
    data = (tmp_path / "r" / "rank: a_b" / "seed-1" / "fold-0" / "events.out.tfevents.0.ablate").read_bytes()
    records = []
    while data:
        length = struct.unpack("<Q", data[:8])[0]
        assert publish.masked(data[:8]) == data[8:12] and publish.masked(data[12:12 + length]) == data[12 + length:16 + length]
        records.append(data[12:12 + length])
        data = data[16 + length:]
    assert b"brain.Event:2" in records[0] and len(records) == 5 and not (tmp_path / "r" / "none").exists()
    assert b"log_loss" in records[1] and records[1].endswith(struct.pack("<f", 0.5))
    assert [record[10] for record in records[2:]] == [0, 1, 2] and [record[-4:] for record in records[2:]] == [struct.pack("<f", one) for one in (2, 1, 300)]


@pytest.mark.parametrize("number, wanted", [(0, b"\0"), (127, b"\x7f"), (128, b"\x80\x01"), (300, b"\xac\x02")])
def test_numbers_are_varints(number, wanted):
    assert publish.varint(number) == wanted


@pytest.mark.parametrize("address, says", [("ftp://x", "no address"), ("http://127.0.0.1:9", "no tracking server answers")])
def test_an_address_that_is_no_server_is_told(address, says):
    with pytest.raises(Failure, match=says):
        publish.log_runs([{"recipe": "r", "name": "n", "part": "", "key": "k", "tags": {}, "metrics": {}, "parameters": {}, "series": []}], address)
