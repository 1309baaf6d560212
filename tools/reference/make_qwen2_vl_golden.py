"""Golden cases of random Qwen2-VL models, and what Hugging Face generates from them.

Usage:
    VENV/bin/python tools/reference/make_qwen2_vl_golden.py OUT [--only NAME ...] [--seed N]
    VENV/bin/python tools/reference/make_qwen2_vl_golden.py --generate FOLDER ... --generations FILE

The first form writes, for each model, config.json, the weights, and cases (inputs.safetensors, outputs.safetensors) with
every intermediate result, the loss and its gradients: `npm run verify:golden -- OUT` compares them with our engine. The
second form runs greedy generation from the prompts of the cases in existing checkpoint folders (the tokens before the
first label) and writes the new tokens to FILE.

Works with transformers 4.47.1 and 4.57.1. Weights are random, attention is the eager one, everything is float32 on the CPU.
"""

import json
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import Qwen2VLConfig, Qwen2VLForConditionalGeneration

from golden_cases import IGNORE, PAD, assert_same_loss, golden_parser, gradients, numbered, outputs_of, pad_rows
from golden_cases import randomise, target_loss, write_case, write_model

BOS, EOS, START, END, IMAGE, VIDEO = 1, 2, 3, 4, 5, 6
FIRST_WORD = 8


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
        with outputs_of([visual.patch_embed, *visual.blocks]) as states:
            projected = visual(pixels, grid_thw=torch.tensor(grids))
        out.update(numbered(f"{prefix}vision_hidden", states))
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

    with outputs_of(decoder.layers) as after_layer:
        final = decoder(
            inputs_embeds=embeds, attention_mask=mask, position_ids=position_ids, use_cache=False
        ).last_hidden_state
    loss, losses = target_loss(model.lm_head(final), labels, mask)
    # 4.47 takes the rope deltas of the forward before, where it has some.
    model.rope_deltas = None
    assert_same_loss(loss, model(**inputs).loss)
    out.update(numbered("llm_hidden", after_layer, 1), **losses, **gradients(loss, wrt))
    out.update(llm_inputs_embeds=embeds, llm_final_norm=final, llm_position_ids=position_ids, rope_deltas=rope_deltas)
    return inputs, out


def make_models(out, only, added_seed):
    for name in only:
        make, base_seed, how = MODELS[name]
        seed = base_seed + added_seed
        model_config = make()
        model_config._attn_implementation = "eager"
        model = Qwen2VLForConditionalGeneration(model_config).eval()
        randomise(sorted(model.named_parameters()), seed, how)
        folder = out / name
        write_model(model, folder, how)
        cases, generator = make_cases(model_config, seed)
        for case, (rows, side, media) in cases.items():
            write_case(folder, case, *run_case(model, rows, side, media, generator))


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
    parser = golden_parser(__doc__, MODELS)
    parser.add_argument("out", type=Path, nargs="?")
    parser.add_argument("--generate", type=Path, nargs="*")
    parser.add_argument("--generations", type=Path)
    arguments = parser.parse_args()
    if arguments.generate:
        generate(arguments.generate, arguments.generations)
    else:
        make_models(arguments.out, arguments.only, arguments.seed)


if __name__ == "__main__":
    main()
