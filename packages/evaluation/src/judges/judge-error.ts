import { chatErrorCodes, concernsOneRequest } from '@sea-align/chat';
import { ChatError, SeaError } from '@sea-align/core';
import { commandFailed } from '../targets/run-command.js';

/** Whether a server could not be reached, or takes no more requests, after all retries. */
export function isOutage(error: unknown): error is ChatError {
  return ChatError.isInstance(error) && outages.includes(error.code);
}

const outages: readonly string[] = [chatErrorCodes.network, chatErrorCodes.rateLimit];

/**
 * Whether a judge's error is about the one answer it was given (an unusable verdict, a refusal to judge, an answer too
 * long for it, a reply too late, a connection that broke), so that the next may well succeed. False for what a run should
 * stop on: key refused, no such model, command not found.
 */
export function concernsOneJudgement(error: unknown): error is SeaError {
  if (concernsOneRequest(error) || isOutage(error)) return true;
  if (!SeaError.isInstance(error)) return false;
  if (error.code === commandFailed) return true;
  if (!ChatError.isInstance(error)) return false;
  const { timeout, server, request } = chatErrorCodes;
  const ofOneAnswer: readonly string[] = [timeout, server, request];
  return ofOneAnswer.includes(error.code) && error.details?.status !== 404;
}
