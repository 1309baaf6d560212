"""Golden cases of random LLaVA-1.5 models, computed by Hugging Face transformers.

Usage:
    python -m venv VENV && VENV/bin/pip install -r tools/reference/requirements.txt
    VENV/bin/python tools/reference/make_golden_llava.py OUT [--only NAME ...] [--seed N]

Each model folder gets config.json, the weights, and one or more cases (inputs.safetensors, outputs.safetensors):
every intermediate result, the loss, and its gradients. `npm run verify:golden -- OUT` compares them with our engine.
Models are small and their weights random (`--seed` is added to every model's seed); attention is the eager one; everything is
float32 on the CPU. Works with transformers 4.57.1 and, with `--only llama_f16`, 4.47.1, which knows neither several feature
layers nor projectors without bias, and masks Qwen2's sliding window in the layers that have none as well.
"""

import argparse
import json
from pathlib import Path

import torch
from safetensors.torch import save_file
from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration
from transformers import LlamaConfig, MistralConfig, Qwen2Config

IMAGE = 7
PAD = 0
IGNORE = -100


def vision(**changes):
    base = dict(
        hidden_size=24, intermediate_size=40, num_hidden_layers=3, num_attention_heads=3, image_size=24, patch_size=8
    )
    return CLIPVisionConfig(**{**base, **changes})


def text_sizes(**changes):
    base = dict(
        vocab_size=61,
        hidden_size=40,
        intermediate_size=56,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        pad_token_id=PAD,
    )
    return {**base, **changes}


def llava(text, vision_config, **changes):
    return LlavaConfig(text_config=text, vision_config=vision_config, image_token_index=IMAGE, pad_token_id=PAD, **changes)


# name -> (config, seed, how the weights are written)
MODELS = {
    "llama_llama3rope_full": (
        llava(
            LlamaConfig(
                **text_sizes(
                    num_hidden_layers=3,
                    head_dim=16,
                    num_key_value_heads=1,
                    attention_bias=True,
                    mlp_bias=True,
                    rms_norm_eps=1e-4,
                    rope_theta=5000.0,
                    rope_scaling={
                        "rope_type": "llama3",
                        "factor": 8.0,
                        "low_freq_factor": 1.0,
                        "high_freq_factor": 4.0,
                        "original_max_position_embeddings": 32,
                    },
                )
            ),
            vision(image_size=29, hidden_act="gelu", layer_norm_eps=1e-3),
            vision_feature_layer=-1,
            vision_feature_select_strategy="full",
            projector_hidden_act="gelu_pytorch_tanh",
            multimodal_projector_bias=False,
        ),
        1,
        "plain",
    ),
    "mistral_window_two_layers": (
        llava(
            MistralConfig(**text_sizes(sliding_window=6, num_attention_heads=5, num_key_value_heads=5, hidden_act="gelu")),
            vision(num_attention_heads=2, patch_size=6),
            vision_feature_layer=[-2, 1],
        ),
        2,
        "plain",
    ),
    "qwen2_tied_sharded_bf16": (
        llava(
            Qwen2Config(
                **text_sizes(
                    num_hidden_layers=3,
                    tie_word_embeddings=True,
                    use_sliding_window=True,
                    sliding_window=5,
                    max_window_layers=1,
                    rope_theta=20000.0,
                    rope_scaling={"rope_type": "linear", "factor": 4.0},
                )
            ),
            vision(),
        ),
        3,
        "sharded_bf16_module_names",
    ),
    "llama_f16": (llava(LlamaConfig(**text_sizes(num_attention_heads=2, num_key_value_heads=2)), vision()), 4, "f16"),
}


def randomise(model, seed):
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = "norm" in name and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_norm else 0.15 * noise)


def round_weights(model, dtype):
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.copy_(parameter.to(dtype).float())


def parts(model):
    """The module that holds tower, projector and language model; the decoder; the head, wherever this version keeps them."""
    inner = getattr(model, "model", model)
    decoder = inner.language_model
    head = getattr(model, "lm_head", None) or decoder.lm_head
    return inner, getattr(decoder, "model", decoder), head


def image_tokens(config):
    side = config.vision_config.image_size // config.vision_config.patch_size
    return side * side + (1 if config.vision_feature_select_strategy == "full" else 0)


def make_batches(config, seed):
    """Rows of (tokens, target mask) with <image> expanded; padded on the right or on the left; two images in a row."""
    generator = torch.Generator().manual_seed(1000 + seed)
    words = lambda n: torch.randint(8, config.text_config.vocab_size, (n,), generator=generator).tolist()
    image = [IMAGE] * image_tokens(config)
    rows = [([1, *words(3), *image, *words(5)], words(4) + [2]), ([1, *image, *words(4)], words(2) + [2])]
    pair = ([1, *image, *words(2), *image, *words(3)], words(3) + [2])
    return {
        ".": (rows[:1], "right", 1),
        "batch2_rightpad": (rows, "right", 2),
        "batch2_leftpad": (rows, "left", 2),
        "two_images": ([pair], "right", 2),
    }, generator


