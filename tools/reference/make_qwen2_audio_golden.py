"""Golden cases of random Qwen2-Audio models, computed by Hugging Face transformers.

Usage:
    python -m venv VENV && VENV/bin/pip install -r tools/reference/requirements.txt
    VENV/bin/python tools/reference/make_qwen2_audio_golden.py OUT [--only NAME ...] [--seed N]

Each model folder gets config.json, the weights, and one or more cases (inputs.safetensors, outputs.safetensors): every
intermediate result, the loss, and its gradients. `npm run verify:golden -- OUT` compares them with our engine. Prompts
have one audio token per sound (legacy: the model expands it) or as many as the sound has tokens; transformers 4.47
knows the former only, and with it the latter cases are left out. Everything is float32 on the CPU, attention eager.
"""

import torch
import transformers
from transformers import Qwen2AudioConfig, Qwen2AudioEncoderConfig, Qwen2AudioForConditionalGeneration, Qwen2Config

from golden_cases import IGNORE, PAD, assert_same_loss, gradients, pad_rows, parsed_arguments, randomise, target_loss
from golden_cases import write_case, write_model

AUDIO = 7
EXPANDS_ONLY = tuple(map(int, transformers.__version__.split(".")[:2])) < (4, 48)


def audio(**changes):
    base = dict(
        num_mel_bins=10, d_model=24, encoder_layers=3, encoder_attention_heads=3, encoder_ffn_dim=40, max_source_positions=18
    )
    return Qwen2AudioEncoderConfig(**{**base, **changes})


def text(**changes):
    base = dict(
        vocab_size=61,
        hidden_size=40,
        intermediate_size=56,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        max_position_embeddings=128,
        pad_token_id=PAD,
        eos_token_id=2,
    )
    return Qwen2Config(**{**base, **changes})


# name -> (audio config, text config, seed, how the weights are written)
MODELS = {
    "plain": (audio(), text(), 1, "plain"),
    # A window of an odd number of frames: the last one is attended to, but pooled with nothing.
    "odd_window_tied_f16": (
        audio(max_source_positions=13, encoder_attention_heads=2, activation_function="relu"),
        text(tie_word_embeddings=True, num_key_value_heads=1, rope_theta=5000.0),
        2,
        "f16",
    ),
    "sliding_sharded_bf16": (
        audio(d_model=16, encoder_layers=1, encoder_attention_heads=4, activation_function="gelu_new"),
        text(
            num_hidden_layers=3, use_sliding_window=True, sliding_window=5, max_window_layers=1, num_key_value_heads=4
        ),
        3,
        "sharded_bf16_module_names",
    ),
    "one_head_wide": (
        audio(d_model=56, encoder_attention_heads=1, encoder_ffn_dim=20, num_mel_bins=33, max_source_positions=40),
        text(hidden_size=32, rms_norm_eps=1e-4),
        4,
        "plain",
    ),
}


