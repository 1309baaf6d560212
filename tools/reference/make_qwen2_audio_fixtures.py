"""What HF's feature extractor, processor and greedy generation compute for Qwen2-Audio, for packages/mllm's tests.

Usage: VENV/bin/python tools/reference/make_qwen2_audio_fixtures.py packages/mllm/fixtures/qwen2-audio [GOLDEN]

Writes log-mel.json (spectrograms), model/ (a small random checkpoint with tokenizer, chat template and preprocessor),
model/expected.json (prompts with their text and token ids, greedy answers), and tower-gradients.safetensors; given the
folder of a golden Qwen2-Audio checkpoint, also golden-generation.json: greedy continuations of its cases' prompts. Sounds
are made of integers by a formula that the tests repeat, so only a sample of each spectrogram is stored.
"""

import json
import sys
import tempfile
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from tokenizers import ByteLevelBPETokenizer
from transformers import Qwen2AudioConfig, Qwen2AudioEncoderConfig, Qwen2AudioForConditionalGeneration, Qwen2Config
from transformers import Qwen2AudioProcessor, Qwen2TokenizerFast, WhisperFeatureExtractor


def sound(kind, count):
    """Samples in [-1, 1]: a sawtooth, noise by squares, both, or silence."""
    i = np.arange(count, dtype=np.int64)
    saw = (i * 37 % 1999) / 1999 - 0.5
    noise = (i * i * 7919 % 1000003) / 1000003 - 0.5
    values = {"saw": saw, "noise": noise * 0.2, "both": saw * 0.5 + noise * 0.05, "silence": i * 0.0}[kind]
    return values.astype(np.float32)


# Keys as in preprocessor_config.json; what is absent is the class's default.
EXTRACTORS = {
    "whisper": dict(feature_size=128),
    "small": dict(feature_size=8, chunk_length=1),
    "other_rate": dict(feature_size=20, chunk_length=2, sampling_rate=8000, hop_length=100, n_fft=256, padding_value=0.05),
    "window_not_divisible": dict(feature_size=16, chunk_length=1, hop_length=150, n_fft=320),
}
SOUNDS = {
    "whisper": [("both", 40001), ("noise", 500), ("silence", 16000), ("saw", 481234)],
    "small": [("saw", 16000), ("noise", 12345), ("both", 1), ("silence", 16000), ("both", 17000)],
    "other_rate": [("both", 9999), ("noise", 16000)],
    "window_not_divisible": [("both", 7777), ("noise", 16000), ("saw", 15999)],
}
STRIDE = 211


def spectrograms():
    results = []
    for name, config in EXTRACTORS.items():
        extractor = WhisperFeatureExtractor(**config)
        for kind, count in SOUNDS[name]:
            made = extractor(
                sound(kind, count),
                sampling_rate=extractor.sampling_rate,
                return_attention_mask=True,
                padding="max_length",
                return_tensors="np",
            )
            values = made["input_features"][0]
            results.append(
                dict(
                    config=name,
                    sound=kind,
                    samples=count,
                    shape=list(values.shape),
                    length=int(made["attention_mask"][0].sum()),
                    mean=float(values.astype(np.float64).mean()),
                    values=[round(float(value), 6) for value in values.reshape(-1)[:: STRIDE if name == "whisper" else 17]],
                )
            )
    return dict(configs=EXTRACTORS, stride={name: STRIDE if name == "whisper" else 17 for name in EXTRACTORS}, results=results)


SENTENCES = """What does the speaker say? The speaker says that the weather is fine. What is the voice like? A calm voice,
recorded in a quiet room. Please briefly describe the activity in the audio. You are a helpful assistant. system user
assistant Audio 1: the sound of rain, of a door, of glass. Wie spät ist es? 今天天气很好。""".split("\n")

SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|audio_bos|>", "<|AUDIO|>", "<|audio_eos|>"]


def make_processor():
    trained = ByteLevelBPETokenizer()
    trained.train_from_iterator(SENTENCES, vocab_size=300, min_frequency=2, show_progress=False)
    with tempfile.TemporaryDirectory() as folder:
        trained.save_model(folder)
        tokenizer = Qwen2TokenizerFast(f"{folder}/vocab.json", f"{folder}/merges.txt", eos_token="<|im_end|>")
    tokenizer.add_special_tokens({"additional_special_tokens": SPECIAL[1:]})
    tokenizer.padding_side = "left"
    return Qwen2AudioProcessor(WhisperFeatureExtractor(**EXTRACTORS["small"]), tokenizer)


