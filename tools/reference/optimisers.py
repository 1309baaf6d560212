"""Reference values for packages/compute/src/optim, from PyTorch and Hugging Face transformers.

    python tools/reference/optimisers.py packages/compute/src/optim/pytorch.fixture.json

Needs torch and transformers (written with torch 2.8.0, transformers 4.57.1).
"""

import json
import sys

import torch
import transformers


def trajectory(make, steps=6):
    """Parameters before, gradients of each step, and parameters after each, of one optimiser."""
    generator = torch.Generator().manual_seed(7)
    params = {
        "weight": torch.randn(5, generator=generator).requires_grad_(),
        "bias": torch.randn(3, generator=generator).requires_grad_(),
    }
    optimiser = make(params)
    before = {name: p.tolist() for name, p in params.items()}
    grads, after = [], []
    for step in range(steps):
        # Gradients of very different size, a zero among them.
        gradient = {
            name: torch.randn(p.shape, generator=generator) * 10.0 ** (step - 3) for name, p in params.items()
        }
        gradient["weight"][1] = 0.0
        for name, p in params.items():
            p.grad = gradient[name].clone()
        optimiser.step()
        grads.append({name: g.tolist() for name, g in gradient.items()})
        after.append({name: p.tolist() for name, p in params.items()})
    return {"before": before, "grads": grads, "after": after}


def decay_weight_only(params):
    return torch.optim.AdamW(
        [
            {"params": [params["weight"]], "weight_decay": 0.1},
            {"params": [params["bias"]], "weight_decay": 0.0},
        ],
        lr=0.05,
        betas=(0.8, 0.95),
        eps=1e-6,
    )


def schedule(make, steps):
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.002)
    scheduler = make(optimiser)
    rates = []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        optimiser.step()
        scheduler.step()
    return rates


def clipped(max_norm):
    generator = torch.Generator().manual_seed(3)
    params = {name: torch.zeros(size, requires_grad=True) for name, size in [("a", 4), ("b", 2)]}
    for p in params.values():
        p.grad = torch.randn(p.shape, generator=generator)
    before = {name: p.grad.tolist() for name, p in params.items()}
    norm = torch.nn.utils.clip_grad_norm_(params.values(), max_norm).item()
    return {"max": max_norm, "before": before, "norm": norm, "after": {n: p.grad.tolist() for n, p in params.items()}}


get = transformers.optimization
fixture = {
    "versions": {"torch": torch.__version__, "transformers": transformers.__version__},
    "adam": trajectory(lambda p: torch.optim.Adam(p.values(), lr=0.01)),
    "adamw": trajectory(lambda p: torch.optim.AdamW(p.values(), lr=0.01)),
    "adamwWeightOnly": trajectory(decay_weight_only),
    "clip": [clipped(0.5), clipped(100.0)],
    "schedules": {
        "cosine": schedule(lambda o: get.get_cosine_schedule_with_warmup(o, 4, 12), 15),
        "linear": schedule(lambda o: get.get_linear_schedule_with_warmup(o, 4, 12), 15),
        "constant": schedule(lambda o: get.get_constant_schedule_with_warmup(o, 4), 15),
    },
}
with open(sys.argv[1], "w") as file:
    json.dump(fixture, file, indent=1)
    file.write("\n")