def audio_tokens(mel):
    return ((mel - 1) // 2 + 1 - 2) // 2 + 1


def make_batches(config, seed):
    """name -> (rows of (tokens, targets), padding side, spectrogram lengths); sounds as one token or expanded."""
    generator = torch.Generator().manual_seed(1000 + seed)
    words = lambda n: torch.randint(8, config.text_config.vocab_size, (n,), generator=generator).tolist()
    window = 2 * config.audio_config.max_source_positions
    # Lengths whose remainders of four differ: the last frame, and the last token, then depend on different things.
    lengths = [window - 11, window - 4, window, window - 13]
    batches = {}
    for expanded in [False] if EXPANDS_ONLY else [False, True]:
        sound = lambda mel: [AUDIO] * (audio_tokens(mel) if expanded else 1)
        rows = [([1, *words(3), *sound(lengths[0]), *words(5)], words(4) + [2])]
        rows.append(([1, *sound(lengths[1]), *words(3)], words(2) + [2]))
        pair = ([1, *sound(lengths[2]), *words(2), *sound(lengths[3]), *words(3)], words(3) + [2])
        kind = "expanded" if expanded else "legacy"
        batches[f"{kind}_one"] = (rows[:1], "right", lengths[:1])
        batches[f"{kind}_right"] = (rows, "right", lengths[:2])
        batches[f"{kind}_left"] = (rows, "left", lengths[:2])
        batches[f"{kind}_pair"] = ([pair], "right", lengths[2:])
    return batches, generator


class Recorder:
    """Collects what passes through the modules of one forward, and what it is merged to."""

    def __init__(self, model):
        self.seen = {}
        self.merged = None
        tower, text_model = model.audio_tower, model.language_model
        inner = getattr(text_model, "model", text_model)
        self.hooks = [
            tower.conv2.register_forward_hook(self.keep("audio_conv2_pre_gelu")),
            tower.register_forward_hook(self.keep("encoder_output")),
            model.multi_modal_projector.register_forward_hook(self.keep("projector_output")),
            text_model.register_forward_pre_hook(self.keep_language_inputs, with_kwargs=True),
            inner.norm.register_forward_hook(self.keep("llm_final_norm")),
        ]
        for layer, module in enumerate(tower.layers):
            self.hooks.append(module.register_forward_hook(self.keep(f"audio_hidden.{layer + 1}")))
        for layer, module in enumerate(inner.layers):
            self.hooks.append(module.register_forward_hook(self.keep(f"llm_hidden.{layer + 1}")))
        self.model, self.merge = model, model._merge_input_ids_with_audio_features
        model._merge_input_ids_with_audio_features = self.keep_merge

    def keep(self, name):
        def hook(_module, _inputs, result):
            value = getattr(result, "last_hidden_state", result)
            value = value[0] if isinstance(value, tuple) else value
            self.seen[name] = value

        return hook

    def keep_language_inputs(self, _module, _inputs, values):
        embeds = values["inputs_embeds"]
        self.seen["llm_inputs_embeds"] = embeds
        self.seen["llm_attention_mask"] = values["attention_mask"]
        positions = values["position_ids"]
        if positions is None:
            positions = torch.arange(embeds.shape[1]).expand(embeds.shape[0], -1)
        self.seen["llm_position_ids"] = positions

    def keep_merge(self, *arguments):
        self.merged = self.merge(*arguments)
        return self.merged

    def close(self):
        for hook in self.hooks:
            hook.remove()
        self.model._merge_input_ids_with_audio_features = self.merge


def run_case(model, rows, side, lengths, generator):
    encoder = model.config.audio_config
    ids, mask, labels = pad_rows(rows, side)
    window = 2 * encoder.max_source_positions
    features = torch.randn(len(lengths), encoder.num_mel_bins, window, generator=generator, requires_grad=True)
    feature_mask = (torch.arange(window)[None, :] < torch.tensor(lengths)[:, None]).long()
    recorder = Recorder(model)
    result = model(
        input_ids=ids,
        attention_mask=mask,
        input_features=features,
        feature_attention_mask=feature_mask,
        labels=labels,
        use_cache=False,
    )
    recorder.close()
    seen = recorder.seen
    merged = labels if recorder.merged is None else recorder.merged[2]
    loss, losses = target_loss(result.logits, merged, seen["llm_attention_mask"])
    assert_same_loss(loss, result.loss)
    wrt = {name: seen[name] for name in ("encoder_output", "projector_output", "llm_inputs_embeds")}
    inputs = dict(input_ids=ids, attention_mask=mask, labels=labels)
    inputs.update(input_features=features, feature_attention_mask=feature_mask)
    return inputs, {**seen, **losses, **gradients(result.loss, dict(input_features=features, **wrt))}


def newer_name(name):
    """The module tree of newer versions: `model.` in front, the head beside the language model."""
    name = name.replace("language_model.model.", "language_model.")
    return "lm_head.weight" if name == "language_model.lm_head.weight" else f"model.{name}"


def main():
    arguments = parsed_arguments(__doc__, MODELS)
    for name in arguments.only:
        if EXPANDS_ONLY and MODELS[name][1].use_sliding_window:
            print(f"{name}: left out, eager attention of transformers {transformers.__version__} has no sliding window")
            continue
        audio_config, text_config, seed, how = MODELS[name]
        config = Qwen2AudioConfig(
            audio_config=audio_config,
            text_config=text_config,
            audio_token_index=AUDIO,
            ignore_index=IGNORE,
            pad_token_id=PAD,
            tie_word_embeddings=text_config.tie_word_embeddings,
        )
        config._attn_implementation = "eager"
        model = Qwen2AudioForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
        randomise(model.named_parameters(), seed + arguments.seed, how)
        folder = arguments.out / name
        write_model(model, folder, how, newer_name)
        batches, generator = make_batches(config, seed + arguments.seed)
        for case, (rows, side, lengths) in batches.items():
            write_case(folder, case, *run_case(model, rows, side, lengths, generator))


if __name__ == "__main__":
    main()