def make_model(tokenizer, seed):
    ids = lambda token: tokenizer.convert_tokens_to_ids(token)
    config = Qwen2AudioConfig(
        audio_config=Qwen2AudioEncoderConfig(
            num_mel_bins=8, d_model=16, encoder_layers=2, encoder_attention_heads=2, encoder_ffn_dim=24, max_source_positions=50
        ),
        text_config=Qwen2Config(
            vocab_size=len(tokenizer),
            hidden_size=32,
            intermediate_size=48,
            num_hidden_layers=2,
            num_attention_heads=4,
            num_key_value_heads=2,
            max_position_embeddings=256,
            eos_token_id=ids("<|im_end|>"),
            pad_token_id=ids("<|endoftext|>"),
        ),
        audio_token_index=ids("<|AUDIO|>"),
        pad_token_id=ids("<|endoftext|>"),
        ignore_index=-100,
    )
    model = Qwen2AudioForConditionalGeneration._from_config(config, attn_implementation="eager").eval()
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            noise = torch.randn(parameter.shape, generator=generator)
            is_norm = "norm" in name and name.endswith("weight")
            parameter.copy_(1 + 0.2 * noise if is_norm else (0.4 if "language_model" in name else 0.25) * noise)
    return model


# (system, question, sound or None, answer)
TURNS = [
    (None, "What does the speaker say?", ("both", 16000), "The speaker says that the weather is fine."),
    (None, "What is the voice like?", ("saw", 9000), "A calm voice."),
    ("Be brief.", "Wie spät ist es?  今天", ("noise", 12345), "Spät."),
    (None, "Is the weather fine?", None, "It is."),
    ("Be brief.", "Please describe\nthe sound of glass.", ("both", 4321), " glass, glass"),
]
NEW_TOKENS = 12

# Templates that leave out what stands around <|AUDIO|>, wholly or in part: the processor adds the pair only where both lack.
AROUND = {"bare": ("", ""), "begin_only": ("<|audio_bos|>", ""), "end_only": ("", "<|audio_eos|>")}


def template_around(processor, before, after):
    whole = "<|audio_bos|><|AUDIO|><|audio_eos|>"
    assert whole in processor.chat_template
    return processor.chat_template.replace(whole, f"{before}<|AUDIO|>{after}")


def messages(system, question, heard):
    parts = [{"type": "audio", "audio_url": ""}] if heard else []
    turn = [{"role": "user", "content": [*parts, {"type": "text", "text": question}]}]
    return ([{"role": "system", "content": system}] if system else []) + turn


def prompts(processor):
    results = []
    for system, question, heard, answer in TURNS:
        text = processor.apply_chat_template(messages(system, question, heard), add_generation_prompt=True, tokenize=False)
        audio = [sound(*heard)] if heard else None
        ids = processor(text=[text], audio=audio, sampling_rate=16000)["input_ids"][0]
        whole = processor(text=[f"{text}{answer}<|im_end|>"], audio=audio, sampling_rate=16000)["input_ids"][0]
        assert whole[: len(ids)] == ids
        results.append(
            dict(
                system=system,
                question=question,
                sound=list(heard) if heard else None,
                text=text,
                ids=ids,
                answer=answer,
                answerIds=whole[len(ids) :],
            )
        )
    return results


def prompts_of_templates(processor):
    """The first turn under each template of AROUND."""
    system, question, heard, _ = TURNS[0]
    results = []
    for name, (before, after) in AROUND.items():
        template = template_around(processor, before, after)
        text = processor.apply_chat_template(
            messages(system, question, heard), chat_template=template, add_generation_prompt=True, tokenize=False
        )
        ids = processor(text=[text], audio=[sound(*heard)], sampling_rate=16000)["input_ids"][0]
        results.append(dict(name=name, template=template, question=question, sound=list(heard), ids=ids))
    return results


def greedy(model, processor, turns):
    texts = [
        processor.apply_chat_template(messages(*turn[:3]), add_generation_prompt=True, tokenize=False) for turn in turns
    ]
    audio = [sound(*turn[2]) for turn in turns if turn[2]]
    inputs = processor(text=texts, audio=audio or None, sampling_rate=16000, padding=True, return_tensors="pt")
    made = model.generate(
        **inputs, max_new_tokens=NEW_TOKENS, do_sample=False, output_scores=True, return_dict_in_generate=True
    )
    new = made.sequences[:, inputs["input_ids"].shape[1] :]
    eos = model.config.text_config.eos_token_id
    answers, margins = [], []
    for row, ids in enumerate(new.tolist()):
        end = ids.index(eos) if eos in ids else len(ids)
        answers.append(ids[:end])
        for step in range(min(end + 1, len(made.scores))):
            best = made.scores[step][row].topk(2).values
            margins.append(float(best[0] - best[1]))
    return answers, min(margins)


