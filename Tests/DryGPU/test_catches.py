"""What this suite would see: each fault that it is to find is put into the worker for a moment, and is found."""

import drive
import pytest
import torch
from ablate_worker.models import attention, packing
from fakegpu import GPU
from realkernels import EFFICIENT, FLASH, Refused
from torch._subclasses.fake_tensor import FakeTensorDeviceMismatchError


def fit(backbone, given, folder, capability=(9, 0), **changes):
    return drive.fit_and_predict(GPU(capability), backbone("mistral"), given, folder, **changes)


def test_a_mask_that_is_left_on_the_host(backbone, given, tmp_path, monkeypatch):
    seen = attention.visible
    monkeypatch.setattr(attention, "visible", lambda queries, before, window, device: seen(queries, before, window, "cpu"))
    with pytest.raises(FakeTensorDeviceMismatchError):
        fit(backbone, given, tmp_path, precision="fp32", training={"share-prompt": "on"})


def test_a_position_that_is_wrong_by_its_shape(backbone, given, tmp_path, monkeypatch):
    places = packing.Layout.position_ids
    monkeypatch.setattr(packing.Layout, "position_ids", lambda layout: places(layout)[:, 1:])
    with pytest.raises((RuntimeError, ValueError)):
        fit(backbone, given, tmp_path)


@pytest.mark.parametrize("capability, precision", [((9, 0), "fp32"), ((7, 5), "fp16"), ((7, 5), "bf16")])
def test_a_kernel_that_does_not_take_this(capability, precision, backbone, given, tmp_path, monkeypatch):
    monkeypatch.setattr(attention, "suits", lambda kind, query: True)
    with pytest.raises(Refused, match="would refuse"):
        fit(backbone, given, tmp_path, capability, precision=precision)


def test_a_question_to_the_device(backbone, given, tmp_path, monkeypatch):
    pool = packing.Layout.pool
    monkeypatch.setattr(packing.Layout, "pool", lambda layout, states, kind: pool(layout, states, kind) * float(states.sum() > 0))
    assert fit(backbone, given, tmp_path)["reads"] == 2


def test_numbers_that_the_host_waits_to_send(backbone, given, tmp_path, monkeypatch):
    monkeypatch.setattr(packing.Layout, "there", lambda layout, numbers: torch.tensor(numbers).to(layout.device))
    assert fit(backbone, given, tmp_path)["uploads"] == 1


@pytest.mark.parametrize("capability", [(6, 0), (7, 0), (7, 5), (8, 0), (8, 6), (8, 9), (9, 0), (10, 0), (12, 0)])
@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float32])
def test_the_worker_asks_the_flash_kernel_for_what_it_takes(capability, kind):
    with GPU(capability).there():
        for head in (16, 20, 64, 128, 192, 200, 224, 256, 264):
            query = torch.empty(1, 4, 8, head, dtype=kind, device="cuda", requires_grad=True)
            refused = FLASH.refuses(capability, query, query, gradient=True)
            assert attention.suits(kind, query) == (refused is None), (head, refused)


@pytest.mark.parametrize("capability", [(7, 0), (7, 5), (8, 0), (9, 0)])
@pytest.mark.parametrize("kind", [torch.bfloat16, torch.float16, torch.float32])
@pytest.mark.parametrize("masked", [False, True])
def test_shared_keys_never_reach_the_kernel_that_keeps_all_scores(capability, kind, masked):
    gpu = GPU(capability)
    with gpu.there():
        query, key = (torch.empty(1, heads, 8, 64, dtype=kind, device="cuda", requires_grad=True) for heads in (4, 2))
        mask = torch.ones(8, 8, dtype=torch.bool, device="cuda") if masked else None
        attention.plain(query, key, key, mask, 0.125).sum().backward()
        takes = EFFICIENT.refuses(capability, query, query, mask) is None
    assert takes == (kind != torch.bfloat16 or capability >= (8, 0))
    assert not takes or not gpu.counts["kernel math"]
