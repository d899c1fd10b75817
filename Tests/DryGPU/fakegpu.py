"""A GPU that is not there: tensors on `cuda` that have a device, a type and a shape, and no numbers. The host computes as ever.

Works with the CPU build of torch and, without a driver, with the CUDA build. Knows torch, not the worker. What real kernels take
and fake ones do not ask is realkernels.py.
"""

import contextlib
import ctypes
import re
from collections import Counter
from pathlib import Path

import realkernels
import torch
import torch.cuda.amp.common
import torch.nn.functional as F
from torch._subclasses.fake_tensor import FakeTensor, FakeTensorMode
from torch.utils._pytree import tree_leaves

DEVICE = torch.device("cuda", 0)
CUDA, PRIVATE, TYPES = 1, 20, 21  # of c10::DeviceType
INSTALLED = Path(torch.__file__).parent
MEMORY = 80 * 2**30  # bytes
KEEP = []  # what C++ points at

aten = torch.ops.aten
WAITING = ("aten::nonzero", "aten::masked_select", "aten::unique_consecutive", "aten::_unique2")  # how large is what comes out?
WITHOUT_KERNEL = ("prim::device", "aten::detach", "aten::empty", "aten::empty_like", "aten::empty_strided", "aten::new_empty",
                  "aten::_unsafe_view", "aten::lift_fresh")


# MARK: what C++ asks about the device

def hooks_in_order():
    """The virtual functions of at::CUDAHooksInterface in the order of its table, read from the headers that torch comes with."""
    names = ["destructor", "deleting destructor"]
    for header in ("AcceleratorHooksInterface", "CUDAHooksInterface"):
        text = (INSTALLED / "include" / "ATen" / "detail" / f"{header}.h").read_text()
        names += re.findall(r"^  virtual [^;{=~]*?(\w+)\(", text, re.MULTILINE)
    return names


def lend():
    """Let autograd believe in the device: a build without CUDA has no guard for it, and one with CUDA would ask the driver."""
    if KEEP:
        return
    torch.cuda.is_available()  # a CUDA build puts its own hooks in place when it is first asked
    library, guards = (ctypes.CDLL(str(INSTALLED / "lib" / name)) for name in ("libtorch_cpu.so", "libc10.so"))
    find = library._ZN2at6detail12getCUDAHooksEv
    find.restype = ctypes.c_void_p
    hooks, names = ctypes.cast(find(), ctypes.POINTER(ctypes.c_void_p)), hooks_in_order()
    Table = ctypes.c_void_p * (len(names) + 2)  # before the functions: the offset to the top, and type information
    table = Table(*Table.from_address(hooks[0] - 2 * ctypes.sizeof(ctypes.c_void_p)))

    def answer(name, kind, value):
        function = kind(lambda *_: value)
        table[2 + names.index(name)] = ctypes.cast(function, ctypes.c_void_p).value
        KEEP.append(function)
    answer("hasPrimaryContext", ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p, ctypes.c_int8), False)
    registry = (ctypes.c_void_p * TYPES).in_dll(guards, "_ZN3c104impl26device_guard_impl_registryE")
    if not registry[CUDA]:
        for name in ("isBuilt", "isAvailable"):
            answer(name, ctypes.CFUNCTYPE(ctypes.c_bool, ctypes.c_void_p), True)
        guard = Guard()
        torch._C._acc.register_python_privateuseone_device_guard(guard)
        registry[CUDA] = registry[PRIVATE]
        KEEP.append(guard)
    KEEP.append(table)
    hooks[0] = ctypes.addressof(table) + 2 * ctypes.sizeof(ctypes.c_void_p)


class Guard(torch._C._acc.DeviceGuard):
    """The current device, which there is only one of."""

    def type_(self):
        return torch._C._autograd.DeviceType.CUDA


# MARK: what Python asks about the device

@contextlib.contextmanager
def answering(capability):
    """Answer what the driver would be asked of a device of this compute capability."""
    made, host = torch.Generator, torch.get_rng_state
    with Places() as places:
        places.put(torch.cuda, "get_device_capability", lambda *_: capability)
        places.put(torch.cuda, "get_device_name", lambda *_: "NVIDIA fake")
        # What the real one says: also of a Turing, which only emulates it.
        places.put(torch.cuda, "is_bf16_supported", lambda including_emulation=True: including_emulation or capability >= (8, 0))
        places.put(torch.cuda, "get_rng_state", lambda *_: host())
        places.put(torch.cuda, "set_rng_state", lambda *_: None)
        places.put(torch.cuda, "empty_cache", lambda: None)
        places.put(torch.cuda, "current_device", lambda: 0)
        places.put(torch.cuda, "mem_get_info", lambda *_: (MEMORY, MEMORY))
        for name in ("memory_allocated", "memory_reserved", "max_memory_allocated", "max_memory_reserved"):
            places.put(torch.cuda, name, lambda *_: 0)
        places.put(torch.cuda.amp.common, "amp_definitely_not_available", lambda: False)
        # Elements one by one, as it is of fake ones, would be a read each.
        places.put(FakeTensor, "tolist", lambda tensor: tensor.cpu().tolist())
        places.put(torch, "Generator", lambda device=None: made())
        places.put(torch.nn.Module, "_apply", move)
        yield places


