"""How HarfBuzz shapes words in the fonts that packages/media uses: packages/media/fixtures/shaping.json.

Usage:
    VENV/bin/python tools/reference/make_shaping_fixtures.py node_modules/@fontsource-variable packages/media/fixtures/shaping.json

With uharfbuzz 0.57.0, fonttools 4.68.0, brotli 1.2.1. For each word: glyph ids from left to right, where each begins (its
offset added) and the advance of the whole, in units of the font at the given weight.
"""

import io
import json
import sys
from pathlib import Path

import uharfbuzz as hb
from fontTools.ttLib import TTFont

WEIGHT = 500
WORDS = {
    ("noto-sans", "latin"): ["fireworks", "AVATAR", "Office", "café", "x-ray's", "<&\"'>"],
    ("noto-sans", "cyrillic"): ["фейерверк", "объявление"],
    ("noto-sans", "greek"): ["πυροτέχνημα"],
    ("noto-sans", "vietnamese"): ["ửỗ"],
    ("noto-sans", "devanagari"): [
        "नमस्ते", "क्षत्रिय", "हिन्दी", "र्क", "कि", "विद्यार्थी", "ज्ञान", "श्री", "प्रकाश", "कृष्ण", "आतिशबाज़ी", "र्त्य",
    ],
    ("noto-sans-hebrew", "hebrew"): ["שלום", "שָׁלוֹם", "זיקוקים"],
    ("noto-sans-arabic", "arabic"): ["السلام", "عليكم", "لا", "إله", "محمد", "ألعاب", "نارية", "بِسْمِ", "پنجرہ", "الله", "١٢٣"],
    ("noto-emoji", "8"): ["👩‍🚀", "👨‍👩‍👧"],
    ("noto-emoji", "0"): ["🇩🇪", "🇯🇵"],
    ("noto-emoji", "1"): ["🏳️‍🌈"],
    ("noto-emoji", "9"): ["👍🏽"],
    ("noto-emoji", "2"): ["1️⃣"],
}


def main():
    fonts, out = Path(sys.argv[1]), Path(sys.argv[2])
    cases = []
    for (family, name), words in WORDS.items():
        font = TTFont(fonts / family / "files" / f"{family}-{name}-wght-normal.woff2")
        font.flavor = None
        plain = io.BytesIO()
        font.save(plain, reorderTables=None)
        shaper = hb.Font(hb.Face(plain.getvalue()))
        shaper.set_variations({"wght": WEIGHT})
        for word in words:
            buffer = hb.Buffer()
            buffer.add_str(word)
            buffer.guess_segment_properties()
            if word.isdigit():
                buffer.direction = "ltr"  # Numbers run from left to right in every script.
            hb.shape(shaper, buffer)
            x, places = 0, []
            for position in buffer.glyph_positions:
                places.append([x + position.x_offset, position.y_offset])
                x += position.x_advance
            cases.append(
                {
                    "file": f"{family}/{name}",
                    "text": word,
                    "glyphs": [info.codepoint for info in buffer.glyph_infos],
                    "places": places,
                    "advance": x,
                    "unitsPerEm": font["head"].unitsPerEm,
                }
            )
    lines = ",\n".join(json.dumps(case, ensure_ascii=True) for case in cases)
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(f'{{"weight": {WEIGHT}, "cases": [\n{lines}\n]}}\n')
    print(len(cases), "words")


if __name__ == "__main__":
    main()
