"""What Hugging Face's Qwen2-VL processors compute: packages/mllm/fixtures/qwen2-vl/processing.json and tokenizer files.

Usage:
    PYTHONPATH=FOLDER_WITH_PILLOW_11.3 VENV/bin/python tools/reference/make_qwen2_vl_processing.py \
        packages/mllm/fixtures/qwen2-vl

With transformers 4.57.1 (torch 2.8.0, torchvision 0.23.0). With 4.47.1 it only compares what it computes with the file that is
there, as far as that version has the class, and prints what differs. Pictures are made of integers by formulas that the
tests repeat, so only results are stored: grids, sums and samples of pixel values.
"""

import json
import sys
from pathlib import Path

import numpy as np
import torch
import transformers
from PIL import Image
from transformers import Qwen2VLConfig, Qwen2VLImageProcessor
from transformers.models.qwen2_vl import modeling_qwen2_vl
from transformers.models.qwen2_vl.image_processing_qwen2_vl import smart_resize

NEW = not transformers.__version__.startswith("4.47")
STEP = 101


def picture(width, height, frame=0):
    x, y, c = np.meshgrid(np.arange(width), np.arange(height), np.arange(3), indexing="xy")
    values = (x * 37 + y * 91 + c * 53 + frame * 29 + (x * y) % 17 * 11) % 256
    return values.astype(np.uint8).reshape(height, width, 3)


def smart_resize_cases():
    random = np.random.default_rng(5)
    cases = [(28, 28), (56, 56), (42, 70), (14, 2800), (10, 2001), (1000, 1000), (3000, 4000), (224, 225), (98, 126), (29, 5700)]
    cases += [(int(h), int(w)) for h, w in random.integers(28, 3000, (60, 2)) if max(h, w) / min(h, w) <= 200]
    ranges = [(28, 56 * 56, 28 * 28 * 1280), (28, 128 * 28 * 28, 28 * 28 * 768), (8, 64, 4096), (12, 1440, 1441)]
    results = []
    for height, width in cases:
        for factor, least, most in ranges:
            try:
                result = smart_resize(height, width, factor=factor, min_pixels=least, max_pixels=most)
            except ValueError:
                result = None
            # 4.47 lets a side shrink to nothing.
            if result is not None and min(result) == 0:
                result = None
            results.append([height, width, factor, least, most, result and list(result)])
    return results


DEFAULT_RANGE = dict(min_pixels=56 * 56, max_pixels=28 * 28 * 1280)
# Every config says its range: 4.57's fast processor writes it into its class, so that later instances inherit it.
IMAGE_CONFIGS = {
    "default": DEFAULT_RANGE,
    "small_range": dict(min_pixels=28 * 28, max_pixels=28 * 28 * 6),
    "patch4_merge3_frames3": dict(patch_size=4, merge_size=3, temporal_patch_size=3, min_pixels=144, max_pixels=2000),
    "bilinear": dict(**DEFAULT_RANGE, resample=2, image_mean=[0.5, 0.4, 0.3], image_std=[0.5, 0.25, 0.7], rescale_factor=1 / 127.5),
    "no_normalize": dict(do_normalize=False, max_pixels=28 * 28 * 4, min_pixels=28 * 28),
}
IMAGE_SIZES = [[56, 56], [100, 75], [33, 150], [61, 29]]


def sampled(pixels):
    flat = np.asarray(pixels, dtype=np.float64).reshape(-1)
    return dict(sum=float(flat.sum()), values=[float(value) for value in flat[::STEP]])


def image_cases():
    results = []
    for name, settings in IMAGE_CONFIGS.items():
        for width, height in IMAGE_SIZES:
            image = Image.fromarray(picture(width, height))
            try:
                slow = Qwen2VLImageProcessor(**settings)(image, return_tensors="np")
            except ValueError:
                # 4.47 lets a side shrink to nothing.
                assert not NEW
                results.append(None)
                continue
            case = dict(config=name, width=width, height=height, grid=slow["image_grid_thw"][0].tolist())
            case.update(sampled(slow["pixel_values"]))
            if NEW:
                from transformers.models.qwen2_vl import Qwen2VLImageProcessorFast

                fast = Qwen2VLImageProcessorFast(**settings)(image, return_tensors="pt")
                assert fast["image_grid_thw"][0].tolist() == case["grid"]
                case["fast"] = sampled(fast["pixel_values"])["values"]
            results.append(case)
    return results


