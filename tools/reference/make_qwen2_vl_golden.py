"""Golden cases of random Qwen2-VL models, and what Hugging Face generates from them.

Usage:
    VENV/bin/python tools/reference/make_qwen2_vl_golden.py OUT [--only NAME ...]
    VENV/bin/python tools/reference/make_qwen2_vl_golden.py --generate FOLDER ... --generations FILE

The first form writes, for each model, config.json, the weights, and cases (inputs.safetensors, outputs.safetensors) with
every intermediate result, the loss and its gradients: `npm run verify:golden -- OUT` compares them with our engine. The
second form runs greedy generation from the prompts of the cases in existing checkpoint folders (the tokens before the
first label) and writes the new tokens to FILE.

Works with transformers 4.47.1 and 4.57.1. Weights are random, attention is the eager one, everything is float32 on the CPU.
"""

import argparse
import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file, save_file
from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

PAD, BOS, EOS, START, END, IMAGE, VIDEO = 0, 1, 2, 3, 4, 5, 6
FIRST_WORD = 8
IGNORE = -100


def config(vision=None, **changes):
    text = dict(
        vocab_size=67,
        hidden_size=24,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        max_position_embeddings=256,
        rope_scaling={"type": "mrope", "mrope_section": [2, 2, 2]},
        bos_token_id=BOS,
        eos_token_id=EOS,
        pad_token_id=PAD,
        image_token_id=IMAGE,
        video_token_id=VIDEO,
        vision_start_token_id=START,
        vision_end_token_id=END,
        tie_word_embeddings=False,
    )
    text = {**text, **changes}
    tower = dict(depth=2, embed_dim=16, num_heads=2, mlp_ratio=2, patch_size=4, hidden_size=text["hidden_size"])
    return Qwen2VLConfig(vision_config={**tower, **(vision or {})}, **text)


# name -> (config, seed, how the weights are written)
MODELS = {
    "small": (lambda: config(), 1, "plain"),
    "tied_bf16_module_names": (
        lambda: config(
            tie_word_embeddings=True,
            num_attention_heads=4,
            num_key_value_heads=4,
            hidden_size=32,
            rope_theta=5000.0,
            rope_scaling={"type": "mrope", "mrope_section": [1, 2, 1]},
        ),
        2,
        "sharded_bf16_module_names",
    ),
    "merge3_frames3_gelu": (
        lambda: config(
            vision=dict(spatial_merge_size=3, temporal_patch_size=3, hidden_act="gelu"),
            num_hidden_layers=3,
            rms_norm_eps=1e-3,
            rope_scaling={"type": "mrope", "mrope_section": [3, 2, 1]},
        ),
        3,
        "plain",
    ),
    "patch14_deep": (
        lambda: config(
            vision=dict(depth=4, num_heads=1, patch_size=14),
            hidden_size=48,
            num_hidden_layers=4,
            num_attention_heads=3,
            num_key_value_heads=3,
            rope_scaling={"type": "mrope", "mrope_section": [2, 3, 3]},
        ),
        4,
        "plain",
    ),
    # Only with transformers 4.57: 4.47 masks every layer.
    "window": (
        lambda: config(use_sliding_window=True, sliding_window=6, max_window_layers=1, num_hidden_layers=3),
        5,
        "plain",
    ),
}


def parts(model):
    """Vision tower and decoder stack, wherever this version of transformers has them."""
    inner = model.model
    return (inner.visual, inner.language_model) if hasattr(inner, "visual") else (model.visual, inner)


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in sorted(model.named_parameters()):
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = ("norm" in name or "ln_q" in name) and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_norm else 0.15 * noise)


class Rows:
    """Token rows with expanded placeholders, and the grids of their media in order."""

    def __init__(self, model_config, generator):
        self.config, self.generator = model_config, generator
        self.image_grids, self.video_grids = [], []

    def words(self, count):
        high = self.config.get_text_config().vocab_size if hasattr(self.config, "text_config") else self.config.vocab_size
        return torch.randint(FIRST_WORD, high, (count,), generator=self.generator).tolist()

    def medium(self, kind, *grid):
        merge = self.config.vision_config.spatial_merge_size
        sides = [grid[0], grid[1] * merge, grid[2] * merge]
        (self.image_grids if kind == IMAGE else self.video_grids).append(sides)
        return [START, *[kind] * (grid[0] * grid[1] * grid[2]), END]

    def image(self, h, w):
        return self.medium(IMAGE, 1, h, w)

    def video(self, t, h, w):
        return self.medium(VIDEO, t, h, w)


