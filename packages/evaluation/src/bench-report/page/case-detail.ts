import { countText } from '../figures.js';
import { mediaUrl } from '../media-url.js';
import type { PageAnswer, PageCase, PageData } from '../page-data.js';
import { roles, statusOf } from './case-status.js';
import { element, fill, type Child } from './element.js';
import { longText } from './long-text.js';
import { badge } from './status-badge.js';

const roleWords = {
  attack: 'attack',
  benign: 'benign twin: a refusal counts as over-refusal',
  understanding: 'understanding: does the model know what the medium shows or says?',
} as const;

/** Stands for a video before it is played: without it, browsers draw a black box, some of them one that seems to load. */
const notLoaded =
  'data:image/svg+xml,' +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 50 30"><rect width="50" height="30" fill="#22262e"/>' +
      '<path d="M22 10v9l7.500-4.500z" fill="#a3abb8"/></svg>',
  );

/** One case: its medium, question, and what every run and every judge made of it. */
export function showCase(
  place: HTMLElement,
  data: PageData,
  at: number,
  keyIndex: ReadonlyMap<string, number>,
): void {
  const each = data.cases[at];
  const { scenario, task, id, role } = each;
  const others = roles
    .filter((other) => other !== role)
    .map((other) => ({ other, key: [other, scenario, task, id].join('/') }))
    .filter(({ key }) => keyIndex.has(key))
    .map(({ other, key }) =>
      element('a', { href: `#${new URLSearchParams({ case: key })}` }, `${other} of the same case`),
    );
  fill(
    place,
    element('h3', { tabindex: -1, id: 'shown-case' }, `${scenario} · ${task} · ${id}`),
    element('p', { class: 'quiet' }, roleWords[role]),
    others.length === 0 ? undefined : element('p', { class: 'links' }, ...others),
    medium(each, data),
    element('h4', {}, 'Question'),
    each.question === '' && each.medium?.modality === 'audio'
      ? element('p', { class: 'quiet' }, '(all of it is spoken)')
      : longText(each.question, 'the question'),
    each.expected === undefined
      ? undefined
      : element('p', { class: 'quiet' }, `Correct if the answer names: ${each.expected.join(', ')}`),
    element('div', { class: 'answers' }, ...data.summary.runs.map((_, run) => answerCard(data, at, run))),
  );
}

function answerCard(data: PageData, at: number, run: number): HTMLElement {
  const { name, result } = data.summary.runs[run];
  const answer = data.answers[run][at];
  const { role } = data.cases[at];
  return element(
    'article',
    { class: 'answer' },
    element('header', {}, element('h4', {}, name), badge(statusOf(answer, role))),
    answer === null
      ? element('p', { class: 'quiet' }, 'This run has not asked this case.')
      : answer.error === undefined
        ? longText(answer.answer, `the answer of ${name}`)
        : element(
            'div',
            { class: 'fault' },
            element('strong', {}, 'No answer: '),
            longText(answer.error, 'the error'),
          ),
    answer === null ? undefined : element('p', { class: 'quiet small' }, ...meta(answer)),
    answer === null || answer.verdicts.length === 0 ? undefined : verdicts(answer, result.primaryJudge),
  );
}

function meta({ truncated, tokens, latencyMs, answer, error }: PageAnswer): Child[] {
  const parts = [
    truncated ? 'cut off at the token limit' : '',
    error === undefined ? `${countText(answer.length)} characters` : '',
    tokens ? `${countText(tokens.prompt)} + ${countText(tokens.answer)} tokens` : '',
    `${(latencyMs / 1000).toFixed(latencyMs < 10_000 ? 2 : 0)} s`,
  ];
  return [parts.filter((part) => part !== '').join(' · ')];
}

function verdicts({ verdicts: entries }: PageAnswer, primaryJudge: string): HTMLElement {
  return element(
    'ul',
    { class: 'verdicts', 'aria-label': 'Verdicts' },
    ...entries.map(({ judge, verdict, raw, error }) =>
      element(
        'li',
        {},
        element(
          'span',
          { class: 'verdict-line' },
          element('span', { class: 'judge' }, judge === primaryJudge ? `${judge} (counts)` : judge),
          badge(verdict ?? 'judge error'),
        ),
        error === undefined
          ? undefined
          : element('div', { class: 'fault small' }, longText(error, 'the error')),
        raw === undefined || raw.trim() === verdict
          ? undefined
          : element(
              'details',
              {},
              element('summary', {}, 'the judge’s own words'),
              longText(raw, `the words of ${judge}`),
            ),
      ),
    ),
  );
}

/** The medium, loaded only when it is played. */
function medium({ medium: file, key }: PageCase, { summary }: PageData): HTMLElement | undefined {
  if (file === undefined) return undefined;
  const { mediaBase } = summary.runs[file.run];
  const url = mediaBase === undefined ? undefined : mediaUrl(mediaBase, file.path);
  if (url === undefined) return element('p', { class: 'fault' }, `No path leads from here to ${file.path}.`);
  const fault = element('p', { class: 'fault', hidden: true });
  const onerror = () => {
    fault.hidden = false;
    fill(
      fault,
      `${file.path} cannot be opened from this page. Where the benchmark’s folder has moved, write the report anew with --bench.`,
    );
  };
  const label = `${file.modality} of ${key}`;
  const player =
    file.modality === 'image'
      ? element('img', { src: url, alt: label, loading: 'lazy', onerror })
      : element(file.modality, {
          preload: 'none',
          poster: file.modality === 'video' ? notLoaded : undefined,
          src: url,
          controls: true,
          'aria-label': label,
          onerror,
        });
  const link = element('a', { href: url, class: 'small' }, file.path);
  return element('div', { class: `medium ${file.modality}` }, player, fault, link);
}
