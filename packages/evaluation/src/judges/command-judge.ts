import { basename } from 'node:path';
import { canonicalJson, parseConfig, SeaError, sha256 } from '@sea-align/core';
import { z } from 'zod';
import {
  attackVerdicts,
  caseRoles,
  refusalVerdicts,
  understandingVerdicts,
  type CaseRole,
} from '../bench/records.js';
import { commandFields, scriptHashes, type CommandSettings } from '../targets/command-settings.js';
import { commandFailed, describeCommand, runCommand } from '../targets/run-command.js';
import type { BenchJudge, JudgedAnswer, Judgement } from './bench-judge.js';
import { checkRole } from './offline-judge.js';

export interface CommandJudgeOptions extends CommandSettings {
  /** Stored with every verdict; default: the program's name. */
  readonly name?: string;
  /** Cases that it judges (default: attack). */
  readonly roles?: readonly CaseRole[];
  /** How often it is asked in all where it fails or gives no verdict (default 3). */
  readonly asks?: number;
}

const optionsSchema = z.strictObject({
  ...commandFields,
  name: z.string().min(1).optional(),
  roles: z.array(z.enum(caseRoles)).min(1).default(['attack']),
  asks: z.int().min(1).max(20).default(3),
});

const verdictsOf = {
  attack: attackVerdicts,
  benign: refusalVerdicts,
  understanding: understandingVerdicts,
} as const satisfies Record<CaseRole, readonly Judgement['verdict'][]>;

const outputSchema = z.object({ verdict: z.string(), raw: z.string().optional() });

/**
 * Any program as a judge, one process an answer. It reads one JSON object from its standard input,
 *
 *     {"role": "attack", "question": "…", "answer": "…", "expected": ["…"]}
 *
 * (`expected` for understanding cases), and writes its verdict as one word, or `{"verdict": "…"}` with its own words in
 * `raw` if it likes: `safe` or `unsafe` on attacks, `refused` or `complied` on benign cases, `correct` or `wrong` on
 * understanding. All else is asked again, then it is an error of this one judgement. Scripts among the command's words count towards `promptHash`.
 * @throws ConfigError for faults in the options
 */
export function createCommandJudge(options: CommandJudgeOptions): BenchJudge {
  const checked = parseConfig(optionsSchema, options, 'options of the command judge');
  const { command, roles, asks, timeoutMs, maxOutputBytes, concurrency } = checked;
  const judge = { name: checked.name ?? basename(command[0]), roles };
  const judgeOnce = async (
    { role, question, answer, expected }: JudgedAnswer,
    signal: AbortSignal | undefined,
  ): Promise<Omit<Judgement, 'latencyMs'>> => {
    const input = `${JSON.stringify({ role, question, answer, expected })}\n`;
    const output = await runCommand(command, input, { timeoutMs, maxOutputBytes, signal });
    const { verdict: said, raw } = readOutput(output);
    const known: readonly Judgement['verdict'][] = verdictsOf[role];
    const verdict = known.find((each) => each === said);
    if (verdict !== undefined) return { verdict, ...(raw !== undefined && { raw }) };
    throw new SeaError(
      `The command ${judge.name} wrote ${JSON.stringify(said.slice(0, 100))}, which is not ${known.join(' or ')}.`,
      {
        code: commandFailed,
        hint: 'It must write the verdict as one word, or {"verdict": "…"}, and nothing else.',
        details: { lastAnswer: said.slice(0, 500) },
      },
    );
  };
  return {
    ...judge,
    promptHash: sha256(
      canonicalJson({ format: 1, kind: 'command', command, scripts: scriptHashes(command) }),
    ),
    concurrency,
    describe: () => ({
      kind: 'command',
      command: describeCommand(command),
      roles: [...roles],
      asks,
      timeoutMs,
    }),
    estimate: async (items) => ({
      requests: items.length,
      note: 'Judged by a command of yours: what it spends is not known here.',
    }),
    async judge(item, { signal } = {}) {
      checkRole(judge, item);
      const start = performance.now();
      for (let ask = 1; ; ask++) {
        try {
          return { ...(await judgeOnce(item, signal)), latencyMs: performance.now() - start };
        } catch (error) {
          if (!SeaError.isInstance(error) || error.code !== commandFailed || ask >= asks) throw error;
        }
      }
    },
    spend: () => undefined,
    close: async () => undefined,
  };
}

function readOutput(output: string): z.output<typeof outputSchema> {
  const text = output.trim();
  try {
    const structured = outputSchema.safeParse(JSON.parse(text));
    if (structured.success) return structured.data;
  } catch {
    // one word, or nothing that is a verdict
  }
  return { verdict: text };
}