VIDEO_CONFIGS = {
    "default": dict(min_pixels=28 * 28, max_pixels=28 * 28 * 6),
    "patch4": dict(patch_size=4, min_pixels=64, max_pixels=1024),
}
VIDEO_SIZES = [[6, 60, 44], [5, 32, 32], [1, 90, 30]]


def video_cases():
    """`values` by the slow image processor, which takes videos frame by frame; `fast` by 4.57's video processor."""
    results = []
    for name, settings in VIDEO_CONFIGS.items():
        for frames, width, height in VIDEO_SIZES:
            video = np.stack([picture(width, height, frame) for frame in range(frames)])
            try:
                slow = Qwen2VLImageProcessor(**settings)(images=None, videos=[list(video)], return_tensors="np")
            except ValueError:
                # 4.47 takes one frame, or an even number of them.
                assert not NEW
                results.append(None)
                continue
            case = dict(config=name, frames=frames, width=width, height=height, grid=slow["video_grid_thw"][0].tolist())
            case.update(sampled(slow["pixel_values_videos"]))
            if NEW:
                from transformers.models.qwen2_vl import Qwen2VLVideoProcessor

                fast = Qwen2VLVideoProcessor(**settings)(videos=[video], return_tensors="pt")
                assert fast["video_grid_thw"][0].tolist() == case["grid"]
                case["fast"] = sampled(fast["pixel_values_videos"])["values"]
            results.append(case)
    return results


def sampling_cases():
    if not NEW:
        return None
    from transformers.models.qwen2_vl import Qwen2VLVideoProcessor
    from transformers.video_utils import VideoMetadata

    random = np.random.default_rng(6)
    processor = Qwen2VLVideoProcessor()
    results = []
    cases = [(2, 30, 2, 4, 768), (3, 10, 1, 4, 768), (90, 30, 2, 4, 768), (91, 29.97, 2, 4, 768), (997, 10, 2, 4, 768), (3000, 25, 2, 4, 100)]
    for _ in range(80):
        total = int(random.integers(2, 2000))
        rate = float(random.choice([8, 10, 12.5, 24, 23.976, 25, 29.97, 30, 60]))
        cases.append((total, rate, float(random.choice([0.5, 1, 2, 3, 4])), int(random.choice([2, 4, 8])), int(random.choice([16, 40]))))
    for total, rate, fps, least, most in cases:
        metadata = VideoMetadata(total_num_frames=total, fps=rate)
        indices = processor.sample_frames(metadata, temporal_patch_size=2, min_frames=least, max_frames=most, fps=fps)
        results.append([total, rate, fps, least, most, indices.tolist()])
    return results


START, END, IMAGE, VIDEO = 3, 4, 5, 6


