"""Gives the logbook to other tools: a Parquet table, event files for TensorBoard, runs of an MLflow tracking server.

Knows these three formats and the document that the engine hands over. Writes no step's output, and asks no client library: an
event file is a few lines of framing, and the tracking server speaks plain JSON.
"""

import json
import struct
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

from ..files import formats
from ..protocol.step import Failure, invalid

BATCH = 500  # metrics of one request; a tracking server takes 1,000


def run(step):
    document, said = formats.read_json(step.input("document")), {}
    for path in step.parameters.parquet or []:
        write_table(document["table"], path)
    if step.parameters.tensorboard:
        said["event-files"] = write_events(document["runs"], Path(step.parameters.tensorboard))
    if step.parameters.mlflow:
        said |= log_runs(document["runs"], step.parameters.mlflow.rstrip("/"))
    return {"metrics": said}


# Parquet

def write_table(table, path):
    import pyarrow
    import pyarrow.parquet

    texts = {"recipe", "ablation", "variant", "verdict"}
    fields = [(name, pyarrow.string() if name in texts else pyarrow.float64()) for name in table["columns"]]
    columns = [pyarrow.array([row[name] for row in table["rows"]], kind) for name, kind in fields]
    pyarrow.parquet.write_table(pyarrow.table(columns, schema=pyarrow.schema(fields)), path)


# TensorBoard

def write_events(runs, folder):
    """One folder for each result and each fine-tune, with one file: the same runs, the same bytes. Returns how many."""
    count = 0
    for one in runs:
        series = dict(map(tuple, one["series"])) | {name: [value] for name, value in one["metrics"].items()}
        if not series:
            continue
        target = folder / one["recipe"] / one["name"].replace("/", "_") / one["part"]
        try:
            target.mkdir(parents=True, exist_ok=True)
            data = frame(double_field(1, 0.0) + text_field(3, b"brain.Event:2"))
            for name, values in sorted(series.items()):
                for number, value in enumerate(values):
                    data += frame(event(number, name, value))
            (target / "events.out.tfevents.0.ablate").write_bytes(data)
        except OSError as error:
            raise Failure("unavailable", f"cannot write to {target}: {error}") from error
        count += 1
    return count


def event(number, name, value):
    """An Event with one scalar; its time is 0, since a logbook's bytes know no clock."""
    scalar = text_field(1, name.encode()) + b"\x15" + struct.pack("<f", value)
    return double_field(1, 0.0) + b"\x10" + varint(number) + text_field(5, text_field(1, scalar))


def double_field(number, value):
    """A field of the protocol's double type."""
    return bytes([number << 3 | 1]) + struct.pack("<d", value)


def text_field(number, data):
    return bytes([number << 3 | 2]) + varint(len(data)) + data


def varint(value):
    data = b""
    while value > 127:
        data += bytes([value & 127 | 128])
        value >>= 7
    return data + bytes([value])


def frame(data):
    """A record of TensorFlow's format: its length and its content, each with a masked checksum."""
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


def table_of_crc():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ 0x82F63B78 if byte & 1 else byte >> 1
        table.append(byte)
    return table


CRC = table_of_crc()


def masked(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ CRC[(value ^ byte) & 255]
    value ^= 0xFFFFFFFF
    return struct.pack("<I", (value >> 15 | value << 17 & 0xFFFFFFFF) + 0xA282EAD8 & 0xFFFFFFFF)


# MLflow

class Server:
    """A tracking server's own protocol, version 2.0."""

    def __init__(self, address):
        self.address = address

    def call(self, path, values=None, query=None):
        address = f"{self.address}/api/2.0/mlflow/{path}" + ("?" + urllib.parse.urlencode(query) if query else "")
        data = None if values is None else json.dumps(values).encode()
        request = urllib.request.Request(address, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            try:
                code, text = json.loads(text).get("error_code"), json.loads(text).get("message", text)
            except (ValueError, AttributeError):
                code = None
            if code == "RESOURCE_DOES_NOT_EXIST":
                return None
            raise Failure("unavailable", f"the tracking server at {self.address} refused {path}: {text[:300]}") from error
        except (OSError, ValueError) as error:
            raise Failure("unavailable", f"no tracking server answers at {self.address}: {error}") from error


def log_runs(runs, address):
    """Log what the server does not have yet; a run is known by its key. Returns what was done."""
    if urllib.parse.urlsplit(address).scheme not in ("http", "https"):
        raise invalid(f"{address} is no address of a tracking server")
    server, done, known, parents = Server(address), 0, 0, {}
    for one in runs:
        experiment = experiment_of(server, one["recipe"])
        query = {"experiment_ids": [experiment], "filter": f"tags.`ablate.key` = '{one['key']}'", "max_results": 1}
        found = (server.call("runs/search", query) or {}).get("runs")
        if found:
            known += 1
            parents[one["recipe"], one["name"]] = found[0]["info"]["run_id"]
            continue
        tags = one["tags"] | {"ablate.key": one["key"], "mlflow.source.name": "ablate", "mlflow.source.type": "JOB"}
        if one["part"]:
            tags["mlflow.parentRunId"] = parents.get((one["recipe"], one["name"]), "")
        now = int(time.time() * 1000)
        name = f"{one['name']}/{one['part']}" if one["part"] else one["name"]
        made = server.call("runs/create", {
            "experiment_id": experiment, "run_name": name, "start_time": now,
            "tags": [{"key": key, "value": str(value)[:5000]} for key, value in sorted(tags.items()) if value]})
        run_id = made["run"]["info"]["run_id"]
        if not one["part"]:
            parents[one["recipe"], one["name"]] = run_id
        metrics = [{"key": key, "value": value, "timestamp": now, "step": 0} for key, value in one["metrics"].items()]
        for key, values in one["series"]:
            metrics += [{"key": key, "value": value, "timestamp": now, "step": step} for step, value in enumerate(values)]
        parameters = [{"key": key, "value": str(value)[:500]} for key, value in sorted(one["parameters"].items())]
        for start in range(0, max(len(metrics), 1), BATCH):
            server.call("runs/log-batch", {
                "run_id": run_id, "metrics": metrics[start:start + BATCH], "params": parameters[:100] if start == 0 else []})
        server.call("runs/update", {"run_id": run_id, "status": "FINISHED", "end_time": now})
        done += 1
    return {"mlflow": f"{done} runs logged to {address}, {known} were there", "logged": done, "known": known}


def experiment_of(server, name):
    found = server.call("experiments/get-by-name", query={"experiment_name": name})
    if found:
        return found["experiment"]["experiment_id"]
    return server.call("experiments/create", {"name": name})["experiment_id"]
