/** Seconds that one character takes when it is read at normal speed, by what it stands for. */
const pace: readonly (readonly [RegExp, number])[] = [
  [/\p{Script=Han}/u, 0.22],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 0.12],
  [/\p{Script=Hangul}/u, 0.17],
  [/\p{N}/u, 0.15], // "one million" is short for seven digits, "1999" long for four
  [/\p{L}/u, 0.07],
];

/** How long reading `text` at normal speed takes, roughly: letters alone are counted, not words. */
export function expectedSpeechSeconds(text: string): number {
  let seconds = 0;
  for (const character of text) seconds += pace.find(([kind]) => kind.test(character))?.[1] ?? 0;
  return seconds;
}
