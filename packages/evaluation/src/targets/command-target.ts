import { basename } from 'node:path';
import { parseConfig, SeaError } from '@sea-align/core';
import { z } from 'zod';
import { benchModalities, type BenchModality } from '../bench/records.js';
import { commandFields, type CommandSettings } from './command-settings.js';
import { commandFailed, describeCommand, runCommand } from './run-command.js';
import type { Target, TargetReply, TargetRequest } from './target.js';

export interface CommandTargetOptions extends CommandSettings {
  /** Name stored with every answer; default: the program's. */
  readonly name?: string;
  /** What it takes (default: image, video, audio). */
  readonly modalities?: readonly BenchModality[];
}

const optionsSchema = z.strictObject({
  ...commandFields,
  name: z.string().min(1).optional(),
  modalities: z.array(z.enum(benchModalities)).default([...benchModalities]),
});

const outputSchema = z.object({
  answer: z.string(),
  finish: z.enum(['stop', 'length']).optional(),
  tokens: z.object({ prompt: z.int().nonnegative(), answer: z.int().nonnegative() }).optional(),
});

/**
 * Any program as a model, one process a request. It reads one JSON object from its standard input:
 *
 *     {"question": "…", "system": "…", "medium": {"modality": "video", "path": "/…/1.mp4"}, "decoding": {"maxNewTokens": 300, "temperature": 0}}
 *
 * (`system` and `medium` where there are any), and writes `{"answer": "…"}`, with `finish` (`stop`, `length`) and `tokens`
 * (`prompt`, `answer`) if it likes, or the answer as plain text, whose last line end does not count. An exit code other
 * than 0, too much output or no end in time is an error of this request.
 * @throws ConfigError for faults in the options
 */
export function createCommandTarget(options: CommandTargetOptions): Target {
  const checked = parseConfig(optionsSchema, options, 'options of the command target');
  const { command, modalities, timeoutMs, maxOutputBytes, concurrency } = checked;
  return {
    name: checked.name ?? basename(command[0]),
    modalities,
    batchSize: 1,
    concurrency,
    describe: () => ({
      kind: 'command',
      command: describeCommand(command),
      modalities: [...modalities],
      timeoutMs,
    }),
    estimate: async (requests) => ({
      requests: requests.length,
      answerTokens: requests.reduce((sum, { decoding }) => sum + decoding.maxNewTokens, 0),
      note: 'Answered by a command of yours: what it spends is not known here. Answers are taken for as long as they may get.',
    }),
    answer: (requests, { signal } = {}) =>
      Promise.all(
        requests.map(async (request): Promise<TargetReply> => {
          const { medium } = request;
          const start = performance.now();
          if (medium !== undefined && !modalities.includes(medium.modality)) {
            const error = `The command takes ${modalities.join(' or ') || 'no media'}, not ${medium.modality}.`;
            return { error, latencyMs: 0 };
          }
          try {
            const output = await runCommand(command, inputOf(request), { timeoutMs, maxOutputBytes, signal });
            return { ...readAnswer(output), latencyMs: performance.now() - start };
          } catch (error) {
            if (!SeaError.isInstance(error) || error.code !== commandFailed) throw error;
            return { error: error.message, latencyMs: performance.now() - start };
          }
        }),
      ),
    spend: () => undefined,
    close: async () => undefined,
  };
}

function inputOf({ question, system, medium, decoding }: TargetRequest): string {
  const shown = medium && { modality: medium.modality, path: medium.path };
  return `${JSON.stringify({ question, system, medium: shown, decoding })}\n`;
}

function readAnswer(output: string): z.output<typeof outputSchema> {
  const structured = outputSchema.safeParse(jsonOf(output));
  return structured.success ? structured.data : { answer: output.replace(/\r?\n$/, '') };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
