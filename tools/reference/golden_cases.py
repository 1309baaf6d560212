"""What the scripts that write golden cases share: random weights, padded rows, the loss of the targets, the files of a case.

A model folder holds config.json, the weights, and one or more cases (inputs.safetensors, outputs.safetensors). Everything is
float32 on the CPU.
"""

import argparse
import json
from contextlib import contextmanager
from pathlib import Path

import torch
from safetensors.torch import save_file

PAD = 0
IGNORE = -100
DTYPES = {"f16": torch.float16, "sharded_bf16_module_names": torch.bfloat16}


def parsed_arguments(doc, models):
    """OUT, --only and --seed; the parser's description is the script's docstring."""
    parser = golden_parser(doc, models)
    parser.add_argument("out", type=Path)
    return parser.parse_args()


def golden_parser(doc, models):
    parser = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", default=list(models), choices=list(models), metavar="NAME")
    parser.add_argument("--seed", type=int, default=0, help="added to every model's seed")
    return parser


def randomise(named_parameters, seed, how):
    """Fills the parameters from one generator, in the order given, and rounds them to what `how` stores."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in named_parameters:
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = ("norm" in name or "ln_q" in name) and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_norm else 0.15 * noise)
            if how in DTYPES:
                parameter.copy_(parameter.to(DTYPES[how]).float())


def pad_rows(rows, side):
    """Token ids, attention mask and labels of rows of (prompt, target), padded on `side` to the longest."""
    length = max(len(prompt) + len(target) for prompt, target in rows)
    ids, mask, labels = [], [], []
    for prompt, target in rows:
        tokens = prompt + target
        gap = length - len(tokens)
        before, after = (gap, 0) if side == "left" else (0, gap)
        ids.append([PAD] * before + tokens + [PAD] * after)
        mask.append([0] * before + [1] * len(tokens) + [0] * after)
        labels.append([IGNORE] * (before + len(prompt)) + target + [IGNORE] * after)
    return torch.tensor(ids), torch.tensor(mask), torch.tensor(labels)


@contextmanager
def outputs_of(modules):
    """Collects what the modules put out, in the order in which they run; of a tuple its first part."""
    seen = []
    keep = lambda _module, _inputs, result: seen.append(result[0] if isinstance(result, tuple) else result)
    hooks = [module.register_forward_hook(keep) for module in modules]
    yield seen
    for hook in hooks:
        hook.remove()


def numbered(prefix, states, start=0):
    return {f"{prefix}.{layer}": state for layer, state in enumerate(states, start)}


def target_loss(logits, labels, mask):
    """The mean negative log-likelihood of the targets, and the tensors of a case that say how it comes about."""
    where = [(row, at) for row in range(len(labels)) for at in range(1, labels.shape[1])]
    where = [(row, at) for row, at in where if labels[row, at] != IGNORE and mask[row, at] != 0]
    log_probs = logits.log_softmax(-1)
    nll = torch.stack([-log_probs[row, at - 1, labels[row, at]] for row, at in where])
    of_row = lambda wanted: torch.stack([n for n, (row, _) in zip(nll, where) if row == wanted]).mean()
    loss = nll.mean()
    return loss, dict(
        logits=logits,
        target_nll=nll,
        loss=loss.reshape(1),
        loss_per_sample=torch.stack([of_row(row) for row in range(len(labels))]),
        llm_attention_mask=mask,
        merged_labels=labels,
        target_index=torch.tensor(where),
    )


def assert_same_loss(ours, theirs):
    """`theirs` is what the whole model says of the same inputs."""
    assert torch.allclose(ours, theirs, atol=1e-5), (ours.item(), theirs.item())


def gradients(loss, wrt):
    """d loss / d tensor for a dictionary of tensors, named as outputs of a case."""
    return {f"grad_{name}": grad for name, grad in zip(wrt, torch.autograd.grad(loss, list(wrt.values())))}


def save_weights(model, folder, how, newer_name=lambda name: name):
    """`plain`, one file of float16, or two shards of bfloat16 under the names of newer tools."""
    if how == "plain":
        model.save_pretrained(folder, safe_serialization=True)
        return
    tensors = {name: parameter.detach().to(DTYPES[how]).contiguous() for name, parameter in model.named_parameters()}
    if how == "f16":
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    renamed = {newer_name(name): tensor for name, tensor in tensors.items()}
    names = sorted(renamed)
    index = {}
    for shard in range(2):
        file = f"model-{shard + 1:05d}-of-00002.safetensors"
        part = {name: renamed[name] for name in names[shard::2]}
        save_file(part, folder / file, metadata={"format": "pt"})
        index.update({name: file for name in part})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}, indent=1))


def write_model(model, folder, how, newer_name=lambda name: name):
    folder.mkdir(parents=True, exist_ok=True)
    save_weights(model, folder, how, newer_name)
    model.config.save_pretrained(folder)
    (folder / "generation_config.json").unlink(missing_ok=True)


def write_case(folder, case, inputs, outputs):
    target = folder / case
    target.mkdir(exist_ok=True)
    save_file(stored(inputs), target / "inputs.safetensors")
    save_file(stored(outputs), target / "outputs.safetensors")
    print(f"{folder.name}/{case}: loss {outputs['loss'].item():.6f}")


def stored(tensors):
    return {
        name: (tensor.detach().float() if tensor.is_floating_point() else tensor.to(torch.int32)).contiguous().clone()
        for name, tensor in tensors.items()
    }
