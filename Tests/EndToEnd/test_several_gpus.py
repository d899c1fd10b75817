"""A site that gives each fit two GPUs. Where there is none, its two processes compute on the CPU: the way there is the same."""

from conftest import site


def test_a_fit_on_two_devices_has_the_key_of_a_fit_on_one(fresh):
    (fresh.folder / "site.yaml").write_text((fresh.folder / "site.yaml").read_text() + "gpus: 2\ngpus-per-fit: 2\n")
    address = "tiny/seed-1/fold-0/predict-oof"
    assert "tiny/seed-1/fold-0/finetune" in fresh.run(address)
    fit = fresh.record("tiny/seed-1/fold-0/finetune")
    assert fit["measurements"]["processes"] == 2 and fit["metrics"]["steps"] == 6
    site(fresh.folder)
    assert fresh.run(address) == [], "the number of devices is in no key"
