"""Which device there is, and the settings that make two runs on it equal bit by bit.

`probe` asks the CUDA driver itself, because importing torch takes seconds and most steps never need it.
"""

import contextlib
import ctypes
import os
import random
import sys

from .step import unavailable


DRIVER = "libcuda.so.1"


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
        cuda = ctypes.CDLL(DRIVER)
        count, handle, name = ctypes.c_int(), ctypes.c_int(), ctypes.create_string_buffer(256)
        if (cuda.cuInit(0) == 0 and cuda.cuDeviceGetCount(ctypes.byref(count)) == 0 and count.value > 0
                and cuda.cuDeviceGet(ctypes.byref(handle), 0) == 0
                and cuda.cuDeviceGetName(name, 256, handle) == 0):
            return {"kind": "cuda", "name": name.value.decode(errors="replace"), "count": count.value}
    except (OSError, AttributeError):
        pass
    return {"kind": "cpu", "name": processor(), "count": 1}


def choose(wanted):
    """The torch device for auto, cpu or cuda. A GPU that is there and that torch cannot use ends the step: on the CPU, and in silence,
    it would take days."""
    import torch
    if wanted == "cpu":
        return torch.device("cpu")
    if torch.cuda.is_available():
        check_kernels(torch.cuda.get_device_name(), torch.cuda.get_device_capability(), torch.cuda.get_arch_list(), torch.__version__)
        return torch.device("cuda")
    found = probe()
    if found["kind"] == "cuda":
        raise unavailable(f"torch {torch.__version__} cannot use the GPU, {found['name']}: {obstacle(torch.version.cuda)}; or set "
                          "gpus: 0 in site.yaml to use the CPU")
    if wanted == "cuda":
        raise unavailable("the step asks for a CUDA device, and torch "
                          f"{torch.__version__} sees none: check the driver, or let the site use the CPU")
    return torch.device("cpu")


def obstacle(built):
    """Why a build of torch sees none of the GPUs that the driver has, and what to do. built: its CUDA's version, None without CUDA."""
    if built is None:
        return "it is a build without CUDA: put one with CUDA into the environment that python in site.yaml names"
    version = ctypes.c_int()
    ctypes.CDLL(DRIVER).cuDriverGetVersion(ctypes.byref(version))
    most = f"{version.value // 1000}.{version.value % 1000 // 10}"
    if tuple(map(int, most.split("."))) < tuple(map(int, built.split(".")[:2])):
        return (f"it is built for CUDA {built}, and the driver goes up to CUDA {most}: update the driver, or put a build for CUDA {most} "
                "or earlier into the environment that python in site.yaml names")
    return f"it is built for CUDA {built}, which the driver (CUDA {most}) takes: see the step's log for what torch says"


def check_kernels(name, capability, built, version):
    """Raise where a build of torch has no code for a GPU. built: names such as sm_90, sm_90a and compute_90; none: not known."""
    if built and not any(runs(capability, architecture) for architecture in built):
        raise unavailable(f"torch {version} has no code for the GPU {name}, whose compute capability is {capability[0]}.{capability[1]}: "
                          f"it has {', '.join(built)}. Put a build for an earlier CUDA, such as 12.6, into the environment that python "
                          "in site.yaml names, or set gpus: 0 there to use the CPU")


def runs(capability, architecture):
    """Whether code for an architecture runs on a GPU: within a generation on later ones, or, still to be compiled, on all later ones."""
    kind, _, digits = architecture.partition("_")
    number = digits.rstrip("abcdef")
    of = int(number[:-1]), int(number[-1])
    if digits.endswith("a"):
        return of == tuple(capability)
    return of <= tuple(capability) and (kind == "compute" or of[0] == capability[0])


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


def prepare(environment):
    """What torch and CUDA read of the environment when they start, in this process and in those that it starts."""
    environment["CUBLAS_WORKSPACE_CONFIG"] = ":4096:8"  # without it cuBLAS may differ run by run
    # Micro-batches differ in their tokens: blocks of fixed sizes would leave more and more of the memory in pieces too small.
    if "PYTORCH_CUDA_ALLOC_CONF" not in environment:  # the older name of the same
        environment.setdefault("PYTORCH_ALLOC_CONF", "expandable_segments:True")
    # DeBERTa comes with scripted functions, which are compiled anew after their first calls: a process that has been at work for a
    # while would compute other bits than one that has just begun.
    environment.setdefault("PYTORCH_JIT", "0")


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
