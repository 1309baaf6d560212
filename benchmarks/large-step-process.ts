import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { EngineError } from '@sea-align/core';
import type { LargeStep, LargeStepRequest } from './large-step.js';
import type { ChildMessage } from './large-step-child.js';

/** A step in a process of its own, so that one model's memory is not another's; what goes wrong there is told here. */
export async function largeStepInProcess({
  onStage,
  onLayer,
  ...request
}: LargeStepRequest): Promise<LargeStep> {
  const child = fork(fileURLToPath(new URL('large-step-child.ts', import.meta.url)), {
    execArgv: process.execArgv,
  });
  let result: LargeStep | undefined;
  let failure: string | undefined;
  child.on('message', (message: ChildMessage) => {
    if ('stage' in message) onStage?.(message.stage);
    else if ('progress' in message) onLayer?.(message.progress);
    else if ('result' in message) result = message.result;
    else failure = message.failure;
  });
  child.send(request);
  const [code, signal] = (await once(child, 'exit')) as [number | null, string | null];
  if (result !== undefined) return result;
  throw new EngineError(
    failure ?? `${request.folder}: the process of the step ended with ${signal ?? `code ${code}`}.`,
    signal === 'SIGKILL' ? { hint: 'The system ends processes like this where memory runs out.' } : {},
  );
}
