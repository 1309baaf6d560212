import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleText } from './visible-text.js';

const characters = fc
  .oneof(fc.nat(0xff), fc.integer({ min: 0x2000, max: 0x2070 }), fc.nat(0xffff))
  .map((code) => String.fromCharCode(code));

describe('visibleText', () => {
  it('shows what would act', () => {
    expect(visibleText('a\u0000b\u001b[31m\u007f\u0085')).toBe('a␀b␛[31m␡⟨U+0085⟩');
    expect(visibleText('x\u202ey\u2066z\u200f')).toBe('x⟨U+202E⟩y⟨U+2066⟩z⟨U+200F⟩');
    expect(visibleText('one\r\ntwo\rthree\tfour')).toBe('one\ntwo␍three\tfour');
    expect(visibleText('مرحبا <b> 😀')).toBe('مرحبا <b> 😀');
    expect(visibleText('\ud83d and \udc00')).toBe('⟨U+D83D⟩ and ⟨U+DC00⟩');
  });

  it('leaves no control character but line and tab, and changes nothing twice', () => {
    fc.assert(
      fc.property(fc.string({ unit: characters }), (text) => {
        const shown = visibleText(text);
        expect(shown).not.toMatch(/[^\P{Cc}\n\t]|[\u202a-\u202e\u2066-\u2069\p{Surrogate}]/u);
        expect(visibleText(shown)).toBe(shown);
      }),
    );
  });
});