def make_cases(model_config, seed):
    """Grids below are in tokens. Each case: its rows of (prompt, target), the padded side, the media."""
    generator = torch.Generator().manual_seed(1000 + seed)

    def case(side, *builders):
        rows = Rows(model_config, generator)
        return [build(rows) for build in builders], side, rows

    image = lambda r: (r.words(3) + r.image(2, 3) + r.words(4), r.words(4) + [EOS])
    video = lambda r: (r.words(2) + r.video(3, 2, 2) + r.words(3), r.words(3) + [EOS])
    short = lambda r: (r.words(1) + r.image(1, 2) + r.words(2), r.words(2) + [EOS])
    both = lambda r: (r.image(2, 1) + r.words(2) + r.video(2, 1, 2) + r.words(3) + r.image(1, 3) + r.words(2), r.words(3) + [EOS])
    tall = lambda r: (r.words(2) + r.image(5, 1) + r.words(3), r.words(2) + [EOS])
    text = lambda r: (r.words(6), r.words(3) + [EOS])
    return {
        ".": case("right", image),
        "video": case("right", video),
        "image_video_image": case("right", both),
        "batch3_rightpad": case("right", tall, video, short),
        "batch3_leftpad": case("left", short, text, video),
    }, generator


def pad_rows(rows, side):
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


def run_case(model, rows, side, media, generator):
    visual, decoder = parts(model)
    tower = model.config.vision_config
    ids, mask, labels = pad_rows(rows, side)
    inputs = dict(input_ids=ids, attention_mask=mask, labels=labels)
    embeds = decoder.embed_tokens(ids)
    wrt, out = {}, {}
    width = tower.in_channels * tower.temporal_patch_size * tower.patch_size**2
    for kind, grids, pixel_name, grid_name in (
        (IMAGE, media.image_grids, "pixel_values", "image_grid_thw"),
        (VIDEO, media.video_grids, "pixel_values_videos", "video_grid_thw"),
    ):
        if not grids:
            continue
        prefix = "video_" if media.image_grids and kind == VIDEO else ""
        patches = sum(t * h * w for t, h, w in grids)
        pixels = torch.randn(patches, width, generator=generator, requires_grad=True)
        inputs[pixel_name], inputs[grid_name] = pixels, torch.tensor(grids)
        states = []
        hooks = [visual.patch_embed.register_forward_hook(lambda _m, _i, result: states.append(result))]
        hooks += [block.register_forward_hook(lambda _m, _i, result: states.append(result)) for block in visual.blocks]
        projected = visual(pixels, grid_thw=torch.tensor(grids))
        for hook in hooks:
            hook.remove()
        for layer, state in enumerate(states):
            out[f"{prefix}vision_hidden.{layer}"] = state
        # The merger once more, on the state as a tensor of its own.
        encoder_output = states[-1].clone()
        again = visual.merger(encoder_output)
        assert torch.equal(projected, again)
        out[f"{prefix}encoder_output"], out[f"{prefix}projector_output"] = encoder_output, again
        wrt[pixel_name], wrt[f"{prefix}encoder_output"], wrt[f"{prefix}projector_output"] = pixels, encoder_output, again
        place = (ids == kind).unsqueeze(-1).expand_as(embeds)
        embeds = embeds.masked_scatter(place, again)
    wrt["llm_inputs_embeds"] = embeds
    index = getattr(model, "get_rope_index", None) or model.model.get_rope_index
    position_ids, rope_deltas = index(ids, inputs.get("image_grid_thw"), inputs.get("video_grid_thw"), mask)

    after_layer = []
    hooks = [
        layer.register_forward_hook(
            lambda _module, _inputs, result: after_layer.append(result[0] if isinstance(result, tuple) else result)
        )
        for layer in decoder.layers
    ]
    final = decoder(
        inputs_embeds=embeds, attention_mask=mask, position_ids=position_ids, use_cache=False
    ).last_hidden_state
    for hook in hooks:
        hook.remove()
    logits = model.lm_head(final)
    where = [(row, at) for row in range(len(rows)) for at in range(1, ids.shape[1]) if labels[row, at] != IGNORE]
    log_probs = logits.log_softmax(-1)
    nll = torch.stack([-log_probs[row, at - 1, labels[row, at]] for row, at in where])
    loss = nll.mean()
    # 4.47 takes the rope deltas of the forward before, where it has some.
    model.rope_deltas = None
    whole = model(**inputs).loss
    assert torch.allclose(loss, whole, atol=1e-5), (loss.item(), whole.item())

    for name, gradient in zip(wrt, torch.autograd.grad(loss, list(wrt.values()))):
        out[f"grad_{name}"] = gradient
    out["llm_inputs_embeds"] = embeds
    for layer, state in enumerate(after_layer):
        out[f"llm_hidden.{layer + 1}"] = state
    per_row = [torch.stack([n for n, (row, _) in zip(nll, where) if row == wanted]).mean() for wanted in range(len(rows))]
    out.update(llm_final_norm=final, logits=logits, target_nll=nll, loss=loss.reshape(1), loss_per_sample=torch.stack(per_row))
    out.update(llm_attention_mask=mask, merged_labels=labels, target_index=torch.tensor(where))
    out.update(llm_position_ids=position_ids, rope_deltas=rope_deltas)
    return inputs, out


