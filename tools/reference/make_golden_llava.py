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

import torch
from transformers import CLIPVisionConfig, LlavaConfig, LlavaForConditionalGeneration
from transformers import LlamaConfig, MistralConfig, Qwen2Config

from golden_cases import PAD, assert_same_loss, gradients, numbered, outputs_of, pad_rows, parsed_arguments, randomise
from golden_cases import target_loss, write_case, write_model

IMAGE = 7


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


def run_case(model, rows, side, images, generator):
    config = model.config
    ids, mask, labels = pad_rows(rows, side)
    vision_config = config.vision_config
    pixels = torch.randn(images, 3, vision_config.image_size, vision_config.image_size, generator=generator)
    pixels.requires_grad_(True)
    inner, decoder, head = parts(model)
    states = inner.vision_tower(pixels, output_hidden_states=True).hidden_states
    start = 0 if config.vision_feature_select_strategy == "full" else 1
    layers = config.vision_feature_layer
    chosen = [layers] if isinstance(layers, int) else layers
    encoder_output = torch.cat([states[layer][:, start:] for layer in chosen], dim=-1).clone()
    projector_output = inner.multi_modal_projector(encoder_output)
    words = decoder.embed_tokens(ids)
    place = (ids == IMAGE).unsqueeze(-1).expand_as(words)
    embeds = words.masked_scatter(place, projector_output.reshape(-1, projector_output.shape[-1]))

    with outputs_of(decoder.layers) as after_layer:
        final = decoder(inputs_embeds=embeds, attention_mask=mask, use_cache=False).last_hidden_state
    loss, losses = target_loss(head(final), labels, mask)
    inputs = dict(input_ids=ids, attention_mask=mask, labels=labels, pixel_values=pixels)
    assert_same_loss(loss, model(**inputs).loss)
    compared = dict(encoder_output=encoder_output, projector_output=projector_output, llm_inputs_embeds=embeds)
    return inputs, {
        **numbered("vision_hidden", states),
        **gradients(loss, dict(pixel_values=pixels, **compared)),
        **compared,
        **numbered("llm_hidden", after_layer, 1),
        **losses,
        "llm_final_norm": final,
    }


def main():
    arguments = parsed_arguments(__doc__, MODELS)
    for name in arguments.only:
        config, base_seed, how = MODELS[name]
        seed = base_seed + arguments.seed
        config.image_seq_length = image_tokens(config)
        config._attn_implementation = "eager"
        model = LlavaForConditionalGeneration(config).eval()
        randomise(model.named_parameters(), seed, how)
        folder = arguments.out / name
        write_model(model, folder, how)
        batches, generator = make_batches(config, seed)
        for case, (rows, side, images) in batches.items():
            write_case(folder, case, *run_case(model, rows, side, images, generator))


if __name__ == "__main__":
    main()
