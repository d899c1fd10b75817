"""GPUs that a build of torch cannot use, and libraries that end the process: what the user is told, in place of days on the CPU."""

import shutil
import subprocess

import pytest
import torch
from ablate_worker import processes
from ablate_worker.models import families, precision, throughput
from ablate_worker.protocol import devices
from ablate_worker.protocol.step import Failure
from conftest import TEMPLATE, inputs

DRIVER = """
#include <string.h>
int cuInit(unsigned flags) { return 0; }
int cuDeviceGetCount(int *count) { *count = 1; return 0; }
int cuDeviceGet(int *device, int index) { *device = 0; return 0; }
int cuDeviceGetName(char *name, int length, int device) { strncpy(name, "NVIDIA A100-SXM4-80GB", length); return 0; }
int cuDriverGetVersion(int *version) { *version = 12080; return 0; }
"""


@pytest.fixture
def driver(tmp_path, monkeypatch):
    """A driver of CUDA 12.8 with one GPU."""
    compiler = shutil.which("cc") or shutil.which("clang") or pytest.skip("no C compiler")
    (tmp_path / "driver.c").write_text(DRIVER)
    subprocess.run([compiler, "-shared", "-fPIC", "-o", tmp_path / "libcuda.so.1", tmp_path / "driver.c"], check=True)
    monkeypatch.setattr(devices, "DRIVER", str(tmp_path / "libcuda.so.1"))


@pytest.mark.parametrize("wanted", ["auto", "cuda"])
@pytest.mark.parametrize("built, why", [
    ("13.0", "it is built for CUDA 13.0, and the driver goes up to CUDA 12.8: update the driver, or put a build for CUDA 12.8 or earlier"),
    (None, "it is a build without CUDA: put one with CUDA into"), ("12.6", "built for CUDA 12.6, which the driver (CUDA 12.8) takes")])
def test_a_gpu_that_torch_cannot_use_ends_the_step(wanted, built, why, driver, monkeypatch):
    monkeypatch.setattr(torch.version, "cuda", built)
    assert devices.probe() == {"kind": "cuda", "name": "NVIDIA A100-SXM4-80GB", "count": 1}
    with pytest.raises(Failure) as caught:
        devices.choose(wanted)
    assert caught.value.kind == "unavailable" and why in caught.value.message
    assert "NVIDIA A100-SXM4-80GB" in caught.value.message and "gpus: 0 in site.yaml" in caught.value.message
    assert devices.choose("cpu").type == "cpu"


BUILT = ["sm_75", "sm_80", "sm_86", "sm_90", "sm_100", "sm_120", "compute_120"]


@pytest.mark.parametrize("capability, works", [((6, 0), False), ((7, 0), False), ((7, 5), True), ((8, 7), True), ((8, 9), True),
                                               ((9, 0), True), ((10, 3), True), ((11, 0), False), ((13, 0), True)])
def test_a_gpu_for_which_torch_has_no_code_ends_the_step(capability, works):
    check = lambda: devices.check_kernels("Tesla P100-PCIE-16GB", capability, BUILT, "2.13.0+cu130")
    if works:
        return check()
    with pytest.raises(Failure, match="no code for the GPU Tesla P100-PCIE-16GB, whose compute capability is") as caught:
        check()
    assert caught.value.kind == "unavailable" and "such as 12.6" in caught.value.message


def test_code_for_one_architecture_alone_runs_on_no_later_one():
    assert devices.runs((9, 0), "sm_90a") and not devices.runs((9, 1), "sm_90a") and devices.runs((10, 3), "sm_100f")
    devices.check_kernels("any", (9, 0), [], "a build that does not say")


@pytest.mark.parametrize("capability, kind", [((6, 0), "fp16"), ((7, 5), "fp16"), ((8, 0), "bf16"), ((12, 0), "bf16")])
def test_auto_is_bfloat16_only_where_it_is_no_emulation(capability, kind, monkeypatch):
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda device: capability)
    gpu = torch.device("cuda")
    assert precision.compute_type(gpu, "auto") == precision.compute_type(gpu) == precision.TYPES[kind]
    assert precision.compute_type(gpu, "bf16") == torch.bfloat16


