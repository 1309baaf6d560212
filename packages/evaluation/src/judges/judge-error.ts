import { chatErrorCodes, concernsOneRequest } from '@sea-align/chat';
import { ChatError, SeaError } from '@sea-align/core';
import { commandFailed } from '../targets/run-command.js';

/**
 * Whether a judge's error is about the one answer it was given (an unusable verdict, a refusal to judge, an answer too
 * long for it, a reply too late), so that the next may well succeed. False for what a run should stop on: server
 * gone, key refused, command not found.
 */
export function concernsOneJudgement(error: unknown): error is SeaError {
  if (concernsOneRequest(error)) return true;
  if (!SeaError.isInstance(error)) return false;
  if (error.code === commandFailed) return true;
  if (!ChatError.isInstance(error)) return false;
  const { timeout, server, request } = chatErrorCodes;
  const ofOneAnswer: readonly string[] = [timeout, server, request];
  return ofOneAnswer.includes(error.code) && error.details?.status !== 404;
}
