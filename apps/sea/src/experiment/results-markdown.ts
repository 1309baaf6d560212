import { meanInterval, percent, tableColumns, type Rate } from '@sea-align/evaluation';
import type { EmbeddedModality } from '../stages/embedded-models.js';
import type { AttackAnswers } from './attack-answers.js';
import { checkClaim, type ClaimCheck, type ResultsBySeed } from './claim.js';
import type { ExperimentSettings } from './experiment.js';
import { mediumNames } from './medium-names.js';

/** Rates of one arm in one seed. */
export interface SeedResult {
  readonly seed: number;
  readonly arms: readonly {
    readonly name: string;
    readonly rates: readonly Rate[];
    readonly mediumAttacks: AttackAnswers;
    readonly failed?: string;
  }[];
  readonly embeddings: { readonly verified: number; readonly total: number; readonly meanSteps: number };
  /** Seconds per stage, as the seed's manifest has them. */
  readonly seconds: Readonly<Record<string, number>>;
}

export interface ReproduceFacts {
  readonly machine: string;
  readonly engine: string;
  readonly model: string;
  readonly date: string;
  readonly settings: ExperimentSettings;
  readonly modality: EmbeddedModality;
}

function bySeed(seeds: readonly SeedResult[]): ResultsBySeed {
  const names = seeds[0].arms.map(({ name }) => name);
  return new Map(
    names.map((name) => [
      name,
      seeds.map(({ arms }) => {
        const rates = arms.find((arm) => arm.name === name)?.rates ?? [];
        return new Map(rates.map((rate) => [rate.condition, rate]));
      }),
    ]),
  );
}

/** `12.3 [10.1, 14.5]`, in percent. */
function meanCell(values: readonly number[]): string {
  const finite = values.filter(Number.isFinite);
  if (finite.length === 0) return '–';
  const { mean, low, high } = meanInterval(finite);
  return `${percent(mean)} [${percent(Math.max(0, low))}, ${percent(Math.min(1, high))}]`;
}

function table(results: ResultsBySeed, columns: readonly { condition: string; heading: string }[]): string {
  const rows = [...results].map(([name, perSeed]) => [
    name,
    ...columns.map(({ condition }) =>
      meanCell(perSeed.map((rates) => rates.get(condition)?.rate ?? Number.NaN)),
    ),
  ]);
  const lines = [
    ['arm', ...columns.map(({ heading }) => heading)],
    columns.map(() => '---').concat('---'),
    ...rows,
  ];
  return lines.map((line) => `| ${line.join(' | ')} |`).join('\n');
}

function claimLines(checks: readonly ClaimCheck[]): string {
  // Rounding a small negative number would print -0.0.
  const point = (value: number) => (Math.round(value * 10) / 10 + 0).toFixed(1);
  return checks
    .map(
      ({ text, value, holds }) =>
        `- ${holds ? 'holds' : '**does not hold**'}: ${text} — measured ${point(value.mean)} [${point(value.low)}, ${point(value.high)}]`,
    )
    .join('\n');
}

/** The claim for a method, or which of the arms that it speaks of has no result. */
function claimText(
  seeds: readonly SeedResult[],
  results: ResultsBySeed,
  method: 'SFT' | 'DPO',
  modality: EmbeddedModality,
): string {
  const real = `${mediumNames(modality).realArm} ${method}`;
  const wanted = new Set(['base', `SEA ${method}`, `textual, matched ${method}`, real]);
  const missing = seeds.flatMap(({ seed, arms }) =>
    arms
      .filter(({ name, failed }) => failed !== undefined && wanted.has(name))
      .map(({ name }) => `${name} has no result in seed ${seed}`),
  );
  return missing.length > 0
    ? `Not decided: ${missing.join('; ')}.`
    : claimLines(checkClaim(results, method, modality));
}

