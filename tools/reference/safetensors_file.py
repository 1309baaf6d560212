"""A safetensors file with float16 and bfloat16 tensors as PyTorch rounds them, for packages/compute/src/safetensors.

    python tools/reference/safetensors_file.py packages/compute/src/safetensors/pytorch.fixture.safetensors

Needs torch and safetensors (written with torch 2.8.0, safetensors 0.8).
"""

import sys

import torch
from safetensors.torch import save_file

generator = torch.Generator().manual_seed(11)
# Uniform over exponents, so that subnormals, overflow and every rounding direction occur; then the special values.
values = torch.cat(
    [
        torch.randn(400, generator=generator) * 2.0 ** torch.randint(-30, 20, (400,), generator=generator),
        torch.tensor([0.0, -0.0, float("inf"), -float("inf"), float("nan"), 65504.0, 65519.99, 65520.0, 2.0**-24]),
        torch.tensor([2.0**-25, 3 * 2.0**-25, 1 + 2.0**-11, 1 + 3 * 2.0**-11, 1 + 2.0**-8, 1 + 3 * 2.0**-8]),
        torch.tensor([3.4028235e38, 1e-45, 1e-40]),
    ]
)
save_file(
    {
        "values": values,
        "half": values.half(),
        "brain": values.bfloat16(),
        "int": torch.tensor([[1, -2], [3, 2**31 - 1]], dtype=torch.int32),
        "long": torch.tensor([-(2**63), 2**53 + 1]),
        "byte": torch.tensor([0, 255], dtype=torch.uint8),
        "scalar": torch.tensor(3.5),
    },
    sys.argv[1],
    metadata={"format": "pt"},
)
