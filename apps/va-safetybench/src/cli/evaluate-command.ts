import type { CommandRunner, CommonOptions } from '@sea-align/core';
import { type Command, Option } from 'commander';
import type { EvaluateOptions, EvaluateResult } from '../commands/evaluate.js';
import { targetKinds } from '../evaluate/kinds.js';
import {
  aboveZero,
  list,
  number,
  positiveNumber,
  repeatable,
  wholeNumber,
  withCommon,
} from './option-values.js';

/** `va-safetybench evaluate` */
export function addEvaluateCommand(program: Command, runCommand: CommandRunner): void {
  withCommon(program.command('evaluate'))
    .description(
      'ask a model every case of a benchmark, judge every answer, report; goes on with what is in --out',
    )
    .option('--bench <dir>', 'the benchmark: the folder that `build` made, or one in the published layout')
    .option(
      '--model <name>',
      'tiny-qwen2-vl, tiny-qwen2-audio, a checkpoint folder, or a server’s name of its model',
    )
    .requiredOption('--out <dir>', 'folder of the run')
    .addOption(
      new Option('--target <kind>', 'what --model is (default: by the settings, else engine)').choices(
        targetKinds,
      ),
    )
    .option('--adapter <dir>', 'result of `sea align`, or a PEFT adapter, over a model of our own engine')
    .addOption(
      new Option(
        '--judge <name>',
        'phrases, llm, llm-with-question or command, with a name behind a colon for several of a kind; the first one is quoted; ' +
          'may be repeated',
      )
        .argParser(repeatable)
        .default([], 'phrases'),
    )
    .option('--name <text>', 'name of the run in tables and reports (default: the model’s)')
    .option('--phrases <file>', 'key phrases, for understanding checks on a published benchmark')
    .option('--tasks <list>', 'video, audio, or names of tasks, such as Text_only,TYPO (default: all)', list)
    .option('--scenarios <list>', 'numbers 1 to 8 or names (default: all)', list)
    .option('--roles <list>', 'attack, benign, understanding (default: all)', list)
    .option('--limit <n>', 'only the first test cases of each scenario', positiveNumber)
    .option('--shard <i/n>', 'only every n-th test case, from the i-th on')
    .option('--max-new-tokens <n>', 'longest answer', positiveNumber, 300)
    .option('--temperature <t>', '0: greedy', number, 0)
    .option('--top-p <p>', 'nucleus sampling, with a temperature', aboveZero)
    .option('--seed <n>', 'of sampling', wholeNumber)
    .option('--system <text>', 'system prompt in place of the model’s own; empty: none')
    .option('--concurrency <n>', 'questions at once (default: what suits the target)', positiveNumber)
    .option('--requests-per-minute <n>', 'questions a minute at most', aboveZero)
    .option('--max-cost <amount>', 'stop before this is spent, over all sessions; needs prices', number)
    .addOption(
      new Option('--set <group.name=value>', 'a setting of target or judge; may be repeated')
        .argParser(repeatable)
        .default([], 'none'),
    )
    .option('--dry-run', 'say what would be asked, judged and spent; ask nothing, write nothing')
    .option('--rejudge', 'only judge the answers in --out, with further judges too; ask no question')
    .option('--resume', 'go on with what is in the folder: what it does in any case')
    .option('--force', 'replace the run that is in the folder')
    .addHelpText(
      'after',
      '\nExamples:\n' +
        '  va-safetybench evaluate --bench runs/sample --model tiny-qwen2-vl --tasks Text_only,video --out runs/tiny\n' +
        '  va-safetybench evaluate --bench VA-SafetyBench --model Qwen2-VL-2B-Instruct --out runs/base --dry-run\n' +
        '  va-safetybench evaluate --bench VA-SafetyBench --model my-model --set target.url=http://localhost:8000/v1 \\\n' +
        '    --judge llm --set judge.model=gpt-4o-mini --set judge.apiKeyEnv=OPENAI_API_KEY --out runs/served\n' +
        '  va-safetybench evaluate --rejudge --judge llm-with-question --set judge.model=gpt-4o-mini --set judge.apiKeyEnv=OPENAI_API_KEY \\\n' +
        '    --out runs/served',
    )
    .action((flags: EvaluateOptions & CommonOptions) =>
      runCommand(flags, async (context) => {
        const { evaluate, isDone } = await import('../commands/evaluate.js');
        const result = await evaluate(flags, context);
        if (!flags.dryRun && !isDone(result as EvaluateResult)) process.exitCode = 1;
        return result;
      }),
    );
}
