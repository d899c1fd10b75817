"""Fetching from the hub's cache; every failure says what was looked for, where, and what to do. No network is used."""

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def offline(fresh, tmp_path, **more):
    # The hub's library waits between its attempts, 23 s in all; here no one is going to answer.
    hasty = "import time\nwait = time.sleep\ntime.sleep = lambda s: wait(min(s, 0.02))\n"
    (tmp_path / "sitecustomize.py").write_text(hasty)
    return fresh(prefix=f"{tmp_path}:", environment={"HF_HOME": str(tmp_path / "hub"), "HF_HUB_OFFLINE": "1",
                                                     "HF_TOKEN": "hf_secret", **more})


def cached(tmp_path, *files):
    """A hub cache as the library lays it out, with one repository."""
    repository = tmp_path / "hub" / "hub" / "models--owner--name"
    snapshot = repository / "snapshots" / COMMIT
    snapshot.mkdir(parents=True)
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text(COMMIT)
    for file in files:
        (snapshot / file).write_text("{}")
    return snapshot


def test_what_is_cached_is_found_without_a_network(fresh, tmp_path):
    cached(tmp_path, "config.json", "model.safetensors", "tokenizer.json")
    worker = offline(fresh, tmp_path)
    for revision in (None, "main", COMMIT):
        outputs, result = worker.run("fetch", {"repository": "owner/name", "revision": revision, "remote-code": False}, {})
        assert result["metrics"] == {"revision": COMMIT} and result["outputs"] == []


def test_what_is_not_cached_is_unavailable_offline(fresh, tmp_path):
    worker = offline(fresh, tmp_path)
    failure = worker.fails("fetch", {"repository": "owner/other", "revision": "v2", "remote-code": False}, {})
    assert failure.kind == "unavailable"
    for part in ("owner/other@v2", str(tmp_path / "hub"), "HF_HUB_OFFLINE", "HF_HOME"):
        assert part in failure.message
    assert "hf_secret" not in str(failure)


def test_a_hub_that_cannot_be_reached_is_unavailable(fresh, tmp_path):
    worker = offline(fresh, tmp_path, HF_HUB_OFFLINE="0", HF_ENDPOINT="http://127.0.0.1:9")
    for revision in (None, COMMIT):
        failure = worker.fails("fetch", {"repository": "owner/name", "revision": revision, "remote-code": False}, {})
        assert failure.kind == "unavailable" and "owner/name" in failure.message and "network" in failure.message
        assert "hf_secret" not in str(failure)


def test_a_hub_that_cannot_be_reached_is_not_needed_for_what_is_cached(fresh, tmp_path):
    cached(tmp_path, "config.json", "model.safetensors")
    worker = offline(fresh, tmp_path, HF_HUB_OFFLINE="0", HF_ENDPOINT="http://127.0.0.1:9")
    for revision in ("main", COMMIT):
        assert worker.run("fetch", {"repository": "owner/name", "revision": revision, "remote-code": False}, {})[1]["metrics"] == {"revision": COMMIT}


def test_a_name_that_is_none_and_a_repository_without_all_its_weights(fresh, tmp_path):
    folder = cached(tmp_path, "config.json", "pytorch_model.bin")
    worker = offline(fresh, tmp_path)
    failure = worker.fails("fetch", {"repository": "owner/name", "revision": None, "remote-code": False}, {})
    assert failure.kind == "unavailable" and "lacks model.safetensors" in failure.message
    (folder / "one.safetensors").write_text("")
    (folder / "model.safetensors.index.json").write_text('{"weight_map": {"a": "one.safetensors", "b": "two.safetensors"}}')
    failure = worker.fails("fetch", {"repository": "owner/name", "revision": None, "remote-code": False}, {})
    assert failure.kind == "unavailable" and "lacks two.safetensors" in failure.message
    failure = worker.fails("fetch", {"repository": "not a name", "revision": None, "remote-code": False}, {})
    assert failure.kind == "unavailable" and "owner/name" in failure.message


def test_code_comes_along_only_where_it_is_asked_for_and_pickles_never():
    from fnmatch import fnmatch
    from types import SimpleNamespace

    from ablate_worker.kinds import fetch
    taken = lambda file, asked: any(fnmatch(file, pattern) for pattern in fetch.patterns(SimpleNamespace(remote_code=asked)))
    assert taken("chat_template.jinja", False) and taken("model-00001-of-00002.safetensors", False)
    assert taken("modeling_own.py", True) and not taken("modeling_own.py", False)
    assert not any(taken(file, True) for file in ("pytorch_model.bin", "model.pt", "model.ckpt", "model.onnx"))
