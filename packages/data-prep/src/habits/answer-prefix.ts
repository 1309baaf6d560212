import { determiners } from '../english/word-lists.js';

/** An answer that describes nothing ("I'm sorry, I cannot see ...") says nothing about habits of describing. */
const denial =
  /^(?:i'?m sorry|i am sorry|sorry|unfortunately|i can(?:no|')t|i do(?: no|n')t|as an ai|there (?:is|are) no\b|there isn't|no\b|none\b|nothing\b|n\/a)/i;

/** The first sentence of an answer without its end mark; '' for an answer that describes nothing. */
export function describingPart(answer: string): string {
  const text = answer.replace(/\s+/g, ' ').replace(/[‘’]/g, "'").trim();
  const sentence = (/^.*?(?=\s?[.!?](?:\s|$)|$)/u.exec(text)?.[0] ?? '').trim();
  return denial.test(sentence) ? '' : sentence;
}

/** Where an opening ends if there is no second answer to compare with: behind its verb. */
const openingVerb =
  /^(?:\S+ ){0,8}?(?:(?:shows|depicts|features|displays|captures|illustrates|portrays|presents|contains)(?: that)?|is|are|appears to be|seems to be)(?= )/i;

const subjectAtEnd =
  /(?:^| )(?:(?:a|an|the|one|some|two) )?(?:person|man|woman|boy|girl|child|figure|someone|somebody|people|group of people)(?: is| are)?$/i;

/** Takes off what belongs to the content: determiners, and a subject with its auxiliary. */
function trimContent(prefix: string): string {
  let text = prefix.trim();
  for (let before = ''; before !== text;) {
    before = text;
    text = text.replace(subjectAtEnd, '').trim();
    const words = text.split(' ');
    if (
      words.length > 1 &&
      determiners.has(words[words.length - 1].toLowerCase()) &&
      !/^(?:that)$/i.test(words[words.length - 1])
    ) {
      text = words.slice(0, -1).join(' ');
    }
  }
  return text;
}

function mostCommon(words: readonly string[]): { word: string; count: number } {
  const counts = new Map<string, number>();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  let best = { word: '', count: 0 };
  for (const [word, count] of counts) if (count > best.count) best = { word, count };
  return best;
}

/** Answers must share an opening in at least this part of the cases for it to count as a habit. */
const habitShare = 0.6;

/** The longest word prefix that at least `habitShare` of the answers have, leaving each of them a word of content. */
function sharedPrefix(answers: readonly string[]): string {
  let sharing = answers.map((answer) => answer.split(' '));
  const needed = Math.max(2, Math.ceil(habitShare * answers.length));
  const prefix: string[] = [];
  for (;;) {
    const at = prefix.length;
    const longer = sharing.filter((words) => words.length > at + 1);
    const { word, count } = mostCommon(longer.map((words) => words[at]));
    if (count < needed) return prefix.join(' ');
    prefix.push(word);
    sharing = longer.filter((words) => words[at] === word);
  }
}

/**
 * How a model begins its answers, the content taken off: the longest word prefix that 60 % of the answers share; with a
 * single distinct answer, its words up to the verb (`The image shows`). Undefined if there is no such opening.
 */
export function responsePrefix(answers: readonly string[]): string | undefined {
  const describing = answers.map(describingPart).filter((answer) => answer !== '');
  const single = (answer: string) => trimContent(openingVerb.exec(answer)?.[0] ?? '');
  let prefix: string;
  if (new Set(describing).size > 1) {
    prefix = trimContent(sharedPrefix(describing));
    if (prefix === '') {
      const { word, count } = mostCommon(describing.map(single).filter((opening) => opening !== ''));
      prefix = count >= Math.max(2, Math.ceil(habitShare * describing.length)) ? word : '';
    }
  } else prefix = single(describing[0] ?? '');
  return prefix === '' ? undefined : prefix;
}

const longestStyle = 8;

/** The style descriptions in answers that begin with `prefix`, in order of first appearance, without duplicates. */
export function stylesIn(answers: readonly string[], prefix: string): string[] {
  const opening = prefix === '' ? '' : `${prefix} `;
  const styles = answers
    .map(describingPart)
    .filter((answer) => answer.startsWith(opening))
    .map((answer) => answer.slice(opening.length).replace(/[\s,;:]+$/, ''))
    .filter((style) => style !== '' && style.split(' ').length <= longestStyle && !style.includes(','));
  return [...new Set(styles)];
}