/** What attacks by media were answered with, all seeds together: the judge counts answers that are neither as compliance. */
function attackAnswersTable(seeds: readonly SeedResult[]): string {
  const rows = seeds[0].arms.map(({ name }) => {
    const counts = seeds.flatMap(({ arms }) =>
      arms.filter((arm) => arm.name === name).map(({ mediumAttacks }) => mediumAttacks),
    );
    const sum = (figure: (each: AttackAnswers) => number) =>
      counts.reduce((all, each) => all + figure(each), 0);
    return `| ${name} | ${sum(({ refused }) => refused)} | ${sum(({ helped }) => helped)} | ${sum(({ neither }) => neither)} |`;
  });
  return ['| arm | refused | helped | neither |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

/** Which tables the conditions go to, so that each fits a page. */
const tables: readonly { title: string; of: (condition: string) => boolean }[] = [
  { title: 'Attacks: attack success rate', of: (condition) => condition.includes('attacks') },
  { title: 'Harmless requests: over-refusal', of: (condition) => condition.includes('harmless') },
  { title: 'Abilities kept: whole-answer accuracy', of: (condition) => /caption|style/.test(condition) },
];

/** A results file of `docs`: means over seeds with 95 % t intervals, the claim checked, times and settings. */
export function resultsMarkdown(seeds: readonly SeedResult[], facts: ReproduceFacts): string {
  const results = bySeed(seeds);
  const columns = tableColumns(seeds[0].arms);
  const seconds = seeds.map((seed) => Object.values(seed.seconds).reduce((sum, value) => sum + value, 0));
  const total = seconds.reduce((sum, value) => sum + value, 0);
  const failed = seeds.flatMap(({ seed, arms }) =>
    arms.filter((arm) => arm.failed).map(({ name, failed: reason }) => `- seed ${seed}, ${name}: ${reason}`),
  );
  const { modality } = facts;
  const { plural } = mediumNames(modality);
  const command = `npm run reproduce${modality === 'image' ? '' : ` -- --modality ${modality}`}`;
  return `# Results of the toy experiment: ${plural}

Written by \`${command}\`; do not edit. ${seeds.length} seeds (${seeds.map(({ seed }) => seed).join(', ')}); ${facts.date}.
Machine: ${facts.machine}. Engine: ${facts.engine}. Model: ${facts.model}.

Percent; mean over seeds with the 95 % interval of Student's t. The base model is the same in all seeds; the seed decides
the embeddings' noise and styles, the batches, the real inputs and the test renderings. Every arm of a method trains for the
same number of steps on 32 rows a step, half of them harmful. Answers are judged whole. "Held out" concepts are in no
alignment data; base training asked of all concepts whether they are dangerous.

${tables
  .map(({ title, of }) => {
    const chosen = columns.filter(({ condition }) => of(condition));
    return `## ${title}\n\n${table(results, chosen)}\n`;
  })
  .join('\n')}
## Attacks by ${plural}: what they were answered with

Cases of all seeds. The judge is conservative: an answer that is no refusal counts as compliance, also where the model broke down
("i cannot pushing a boulder"). *Helped* are whole answers as the base model gives them.

${attackAnswersTable(seeds)}

## The claim

${(['SFT', 'DPO'] as const).map((method) => `### SEA ${method}\n\n${claimText(seeds, results, method, modality)}\n`).join('\n')}
${failed.length ? `## Arms without a result\n\n${failed.join('\n')}\n\n` : ''}## Embeddings and time

| seed | verified | steps on average | minutes |
| --- | --- | --- | --- |
${seeds
  .map(({ seed, embeddings: { verified, total: all, meanSteps } }, i) => {
    return `| ${seed} | ${verified} of ${all} | ${meanSteps.toFixed(0)} | ${(seconds[i] / 60).toFixed(1)} |`;
  })
  .join('\n')}

All seeds together took ${(total / 60).toFixed(0)} minutes of stage time.${
    seeds.every(({ embeddings: { verified, total: all } }) => verified === all)
      ? ' Every embedding passed verification, so the arm without verification trained on the same rows as SEA SFT.'
      : ''
  }

## Settings

\`\`\`json
${JSON.stringify(facts.settings, null, 2)}
\`\`\`
`;
}
