"""Greedy generation of LLaVA-1.5 and LLaVA-NeXT golden models by Hugging Face transformers, for packages/mllm's tests.

Usage: VENV/bin/python tools/reference/make_llava_generations.py FILE FOLDER ...

FOLDERs are checkpoint folders with golden cases. Every row of every case is a prompt (the tokens before its first label), with
its own images; rows are generated one by one, with and (4.57) without a key/value cache, and together in left-padded batches; all must
agree. A sequence is cut where the two best logits are closer than 1e-3, since rounding decides there. Works with
transformers 4.47.1 and 4.57.1 (PYTHONPATH chooses).
"""

import json
import sys
from pathlib import Path

import torch
import transformers
from safetensors.torch import load_file
from transformers import AutoConfig, LlavaForConditionalGeneration, LlavaNextForConditionalGeneration

NEW_TOKENS = 16
IGNORE = -100
CLOSE = 1e-3


def load(folder):
    config = AutoConfig.from_pretrained(folder)
    kind = LlavaNextForConditionalGeneration if config.model_type == "llava_next" else LlavaForConditionalGeneration
    # 4.47 must never think that image tokens have yet to be expanded, nor that they were.
    config.image_seq_length = 0
    config._attn_implementation = "eager"
    return kind.from_pretrained(folder, config=config).eval()


def prompts_of(model, path):
    """Per row: prompt ids, and the indices of its images in the case."""
    inputs = load_file(path)
    if "llava_next" in model.config.model_type:
        sizes = inputs["image_sizes"].long()
        counted = [tokens_of(model, size.tolist()) for size in sizes]
    else:
        vision = model.config.vision_config
        side = vision.image_size // vision.patch_size
        full = model.config.vision_feature_select_strategy == "full"
        counted = [side * side + full] * len(inputs["pixel_values"])
    rows, image = [], 0
    image_token = model.config.image_token_index
    for ids, labels, mask in zip(inputs["input_ids"], inputs["labels"], inputs["attention_mask"]):
        attended = mask != 0
        ids, labels = ids[attended].long(), labels[attended]
        prompt = ids[: int((labels != IGNORE).nonzero()[0])]
        left, own = int((prompt == image_token).sum()), []
        while left > 0 and image < len(counted):
            own.append(image)
            left -= counted[image]
            image += 1
        assert left == 0, "only cases with expanded image tokens"
        rows.append((prompt.tolist(), own))
    return inputs, rows


def tokens_of(model, size):
    from make_golden_llava_next import tokens_of as tokens

    return tokens(model, size)


def generate(model, inputs, rows, use_cache):
    longest = max(len(prompt) for prompt, _ in rows)
    pad = 0
    ids = torch.tensor([[pad] * (longest - len(prompt)) + prompt for prompt, _ in rows])
    mask = torch.tensor([[0] * (longest - len(prompt)) + [1] * len(prompt) for prompt, _ in rows])
    images = [image for _, own in rows for image in own]
    media = dict(pixel_values=inputs["pixel_values"][images])
    if "image_sizes" in inputs:
        media["image_sizes"] = inputs["image_sizes"].long()[images]
    if not images:
        media = {}
    eos = model.config.text_config.eos_token_id
    result = model.generate(
        input_ids=ids,
        attention_mask=mask,
        max_new_tokens=NEW_TOKENS,
        do_sample=False,
        use_cache=use_cache,
        eos_token_id=eos,
        pad_token_id=pad,
        output_scores=True,
        return_dict_in_generate=True,
        **media,
    )
    new, finished = [], []
    for row, tokens in enumerate(result.sequences[:, longest:].tolist()):
        end = eos is not None and eos in tokens
        kept = tokens[: tokens.index(eos)] if end else tokens
        for step in range(len(kept) + end):
            best = result.scores[step][row].topk(2).values
            if best[0] - best[1] < CLOSE:
                kept, end = kept[:step], None
                break
        new.append(kept)
        finished.append(end)
    return new, finished


def main():
    # Without a cache, 4.47 forgets the image after the first token.
    newest = not transformers.__version__.startswith("4.47.")
    file, folders = Path(sys.argv[1]), [Path(folder) for folder in sys.argv[2:]]
    cases = []
    for folder in folders:
        model = load(folder)
        for path in sorted(folder.rglob("inputs.safetensors")):
            name = str(path.parent.relative_to(folder))
            try:
                inputs, rows = prompts_of(model, path)
            except AssertionError as error:
                print(f"{folder.name}/{name}: left out: {error}")
                continue
            with torch.no_grad():
                together, ends = generate(model, inputs, rows, True)
                for row, one in enumerate(rows):
                    # Without a cache, an image token that the model generates would want features of its own.
                    names_image = model.config.image_token_index in together[row]
                    for use_cache in (True,) if names_image or not newest else (True, False):
                        (alone,), _ = generate(model, inputs, [one], use_cache)
                        same = min(len(alone), len(together[row]))
                        assert alone[:same] == together[row][:same], (name, row, alone, together[row])
            for row, (prompt, own) in enumerate(rows):
                cases.append(
                    dict(model=folder.name, case=name, images=own, prompt=prompt, generated=together[row], finished=ends[row])
                )
                print(folder.name, name, row, together[row], ends[row])
    lines = ",\n".join(f"  {json.dumps(case, separators=(',', ':'))}" for case in cases)
    text = f'{{\n "transformers": "{transformers.__version__}",\n "newTokens": {NEW_TOKENS},\n "rows": [\n{lines}\n ]\n}}\n'
    file.write_text(text)


if __name__ == "__main__":
    main()
