"""Checks that Hugging Face transformers loads a tiny checkpoint as it is and answers as our engine does.

    python tools/reference/check_tiny_model.py FOLDER CASES.jsonl

FOLDER is a tiny LLaVA, Qwen2-VL or Qwen2-Audio checkpoint; CASES.jsonl holds one {"question", "promptIds", "answer", "medium"?}
a line: our prompt tokens, our greedy answer and, for a question about a medium, its file (relative to CASES.jsonl): a PNG, RGB bytes of
frames (.rgb, with "frames", "width", "height", "framesPerSecond") or float32 samples (.f32, with "sampleRate").
`npm run reference-cases -w packages/tiny-models -- image|video|audio DIR` writes it. Needs torch, torchvision (for Qwen2-VL's video
processor), transformers >= 4.52 and pillow. Exit code 1 if a prompt or an answer differs.
"""

import json
import sys
from pathlib import Path

import numpy
import torch
from PIL import Image
from transformers import (
    AutoConfig,
    AutoProcessor,
    AutoTokenizer,
    LlavaForConditionalGeneration,
    Qwen2AudioForConditionalGeneration,
    Qwen2VLForConditionalGeneration,
)

MODELS = {
    "llava": LlavaForConditionalGeneration,
    "qwen2_vl": Qwen2VLForConditionalGeneration,
    "qwen2_audio": Qwen2AudioForConditionalGeneration,
}


def read_medium(case: dict, folder: Path) -> tuple[str, dict]:
    """The part of a message that stands for the medium, and the processor's arguments."""
    path = folder / case["medium"]
    if path.suffix == ".png":
        return "image", {"images": Image.open(path)}
    if path.suffix == ".rgb":
        shape = (case["frames"], case["height"], case["width"], 3)
        frames = numpy.frombuffer(path.read_bytes(), dtype=numpy.uint8).reshape(shape)
        return "video", {"videos": torch.from_numpy(frames.copy()).permute(0, 3, 1, 2)}
    samples = numpy.frombuffer(path.read_bytes(), dtype="<f4")
    return "audio", {"audio": samples, "sampling_rate": case["sampleRate"]}


def main() -> int:
    folder, cases_file = sys.argv[1], Path(sys.argv[2])
    processor = AutoProcessor.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model_class = MODELS[AutoConfig.from_pretrained(folder).model_type]
    model, loading = model_class.from_pretrained(folder, output_loading_info=True)
    model.eval()
    faults = {key: value for key, value in loading.items() if value}
    if faults:
        print(f"weights do not fit: {faults}")
        return 1

    cases = [json.loads(line) for line in cases_file.read_text().splitlines()]
    different = 0
    for case in cases:
        content = [{"type": "text", "text": case["question"]}]
        media = {}
        if "medium" in case:
            kind, media = read_medium(case, cases_file.parent)
            content.insert(0, {"type": kind})
        prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        inputs = processor(text=prompt, return_tensors="pt", **media)
        ids = inputs["input_ids"][0].tolist()
        if ids != case["promptIds"]:
            different += 1
            print(f"{case['question']!r}\n  transformers: {ids}\n  ours:         {case['promptIds']}")
        with torch.no_grad():
            output = model.generate(**inputs, max_new_tokens=32, do_sample=False)
        new_tokens = output[0, inputs["input_ids"].shape[1] :]
        answer = tokenizer.decode(new_tokens, skip_special_tokens=True)
        if answer != case["answer"]:
            different += 1
            print(f"{case['question']!r}\n  transformers: {answer!r}\n  ours:         {case['answer']!r}")
    print(f"{len(cases)} prompts and answers compared, {different} differ")
    return 1 if different or not cases else 0


if __name__ == "__main__":
    sys.exit(main())
