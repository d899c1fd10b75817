"""Which device there is, and the settings that make two runs on it equal bit by bit.

`probe` asks the CUDA driver itself, because importing torch takes seconds and most steps never need it.
"""

import contextlib
import ctypes
import os
import random
import sys

from .step import unavailable


def processor():
    try:
        with open("/proc/cpuinfo") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return os.uname().machine


def probe():
    """{"kind", "name", "count"} of the CUDA devices this process may use, or of the CPU."""
    try:
        cuda = ctypes.CDLL("libcuda.so.1")
        count, handle, name = ctypes.c_int(), ctypes.c_int(), ctypes.create_string_buffer(256)
        if (cuda.cuInit(0) == 0 and cuda.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
                and cuda.cuDeviceGet(ctypes.byref(handle), 0) == 0
                and cuda.cuDeviceGetName(name, 256, handle) == 0):
            return {"kind": "cuda", "name": name.value.decode(errors="replace"), "count": count.value}
    except (OSError, AttributeError):
        pass
    return {"kind": "cpu", "name": processor(), "count": 1}


def choose(wanted):
    """The torch device for auto, cpu or cuda."""
    import torch
    if wanted == "cuda" and not torch.cuda.is_available():
        raise unavailable("the step asks for a CUDA device, and torch "
                          f"{torch.__version__} sees none: check the driver, or let the site use the CPU")
    return torch.device("cuda" if wanted != "cpu" and torch.cuda.is_available() else "cpu")


def describe(device):
    """The `device` field of a result."""
    if device is None or device.type == "cpu":
        return {"kind": "cpu", "name": processor(), "count": 1}
    import torch
    return {"kind": "cuda", "name": torch.cuda.get_device_name(device), "count": 1}


def limit_threads(threads):
    """Before any library is imported: pools that are made once take their size from the environment."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, str(threads))
    os.environ["RAYON_NUM_THREADS"] = str(threads)  # read when tokenizers first works in parallel, never with one thread
    os.environ["TOKENIZERS_PARALLELISM"] = "true" if threads > 1 else "false"


def host_memory(name):
    """Bytes that /proc tells of this process: VmRSS now, VmHWM the most since `settle`. 0 where there is no /proc."""
    try:
        with open("/proc/self/status") as lines:
            return next((int(line.split()[1]) * 1024 for line in lines if line.startswith(name + ":")), 0)
    except OSError:
        return 0


def processor_seconds():
    """What this process and those of its children that have ended have used of the processor."""
    times = os.times()
    return times.user + times.system + times.children_user + times.children_system


def memory(device):
    """Bytes that the step holds now: on the device where it has memory of its own, else in this process."""
    if device.type == "cuda":
        return sys.modules["torch"].cuda.memory_allocated(device)
    return host_memory("VmRSS")


def peak(device):
    """Measurements: the most memory that this process has held since `settle`, on the host and on a device with its own."""
    most = {"peak-host-bytes": host_memory("VmHWM")}
    if device.type == "cuda":
        most["peak-device-bytes"] = sys.modules["torch"].cuda.max_memory_allocated(device)
    return most


def settle(threads, seed=0):
    """Put every source of chance and every numeric switch of the process in one known state.

    Called before each step: what ran before in this process must not change a bit of what runs now.
    """
    limit_threads(threads)
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w") as file:
        file.write("5")  # the most memory held is counted anew from here
    random.seed(seed)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(seed % 2**32)
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].set_cpu_count(threads)
    if "torch" in sys.modules:
        settle_torch(threads, seed)


def settle_torch(threads, seed):
    import torch
    torch.set_num_threads(threads)
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.manual_seed(seed)  # seeds CUDA as well
    # CUDA_LAUNCH_BLOCKING would do the same at a great price; CUBLAS_WORKSPACE_CONFIG is set at the start.
    torch.use_deterministic_algorithms(True, warn_only=True)
    torch.backends.cuda.enable_mem_efficient_sdp(True)
    torch.utils.deterministic.fill_uninitialized_memory = False
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.deterministic = True
    torch.set_float32_matmul_precision("highest")
    if torch.cuda.is_initialized():
        torch.cuda.reset_peak_memory_stats()


@contextlib.contextmanager
def strictly(wanted):
    """With `wanted`, an operation that could give other bits next time ends the step, where else it only warns.

    CUDA_LAUNCH_BLOCKING would add nothing but waiting.
    """
    if not wanted:
        yield
        return
    import torch
    torch.use_deterministic_algorithms(True, warn_only=False)
    torch.backends.cuda.enable_mem_efficient_sdp(False)  # its backward pass adds in no fixed order
    try:
        yield
    except RuntimeError as error:
        if "deterministic" not in str(error):
            raise
        raise unavailable(f"training.deterministic: true cannot be kept here: {str(error).splitlines()[0]} Set it to false, or "
                          "use the CPU") from None
    finally:
        torch.use_deterministic_algorithms(True, warn_only=True)
        torch.backends.cuda.enable_mem_efficient_sdp(True)
