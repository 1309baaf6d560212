"""Golden cases of random LLaVA-NeXT models, computed by Hugging Face transformers.

Usage:
    VENV/bin/python tools/reference/make_golden_llava_next.py OUT [--only NAME ...] [--seed N]

As make_golden_llava.py; images have sizes of their own, so that tiles, unpadding and newlines differ from row to row. `--seed`
is added to every model's seed. Works with transformers 4.47.1 and 4.57.1 (PYTHONPATH chooses).
"""

import torch
from transformers import LlamaConfig, LlavaNextConfig, LlavaNextForConditionalGeneration, MistralConfig, Qwen2Config
from transformers.models.llava_next.modeling_llava_next import image_size_to_num_patches

from golden_cases import PAD, assert_same_loss, gradients, numbered, outputs_of, pad_rows, parsed_arguments, randomise
from golden_cases import target_loss, write_case, write_model
from make_golden_llava import IMAGE, parts, text_sizes, vision


def llava_next(text, vision_config, pinpoints, **changes):
    return LlavaNextConfig(
        text_config=text,
        vision_config=vision_config,
        image_token_index=IMAGE,
        pad_token_id=PAD,
        image_grid_pinpoints=pinpoints,
        # Below this many image tokens, 4.47 would expand them a second time.
        image_seq_length=1,
        **changes,
    )


# name -> (config, seed, how the weights are written, image sizes (height, width))
MODELS = {
    "llama": (
        lambda: llava_next(
            LlamaConfig(**text_sizes(max_position_embeddings=512)),
            vision(),
            [[24, 48], [48, 24], [48, 48], [72, 24], [24, 72]],
        ),
        11,
        "plain",
        [(31, 50), (48, 20), (7, 90), (24, 24)],
    ),
    "mistral_window_rest": (
        # 29 pixels are three whole patches of 8 and a rest.
        lambda: llava_next(
            MistralConfig(**text_sizes(sliding_window=17, num_key_value_heads=4, max_position_embeddings=512)),
            vision(image_size=29, hidden_act="gelu"),
            [[29, 58], [58, 29], [58, 58], [87, 87]],
            vision_feature_layer=-1,
        ),
        12,
        "plain",
        [(100, 61), (13, 40), (90, 85), (33, 34)],
    ),
    "qwen2_tied_bf16": (
        lambda: llava_next(
            Qwen2Config(**text_sizes(num_hidden_layers=3, tie_word_embeddings=True, max_position_embeddings=512)),
            vision(),
            [[24, 24], [24, 72], [48, 24]],
            projector_hidden_act="gelu_pytorch_tanh",
            tie_word_embeddings=True,
        ),
        13,
        "sharded_bf16_module_names",
        [(10, 41), (60, 25), (24, 23), (1, 60)],
    ),
}


def pack(inner, projected, sizes):
    packed, lengths = inner.pack_image_features(
        projected, sizes, vision_feature_select_strategy="default", image_newline=inner.image_newline
    )
    return (torch.cat(list(packed)) if isinstance(packed, (list, tuple)) else packed), [int(length) for length in lengths]


def tiles_of(config, size):
    return image_size_to_num_patches(list(size), config.image_grid_pinpoints, config.vision_config.image_size)


def tokens_of(model, size):
    """Tokens of an image, from HF's own packing."""
    config = model.config
    side = config.vision_config.image_size // config.vision_config.patch_size
    blank = torch.zeros(tiles_of(config, size), side * side, config.text_config.hidden_size)
    _, (length,) = pack(parts(model)[0], [blank], torch.tensor([size]))
    return length


def make_cases(model, sizes, seed):
    generator = torch.Generator().manual_seed(1000 + seed)
    words = lambda n: torch.randint(8, model.config.text_config.vocab_size, (n,), generator=generator).tolist()
    image = lambda at: [IMAGE] * tokens_of(model, sizes[at])
    first = ([1, *words(3), *image(0), *words(5)], words(4) + [2])
    second = ([1, *image(1), *words(4)], words(2) + [2])
    third = ([1, *words(1), *image(2), *words(2)], words(6) + [2])
    pair = ([1, *image(3), *words(2), *image(2), *words(3)], words(3) + [2])
    text = ([1, *words(6)], words(3) + [2])
    return {
        ".": ([first], "right", [0]),
        "batch3_rightpad": ([third, text, second], "right", [2, 1]),
        "batch2_leftpad": ([second, first], "left", [1, 0]),
        "two_images": ([pair], "right", [3, 2]),
    }, generator


def run_case(model, rows, side, sizes, generator):
    config = model.config
    inner, decoder, head = parts(model)
    ids, mask, labels = pad_rows(rows, side)
    image_sizes = torch.tensor(sizes)
    tiles = [tiles_of(config, size) for size in sizes]
    edge = config.vision_config.image_size
    pixels = torch.randn(len(sizes), max(tiles), 3, edge, edge, generator=generator)
    for image, count in enumerate(tiles):
        pixels[image, count:] = 0
    pixels.requires_grad_(True)
    real = torch.cat([image[:count] for image, count in zip(pixels, tiles)])
    states = inner.vision_tower(real, output_hidden_states=True).hidden_states
    encoder_output = states[config.vision_feature_layer][:, 1:].clone()
    projector_output = inner.multi_modal_projector(encoder_output)
    packed, _ = pack(inner, torch.split(projector_output, tiles), image_sizes)
    words = decoder.embed_tokens(ids)
    place = (ids == IMAGE).unsqueeze(-1).expand_as(words)
    assert int(place[..., 0].sum()) == len(packed)
    embeds = words.masked_scatter(place, packed)

    with outputs_of(decoder.layers) as after_layer:
        final = decoder(inputs_embeds=embeds, attention_mask=mask, use_cache=False).last_hidden_state
    loss, losses = target_loss(head(final), labels, mask)
    inputs = dict(input_ids=ids, attention_mask=mask, labels=labels, pixel_values=pixels, image_sizes=image_sizes)
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
        make, base_seed, how, sizes = MODELS[name]
        seed = base_seed + arguments.seed
        config = make()
        config._attn_implementation = "eager"
        model = LlavaNextForConditionalGeneration(config).eval()
        randomise(model.named_parameters(), seed, how)
        folder = arguments.out / name
        write_model(model, folder, how)
        cases, generator = make_cases(model, sizes, seed)
        for case, (rows, side, images) in cases.items():
            write_case(folder, case, *run_case(model, rows, side, [sizes[at] for at in images], generator))


if __name__ == "__main__":
    main()