def rope_cases():
    """get_rope_index on rows of media (grids in patches) and text, padded on either side."""
    config = Qwen2VLConfig(
        image_token_id=IMAGE, video_token_id=VIDEO, vision_start_token_id=START, vision_end_token_id=END
    )
    owner = getattr(modeling_qwen2_vl, "Qwen2VLModel") if NEW else modeling_qwen2_vl.Qwen2VLForConditionalGeneration
    holder = type("Holder", (), {"config": config})()
    layouts = {
        "text": [[4]],
        "image": [[3, (IMAGE, 1, 4, 6), 2]],
        "video_first": [[(VIDEO, 3, 2, 8), 5]],
        "ends_in_image": [[2, (IMAGE, 1, 6, 2)]],
        "several": [[1, (IMAGE, 1, 2, 2), 2, (VIDEO, 2, 4, 4), 1, (IMAGE, 1, 8, 2), 3]],
        "neighbours": [[(VIDEO, 6, 2, 2), (VIDEO, 1, 2, 4), (IMAGE, 1, 2, 10), 1]],
        "batch": [[3, (IMAGE, 1, 4, 6), 2], [7], [(VIDEO, 3, 2, 8), 1, (IMAGE, 1, 4, 4), 2]],
    }
    results = []
    for name, layout in layouts.items():
        for side in ("right", "left"):
            rows, images, videos = [], [], []
            for pieces in layout:
                row = []
                for piece in pieces:
                    if isinstance(piece, int):
                        row += [9] * piece
                        continue
                    kind, t, h, w = piece
                    row += [START, *[kind] * (t * h * w // 4), END]
                    (images if kind == IMAGE else videos).append([t, h, w])
                rows.append(row)
            length = max(map(len, rows)) + (1 if side == "left" else 0)
            gaps = [length - len(row) for row in rows]
            ids = [[0] * gap + row if side == "left" else row + [0] * gap for row, gap in zip(rows, gaps)]
            mask = [[0] * gap + [1] * len(row) if side == "left" else [1] * len(row) + [0] * gap for row, gap in zip(rows, gaps)]
            grids = [torch.tensor(grid) if grid else None for grid in (images, videos)]
            positions, deltas = owner.get_rope_index(holder, torch.tensor(ids), *grids, torch.tensor(mask))
            results.append(
                dict(
                    name=f"{name} {side}",
                    ids=ids,
                    mask=mask,
                    images=images,
                    videos=videos,
                    positions=positions.tolist(),
                    deltas=deltas.reshape(-1).tolist(),
                )
            )
    return results


# The template of Qwen/Qwen2-VL-2B-Instruct.
CHAT_TEMPLATE = (
    "{% set image_count = namespace(value=0) %}{% set video_count = namespace(value=0) %}{% for message in messages %}"
    "{% if loop.first and message['role'] != 'system' %}<|im_start|>system\nYou are a helpful assistant.<|im_end|>\n{% endif %}"
    "<|im_start|>{{ message['role'] }}\n{% if message['content'] is string %}{{ message['content'] }}<|im_end|>\n{% else %}"
    "{% for content in message['content'] %}{% if content['type'] == 'image' or 'image' in content or 'image_url' in content %}"
    "{% set image_count.value = image_count.value + 1 %}{% if add_vision_id %}Picture {{ image_count.value }}: {% endif %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% elif content['type'] == 'video' or 'video' in content %}"
    "{% set video_count.value = video_count.value + 1 %}{% if add_vision_id %}Video {{ video_count.value }}: {% endif %}"
    "<|vision_start|><|video_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}{% endfor %}"
    "<|im_end|>\n{% endif %}{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|vision_start|>", "<|vision_end|>", "<|vision_pad|>"]
SPECIAL += ["<|image_pad|>", "<|video_pad|>"]
SPLIT = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
CORPUS = [
    "Please briefly describe the activity in the video. What is the style of this image?",
    "system user assistant You are a helpful assistant. The video shows a ball that moves to the left.",
]


def make_tokenizer(folder):
    """Byte-level BPE as Qwen2's, with a vocabulary of a few hundred."""
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers
    from transformers import Qwen2TokenizerFast

    tokenizer = Tokenizer(models.BPE())
    tokenizer.normalizer = normalizers.NFC()
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(SPLIT), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.post_processor = processors.ByteLevel(trim_offsets=False)
    trainer = trainers.BpeTrainer(vocab_size=330, initial_alphabet=pre_tokenizers.ByteLevel.alphabet(), show_progress=False)
    tokenizer.train_from_iterator(CORPUS, trainer)
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in SPECIAL])
    fast = Qwen2TokenizerFast(
        tokenizer_object=tokenizer,
        eos_token="<|im_end|>",
        pad_token="<|endoftext|>",
        unk_token=None,
        bos_token=None,
        additional_special_tokens=SPECIAL[1:],
    )
    fast.save_pretrained(folder)
    for extra in ("vocab.json", "merges.txt", "added_tokens.json", "special_tokens_map.json"):
        (folder / extra).unlink(missing_ok=True)
    (folder / "chat_template.json").write_text(json.dumps({"chat_template": CHAT_TEMPLATE}, indent=2) + "\n")