@pytest.mark.parametrize("name, kind, most", [
    ("NVIDIA H100 80GB HBM3", torch.bfloat16, 989), ("NVIDIA H100 PCIe", torch.bfloat16, 756), ("NVIDIA H100 NVL", torch.float16, 835),
    ("NVIDIA H200", torch.float32, 67), ("NVIDIA A100-SXM4-80GB", torch.bfloat16, 312), ("NVIDIA A10", torch.bfloat16, 125),
    ("NVIDIA A10G", torch.bfloat16, 70), ("NVIDIA L4", torch.bfloat16, 121), ("NVIDIA L40S", torch.bfloat16, 362),
    ("NVIDIA GeForce RTX 4090", torch.bfloat16, 165.2), ("Tesla V100-PCIE-32GB", torch.float16, 112),
    ("Tesla V100-SXM2-32GB", torch.float16, 125), ("Tesla T4", torch.bfloat16, None), ("Tesla T4", torch.float16, 65),
    ("NVIDIA A100-SXM4-40GB MIG 1g.5gb", torch.bfloat16, None), ("NVIDIA something", torch.bfloat16, None)])
def test_a_peak_is_that_of_the_card_and_the_type(name, kind, most):
    assert throughput.peak_of(name, kind) == (most and most * 1e12)


def test_what_is_read_when_torch_starts():
    environment = {}
    devices.prepare(environment)
    assert environment == {"CUBLAS_WORKSPACE_CONFIG": ":4096:8", "PYTORCH_ALLOC_CONF": "expandable_segments:True", "PYTORCH_JIT": "0"}
    own = {"PYTORCH_CUDA_ALLOC_CONF": "max_split_size_mb:64", "PYTORCH_JIT": "1"}
    devices.prepare(own)
    assert "PYTORCH_ALLOC_CONF" not in own and own["PYTORCH_JIT"] == "1"


def test_a_team_needs_whole_gpus():
    processes.check_devices(2, 2, "0,1")
    for count, visible, word in ((1, "0", "lower gpus-per-fit"), (2, "MIG-aa,MIG-bb", "gpus-per-fit: 1")):
        with pytest.raises(Failure, match=word) as caught:
            processes.check_devices(2, count, visible)
        assert caught.value.kind == "unavailable"


@pytest.mark.parametrize("last, kind, words", [
    ("Error out of memory at line 383 in file /src/csrc/ops.cu", "out-of-memory", "memory ran out, and a library ended the process"),
    ("Error an illegal memory access was encountered at line 383", "internal", "the last that its log says: Error an illegal memory")])
def test_a_library_that_ends_the_process_is_told_of(last, kind, words, fresh, dataset, tmp_path):
    (tmp_path / "tokenizers.py").write_text(f"import ctypes, os\nos.write(2, b{last!r})\nctypes.CDLL(None).exit(1)\n")
    worker = fresh(prefix=f"{tmp_path}:")
    failure = worker.fails("tokenize", {"template": TEMPLATE, "chat": None, "vocabulary": 300}, inputs(dataset, "texts"))
    assert failure.kind == kind and words in failure.message
    assert worker.process.wait(10) == 1


@pytest.mark.parametrize("changes, words", [
    ({"quantization_config": {"quant_method": "fp8"}}, "quantized already (fp8)"),
    ({"quantization_config": {"quant_method": "gptq", "bits": 4}}, "quantized already (gptq)"),
    ({"is_encoder_decoder": True}, "an encoder with a decoder")])
def test_what_cannot_be_trained_is_refused_before_it_is_loaded(changes, words):
    import transformers
    for remote_code in (False, True):
        with pytest.raises(Failure) as caught:
            families.check(transformers.AutoConfig.for_model("llama", **changes), "backbone of org/name", remote_code)
        assert caught.value.kind == "invalid-input" and words in caught.value.message
    families.check(transformers.AutoConfig.for_model("llama", quantization_config={"quant_method": "bitsandbytes"}), "backbone")