def golden_generation(folder):
    """Greedy continuations of every case's prompts, alone and as a batch padded on the left."""
    model = Qwen2AudioForConditionalGeneration.from_pretrained(folder, attn_implementation="eager").eval()
    results = {}
    for path in sorted(folder.rglob("inputs.safetensors")):
        case = load_file(path)
        lengths = case["feature_attention_mask"].sum(-1)
        tokens = model.audio_tower._get_feat_extract_output_lengths(lengths)[1].tolist()
        prompts, sounds, medium = [], [], 0
        for ids, labels, mask in zip(case["input_ids"], case["labels"], case["attention_mask"]):
            row, first = [], medium
            for token, label, attended in zip(ids.tolist(), labels.tolist(), mask.tolist()):
                if not attended or label != -100:
                    continue
                is_audio = token == model.config.audio_token_index
                row += [token] * (tokens[medium] if is_audio else 1)
                medium += is_audio
            prompts.append(row)
            sounds.append((first, medium))
        continued = lambda chosen: continue_greedily(model, case, [prompts[i] for i in chosen], [sounds[i] for i in chosen])
        rows = range(len(prompts))
        alone = [continued([row])[0] for row in rows]
        assert continued(rows) == alone
        name = str(path.parent.relative_to(folder))
        results[name] = dict(prompts=prompts, sounds=[last - first for first, last in sounds], generated=alone)
    return dict(newTokens=NEW_TOKENS, cases=results)


def continue_greedily(model, case, prompts, sounds):
    length = max(map(len, prompts))
    ids = torch.tensor([[model.config.pad_token_id] * (length - len(row)) + row for row in prompts])
    mask = torch.tensor([[0] * (length - len(row)) + [1] * len(row) for row in prompts])
    pick = [medium for first, last in sounds for medium in range(first, last)]
    made = model.generate(
        input_ids=ids,
        attention_mask=mask,
        input_features=case["input_features"][pick],
        feature_attention_mask=case["feature_attention_mask"][pick],
        max_new_tokens=NEW_TOKENS,
        do_sample=False,
    )
    eos = model.config.text_config.eos_token_id
    return [row[: row.index(eos)] if eos in row else row for row in made[:, length:].tolist()]


def tower_gradients(model, processor):
    """Gradients of the mean square of the projected audio tokens with respect to every weight of tower and projector."""
    heard = [sound("both", 9000), sound("noise", 16000)]
    made = processor.feature_extractor(
        heard, sampling_rate=16000, return_attention_mask=True, padding="max_length", return_tensors="pt"
    )
    lengths = made["attention_mask"].sum(-1)
    frames, tokens = model.audio_tower._get_feat_extract_output_lengths(lengths)
    window = model.config.audio_config.max_source_positions
    hidden = torch.arange(window)[None, :] >= frames[:, None]
    mask = torch.zeros(hidden.shape).masked_fill(hidden, float("-inf"))[:, None, None, :].expand(-1, 1, window, -1)
    parts = {"audio_tower": model.audio_tower, "multi_modal_projector": model.multi_modal_projector}
    weights = {f"{part}.{name}": weight for part, module in parts.items() for name, weight in module.named_parameters()}
    for weight in weights.values():
        weight.requires_grad_(True)
    states = model.audio_tower(made["input_features"], attention_mask=mask).last_hidden_state
    projected = model.multi_modal_projector(states)
    loss = torch.cat([row[:count] for row, count in zip(projected, tokens)]).square().mean()
    gradients = torch.autograd.grad(loss, list(weights.values()))
    tensors = {name: gradient.contiguous() for name, gradient in zip(weights, gradients)}
    return {**tensors, "loss": loss.detach().reshape(1), "input_features": made["input_features"], "lengths": lengths.int()}


def main():
    out = Path(sys.argv[1])
    out.mkdir(parents=True, exist_ok=True)
    dump = lambda path, value: path.write_text(json.dumps(value, separators=(",", ":"), ensure_ascii=False) + "\n")
    dump(out / "log-mel.json", spectrograms())
    processor = make_processor()
    # The first seed whose greedy choices are all clear: no rounding can decide them.
    for seed in range(100):
        model = make_model(processor.tokenizer, seed)
        alone, batch_margin = [], None
        margins = []
        for turn in TURNS:
            (answer,), margin = greedy(model, processor, [turn])
            alone.append(answer)
            margins.append(margin)
        together, batch_margin = greedy(model, processor, TURNS)
        distinct = len({token for answer in alone for token in answer})
        if together == alone and min(*margins, batch_margin) > 0.01 and distinct > 15:
            break
    else:
        raise SystemExit("no seed has clear greedy choices")
    folder = out / "model"
    folder.mkdir(exist_ok=True)
    model.save_pretrained(folder, safe_serialization=True)
    processor.save_pretrained(folder)
    for name in ["vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"]:
        (folder / name).unlink(missing_ok=True)
    expected = dict(
        prompts=prompts(processor), templates=prompts_of_templates(processor), newTokens=NEW_TOKENS, generated=alone
    )
    dump(folder / "expected.json", expected)
    save_file(tower_gradients(model, processor), out / "tower-gradients.safetensors")
    if len(sys.argv) > 2:
        dump(out / "golden-generation.json", golden_generation(Path(sys.argv[2])))
    print(f"seed {seed}, smallest margin {min(*margins, batch_margin):.3f}, {distinct} different tokens", alone)


main()