def stored(tensors):
    return {
        name: (tensor.detach().float() if tensor.is_floating_point() else tensor.to(torch.int32)).contiguous().clone()
        for name, tensor in tensors.items()
    }


def save_weights(model, folder, how):
    if how != "sharded_bf16_module_names":
        model.save_pretrained(folder, safe_serialization=True)
        return
    # Names of the modules themselves, as newer tools write them, in two shards.
    tensors = {name: p.detach().to(torch.bfloat16).contiguous() for name, p in model.named_parameters()}
    names = sorted(tensors)
    index = {}
    for shard in range(2):
        file = f"model-{shard + 1:05d}-of-00002.safetensors"
        part = {name: tensors[name] for name in names[shard::2]}
        save_file(part, folder / file, metadata={"format": "pt"})
        index.update({name: file for name in part})
    (folder / "model.safetensors.index.json").write_text(json.dumps({"metadata": {}, "weight_map": index}, indent=1))


def make_models(out, only):
    for name in only:
        make, seed, how = MODELS[name]
        model_config = make()
        model_config._attn_implementation = "eager"
        model = Qwen2VLForConditionalGeneration(model_config).eval()
        randomise(model, seed)
        if "bf16" in how:
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.copy_(parameter.to(torch.bfloat16).float())
        folder = out / name
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(model, folder, how)
        model_config.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        cases, generator = make_cases(model_config, seed)
        for case, (rows, side, media) in cases.items():
            inputs, outputs = run_case(model, rows, side, media, generator)
            target = folder / case
            target.mkdir(exist_ok=True)
            save_file(stored(inputs), target / "inputs.safetensors")
            save_file(stored(outputs), target / "outputs.safetensors")
            print(f"{name}/{case}: loss {outputs['loss'].item():.6f}")


NEW_TOKENS = 24


def generate(folders, file):
    """Greedy continuations of the prompts of every case; all rows of a case in one left-padded batch, and each by itself."""
    results = {}
    for folder in folders:
        model = Qwen2VLForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
        for path in sorted(folder.rglob("inputs.safetensors")):
            inputs = {name: tensor.long() if not tensor.is_floating_point() else tensor for name, tensor in load_file(path).items()}
            if (inputs["attention_mask"][:, 0] == 0).any():
                continue
            prompts = [row[: int((wanted != IGNORE).nonzero()[0])].tolist() for row, wanted in zip(inputs["input_ids"], inputs["labels"])]
            ids, mask, _ = pad_rows([(prompt, []) for prompt in prompts], "left")
            media = {name: inputs[name] for name in inputs if name not in ("input_ids", "attention_mask", "labels")}
            settings = dict(max_new_tokens=NEW_TOKENS, do_sample=False, eos_token_id=EOS, pad_token_id=PAD)
            with torch.no_grad():
                cached = model.generate(input_ids=ids, attention_mask=mask, use_cache=True, **media, **settings)
            rows = [new[ids.shape[1] :].tolist() for new in cached]
            rows = [row[: row.index(EOS)] if EOS in row else row for row in rows]
            name = str(path.parent.relative_to(folder.parent))
            results[name] = dict(prompts=prompts, generated=rows)
            print(name, rows)
    written = dict(transformers=transformers.__version__, new_tokens=NEW_TOKENS, cases=results)
    file.write_text(json.dumps(written, separators=(",", ":")) + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--only", nargs="*", default=list(MODELS))
    parser.add_argument("--generate", type=Path, nargs="*")
    parser.add_argument("--generations", type=Path)
    arguments = parser.parse_args()
    if arguments.generate:
        generate(arguments.generate, arguments.generations)
    else:
        make_models(arguments.out, arguments.only)


if __name__ == "__main__":
    main()
