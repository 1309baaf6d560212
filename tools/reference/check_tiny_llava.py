"""Checks that Hugging Face transformers loads the tiny LLaVA as it is and answers as our engine does.

    python tools/reference/check_tiny_llava.py FOLDER CASES.jsonl

FOLDER is a checkpoint; CASES.jsonl holds one {"question", "promptIds", "answer", "image"?} a line: our prompt tokens,
our greedy answer and, for a question about a picture, the path of its PNG (relative to the file).
`npm run reference-cases -w packages/tiny-models -- DIR` writes it. Needs torch, transformers >= 4.52 and pillow. Exit code 1 if a
prompt or an answer differs.
"""

import json
import sys
from pathlib import Path

import torch
from PIL import Image
from transformers import AutoProcessor, AutoTokenizer, LlavaForConditionalGeneration


def main() -> int:
    folder, cases_file = sys.argv[1], Path(sys.argv[2])
    processor = AutoProcessor.from_pretrained(folder)
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model, loading = LlavaForConditionalGeneration.from_pretrained(folder, output_loading_info=True)
    model.eval()
    faults = {key: value for key, value in loading.items() if value}
    if faults:
        print(f"weights do not fit: {faults}")
        return 1

    cases = [json.loads(line) for line in cases_file.read_text().splitlines()]
    different = 0
    for case in cases:
        content = [{"type": "text", "text": case["question"]}]
        images = None
        if "image" in case:
            content.insert(0, {"type": "image"})
            images = Image.open(cases_file.parent / case["image"])
        prompt = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
        inputs = processor(text=prompt, images=images, return_tensors="pt")
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