def pad_rows(rows, side):
    length = max(len(prompt) + len(target) for prompt, target in rows)
    ids, mask, labels = [], [], []
    for prompt, target in rows:
        tokens = prompt + target
        gap = length - len(tokens)
        wanted = [IGNORE] * len(prompt) + target
        before, after = (gap, 0) if side == "left" else (0, gap)
        ids.append([PAD] * before + tokens + [PAD] * after)
        mask.append([0] * before + [1] * len(tokens) + [0] * after)
        labels.append([IGNORE] * before + wanted + [IGNORE] * after)
    return torch.tensor(ids), torch.tensor(mask), torch.tensor(labels)


def run_case(model, rows, side, images, generator):
    config = model.config
    ids, mask, labels = pad_rows(rows, side)
    vision_config = config.vision_config
    pixels = torch.randn(images, 3, vision_config.image_size, vision_config.image_size, generator=generator)
    pixels.requires_grad_(True)
    inner, decoder, head = parts(model)
    out = {}
    states = inner.vision_tower(pixels, output_hidden_states=True).hidden_states
    for layer, state in enumerate(states):
        out[f"vision_hidden.{layer}"] = state
    start = 0 if config.vision_feature_select_strategy == "full" else 1
    layers = config.vision_feature_layer
    chosen = [layers] if isinstance(layers, int) else layers
    encoder_output = torch.cat([states[layer][:, start:] for layer in chosen], dim=-1).clone()
    projector_output = inner.multi_modal_projector(encoder_output)
    words = decoder.embed_tokens(ids)
    place = (ids == IMAGE).unsqueeze(-1).expand_as(words)
    embeds = words.masked_scatter(place, projector_output.reshape(-1, projector_output.shape[-1]))

    after_layer = []
    hooks = [
        layer.register_forward_hook(
            lambda _module, _inputs, result: after_layer.append(result[0] if isinstance(result, tuple) else result)
        )
        for layer in decoder.layers
    ]
    final = decoder(inputs_embeds=embeds, attention_mask=mask, use_cache=False).last_hidden_state
    for hook in hooks:
        hook.remove()
    logits = head(final)
    where = [(row, at) for row in range(len(rows)) for at in range(1, ids.shape[1]) if labels[row, at] != IGNORE]
    log_probs = logits.log_softmax(-1)
    nll = torch.stack([-log_probs[row, at - 1, labels[row, at]] for row, at in where])
    loss = nll.mean()
    whole = model(input_ids=ids, attention_mask=mask, pixel_values=pixels, labels=labels).loss
    assert torch.allclose(loss, whole, atol=1e-5), (loss.item(), whole.item())

    wrt = {"pixel_values": pixels, "encoder_output": encoder_output, "projector_output": projector_output}
    wrt["llm_inputs_embeds"] = embeds
    for name, gradient in zip(wrt, torch.autograd.grad(loss, list(wrt.values()))):
        out[f"grad_{name}"] = gradient
    out.update(encoder_output=encoder_output, projector_output=projector_output, llm_inputs_embeds=embeds)
    for layer, state in enumerate(after_layer):
        out[f"llm_hidden.{layer + 1}"] = state
    per_row = [torch.stack([n for n, (row, _) in zip(nll, where) if row == wanted]).mean() for wanted in range(len(rows))]
    out.update(llm_final_norm=final, logits=logits, target_nll=nll, loss=loss.reshape(1), loss_per_sample=torch.stack(per_row))
    out.update(llm_attention_mask=mask, merged_labels=labels, target_index=torch.tensor(where))
    inputs = dict(input_ids=ids, attention_mask=mask, labels=labels, pixel_values=pixels)
    return inputs, out


def stored(tensors):
    return {
        name: (tensor.detach().float() if tensor.is_floating_point() else tensor.to(torch.int32)).contiguous().clone()
        for name, tensor in tensors.items()
    }


def save_weights(model, folder, how):
    if how == "sharded_bf16_module_names":
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
        return
    if how == "f16":
        tensors = {name: p.detach().to(torch.float16).contiguous() for name, p in model.named_parameters()}
        save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})
        return
    model.save_pretrained(folder, safe_serialization=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path)
    parser.add_argument("--only", nargs="*", default=list(MODELS))
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for name in arguments.only:
        config, base_seed, how = MODELS[name]
        seed = base_seed + arguments.seed
        config.image_seq_length = image_tokens(config)
        config._attn_implementation = "eager"
        model = LlavaForConditionalGeneration(config).eval()
        randomise(model, seed)
        if how != "plain":
            round_weights(model, torch.float16 if how == "f16" else torch.bfloat16)
        folder = arguments.out / name
        folder.mkdir(parents=True, exist_ok=True)
        save_weights(model, folder, how)
        config.save_pretrained(folder)
        (folder / "generation_config.json").unlink(missing_ok=True)
        batches, generator = make_batches(config, seed)
        for case, (rows, side, images) in batches.items():
            inputs, outputs = run_case(model, rows, side, images, generator)
            target = folder / case
            target.mkdir(exist_ok=True)
            save_file(stored(inputs), target / "inputs.safetensors")
            save_file(stored(outputs), target / "outputs.safetensors")
            print(f"{name}/{case}: loss {outputs['loss'].item():.6f}")


if __name__ == "__main__":
    main()