class Places(contextlib.ExitStack):
    """Attributes that are others until it is closed."""

    def put(self, owner, name, value):
        self.callback(setattr, owner, name, getattr(owner, name))
        setattr(owner, name, value)


def move(module, function, recurse=True):
    """Module._apply without swapping the insides of two tensors, which fake ones do not allow."""
    for child in module.children() if recurse else ():
        child._apply(function)
    with torch.no_grad():
        for held in (module._parameters, module._buffers):
            for name, old in held.items():
                new = old if old is None else function(old)
                if new is not old:
                    held[name] = torch.nn.Parameter(new, old.requires_grad) if held is module._parameters else new
    return module


class GPU(FakeTensorMode):
    """While it is `there`, `cuda` is fake, and what goes there is looked at and counted.

    counts: reads, which are what the host waits for; uploads, for which it waits, too; launches, the operations of the device;
    kernel <name>, the attention kernels.
    """

    def __init__(self, capability=(9, 0)):
        lend()
        super().__init__(allow_non_fake_inputs=True)
        self.capability, self.counts, self.depth = capability, Counter(), 0

    @contextlib.contextmanager
    def there(self):
        """While this lasts; torch itself enters the mode again within."""
        with answering(self.capability) as places, self:
            places.put(F, "scaled_dot_product_attention", self.attention)
            yield self

    def attention(self, query, key, value, attn_mask=None, dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False):
        """What F.scaled_dot_product_attention does on CUDA: the choice of a kernel, which asks the driver there, and the kernel."""
        given = query, key, value, attn_mask, dropout_p, is_causal, scale, enable_gqa
        name = realkernels.sdpa(self.capability, *given)
        self.counts[f"kernel {name}"] += 1
        return realkernels.CALLS[name](*given)

    def __torch_dispatch__(self, function, types, arguments=(), options=None):
        options = options or {}
        leaves = tree_leaves((arguments, options))
        given = options.get("device")
        to = given and torch.device(given).type
        here = [leaf for leaf in leaves if isinstance(leaf, FakeTensor)]
        if to != "cuda" and not here:
            return function(*arguments, **options)
        if function is aten._local_scalar_dense.default:  # some number
            self.counts["reads"] += 1
            kind = arguments[0].dtype
            return True if kind == torch.bool else 1.0 if kind.is_floating_point else 1
        if function is aten._to_copy.default and to == "cpu":  # likewise
            self.counts["reads"] += 1
            return torch.ones(arguments[0].shape, dtype=options.get("dtype") or arguments[0].dtype)
        if answer := realkernels.COUNTING.get(function.name().split(".")[0]):
            self.counts["reads"] += 1
            return answer(*arguments, **options)
        if self.depth == 0:
            self.look(function, arguments, options, here)
        self.depth += 1
        try:
            return super().__torch_dispatch__(function, types, arguments, options)
        finally:
            self.depth -= 1

    def look(self, function, arguments, options, here):
        """At an operation that the worker asked for, and not another one on its behalf."""
        name = function.name().split(".")[0]
        if name == "torch_attn::_varlen_attn":
            self.counts["kernel varlen"] += 1
            realkernels.check_varlen(self.capability, *arguments)
        self.counts["reads"] += name in WAITING
        self.counts["uploads"] += uploads(function, arguments, options, here)
        self.counts["launches"] += not (function.is_view or name in WITHOUT_KERNEL)


def uploads(function, arguments, options, here):
    """Whether the host's memory is copied to the device, and the host waits for that: also an index that lies there."""
    if function is aten._to_copy.default:
        return not here and not options.get("non_blocking")
    if function is aten.copy_.default:
        return not isinstance(arguments[1], FakeTensor) and arguments[1].ndim > 0 and not (arguments[2:] or (False,))[0]
    if function in (aten.index.Tensor, aten.index_put_.default):
        return any(index is not None and not isinstance(index, FakeTensor) for index in arguments[1])
    return False
