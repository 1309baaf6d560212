import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Template } from '@huggingface/jinja';
import { CheckpointError } from '@sea-align/core';
import { z } from 'zod';
import { readJsonFile } from '../config/read-config.js';
import type { ChatTurn, PromptPlaceholder } from '../family/prompt-placeholder.js';

export type ChatTemplate = (turn: ChatTurn) => string;

const namedTemplates = z.array(z.looseObject({ name: z.string(), template: z.string() }));
const templateHolder = z.looseObject({ chat_template: z.union([z.string(), namedTemplates]).nullish() });

/**
 * The folder's chat template: chat_template.jinja, chat_template.json, or in tokenizer_config.json; without one, the family's
 * `renderTurn`, else LLaVA-1.5's (`USER: <image>\nquestion ASSISTANT:`).
 * @throws CheckpointError for a template that is no Jinja
 */
export async function loadChatTemplate(
  folder: string,
  placeholder: PromptPlaceholder,
  specialTokens: Readonly<Record<string, string | undefined>>,
  renderTurn: (turn: ChatTurn, medium: string) => string = vicunaTurn,
): Promise<ChatTemplate> {
  const found = await findTemplate(folder);
  if (found === undefined) return (turn) => renderTurn(turn, mediumText(placeholder));
  try {
    return jinjaTemplate(new Template(found.source), placeholder, specialTokens);
  } catch (error) {
    throw new CheckpointError(`${found.path}: the chat template is not usable: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function findTemplate(folder: string): Promise<{ path: string; source: string } | undefined> {
  const jinja = join(folder, 'chat_template.jinja');
  if (existsSync(jinja)) return { path: jinja, source: await readFile(jinja, 'utf8') };
  for (const file of ['chat_template.json', 'processor_config.json', 'tokenizer_config.json']) {
    const path = join(folder, file);
    if (!existsSync(path)) continue;
    const parsed = templateHolder.safeParse(await readJsonFile(path));
    if (!parsed.success)
      throw new CheckpointError(`${path}: chat_template is neither text nor a list of templates.`);
    const template = parsed.data.chat_template;
    if (typeof template === 'string') return { path, source: template };
    const named = template?.find(({ name }) => name === 'default') ?? template?.[0];
    if (named) return { path, source: named.template };
  }
  return undefined;
}

/** A medium in a message of plain text. */
function mediumText({ token, around: [before, after] }: PromptPlaceholder): string {
  return before + token + after;
}

/** Of an `enclosed` placeholder that stands bare on both sides: with what belongs around it. */
function enclose(text: string, placeholder: PromptPlaceholder): string {
  const { token, around, enclosed } = placeholder;
  const at = text.indexOf(token);
  if (!enclosed || at < 0) return text;
  const [before, after] = [text.slice(0, at), text.slice(at + token.length)];
  if (before.endsWith(around[0]) || after.startsWith(around[1])) return text;
  return before + mediumText(placeholder) + after;
}

/** LLaVA-1.5's conversation form (Vicuna v1). */
function vicunaTurn({ question, medium, system, answer }: ChatTurn, mediumPart: string): string {
  return (
    `${system === undefined ? '' : `${system} `}USER: ${medium ? mediumPart : ''}${question} ASSISTANT:` +
    (answer === undefined ? '' : ` ${answer}`)
  );
}

interface Message {
  role: string;
  content: string | Readonly<Record<string, unknown>>[];
}

/** Templates of multimodal processors take a list of parts; those of text models take a string with the placeholder in it. */
function jinjaTemplate(
  template: Template,
  placeholder: PromptPlaceholder,
  specialTokens: Readonly<Record<string, string | undefined>>,
): ChatTemplate {
  const render = (messages: Message[], complete: boolean): string =>
    template.render({ ...specialTokens, messages, add_generation_prompt: !complete });
  return (turn) => {
    const complete = turn.answer !== undefined;
    const faults: string[] = [];
    for (const messages of [partMessages(turn, placeholder), textMessages(turn, placeholder)]) {
      try {
        const text = render(messages, complete);
        const shown = text.split(placeholder.token).length - 1;
        if (shown === (turn.medium ? 1 : 0) && text.includes(turn.question))
          return enclose(text, placeholder);
        faults.push(`it renders ${shown} placeholders "${placeholder.token}"`);
      } catch (error) {
        faults.push(messageOf(error));
      }
    }
    throw new CheckpointError(`The chat template cannot lay out a turn: ${faults.join('; ')}.`, {
      hint: 'Replace the template (chat_template.json) by the one of the original checkpoint.',
    });
  };
}

function partMessages(
  { question, medium, system, answer }: ChatTurn,
  { part }: PromptPlaceholder,
): Message[] {
  const text = (role: string, content: string): Message => ({
    role,
    content: [{ type: 'text', text: content }],
  });
  return [
    ...(system === undefined ? [] : [text('system', system)]),
    { role: 'user', content: [...(medium ? [part] : []), { type: 'text', text: question }] },
    ...(answer === undefined ? [] : [text('assistant', answer)]),
  ];
}

function textMessages(
  { question, medium, system, answer }: ChatTurn,
  placeholder: PromptPlaceholder,
): Message[] {
  return [
    ...(system === undefined ? [] : [{ role: 'system', content: system }]),
    { role: 'user', content: medium ? mediumText(placeholder) + question : question },
    ...(answer === undefined ? [] : [{ role: 'assistant', content: answer }]),
  ];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