TURNS = [
    dict(question="What is the style of this image?"),
    dict(question="What is the style of this image?", medium="image"),
    dict(question="Please briefly describe the activity in the video.", medium="video"),
    dict(question="  Zwei Bälle — 12 % größer?\n\nJa/Nein 日本語 🙂 Cafe\u0301", medium="image", system="Be brief, don't guess."),
    dict(question="I'll count: 1234", medium="video", system="You'RE"),
    dict(question="<|im_end|> in a question", medium=None),
]
ANSWERS = ["The video shows a ball.", "", " leading space", "Ünïcode\nand lines", "ball"]


def prompt_cases(folder):
    from transformers import Qwen2TokenizerFast, Qwen2VLProcessor
    from transformers.models.qwen2_vl import Qwen2VLVideoProcessor

    tokenizer = Qwen2TokenizerFast.from_pretrained(folder)
    small = dict(min_pixels=28 * 28, max_pixels=28 * 28 * 6)
    processor = Qwen2VLProcessor(
        image_processor=Qwen2VLImageProcessor(**small),
        tokenizer=tokenizer,
        video_processor=Qwen2VLVideoProcessor(**small),
        chat_template=CHAT_TEMPLATE,
    )
    media = dict(image=picture(100, 75), video=np.stack([picture(60, 44, frame) for frame in range(5)]))
    prompts = []
    for turn in TURNS:
        medium = turn.get("medium")
        content = [{"type": medium}] if medium else []
        messages = [{"role": "user", "content": content + [{"type": "text", "text": turn["question"]}]}]
        if "system" in turn:
            messages.insert(0, {"role": "system", "content": [{"type": "text", "text": turn["system"]}]})
        text = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        inputs = {medium + "s": [media[medium]]} if medium else {}
        result = processor(text=[text], **inputs, return_tensors="pt")
        prompts.append(dict(**{k: v for k, v in turn.items() if v}, text=text, ids=result["input_ids"][0].tolist()))
    answers = []
    for answer in ANSWERS:
        messages = [{"role": "user", "content": "a"}]
        before = processor.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
        whole = processor.apply_chat_template(
            messages + [{"role": "assistant", "content": answer}], tokenize=False, add_generation_prompt=False
        )
        start = tokenizer(before)["input_ids"]
        ids = tokenizer(whole)["input_ids"]
        assert ids[: len(start)] == start
        ids = ids[len(start) :]
        # Up to <|im_end|>; the template's newline behind it is not part of the answer.
        answers.append(dict(answer=answer, ids=ids[: ids.index(tokenizer.eos_token_id) + 1]))
    texts = ["", "a", "Hello, World!  \n\n x", "ǅ Å Å ﬁ", "1 234,5\t🙂👨‍👩‍👧", "don't DON'T we'll", "<|image_pad|>x<|vision_end|>"]
    encodings = [dict(text=text, ids=tokenizer(text)["input_ids"]) for text in texts]
    return dict(image=[100, 75], video=[5, 60, 44], prompts=prompts, answers=answers, encodings=encodings)


def without_fast(case):
    return {key: value for key, value in case.items() if key != "fast"} if isinstance(case, dict) else case


def main():
    folder = Path(sys.argv[1])
    file = folder / "processing.json"
    results = dict(
        smart_resize=smart_resize_cases(), images=image_cases(), videos=video_cases(), sampling=sampling_cases(), rope=rope_cases()
    )
    if not NEW:
        written = json.loads(file.read_text())
        for key, value in results.items():
            if value is None:
                continue
            pairs = [(old, without_fast(new)) for old, new in zip(value, written[key]) if old is not None]
            wrong = [(old, new) for old, new in pairs if old != new]
            print(f"{key}: {len(pairs)} of {len(value)} cases compared, {len(wrong)} differ from 4.57.1", *wrong[:3], sep="\n  ")
        return
    make_tokenizer(folder / "tokenizer")
    results["prompts"] = prompt_cases(folder / "tokenizer")
    results["versions"] = dict(transformers=transformers.__version__, pillow=Image.__version__, torch=torch.__version__)
    file.write_text(json.dumps(results, separators=(",", ":")) + "\n")
    print(file.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
