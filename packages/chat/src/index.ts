export type { ChatClient, ChatEstimate, ChatRequest, ChatUsage, Spend, TokenPrice } from './chat-client.js';
export { chatErrorCodes, concernsOneRequest, type ChatErrorCode } from './chat-error-codes.js';
export { createOfflineChat, type OfflineHandler } from './offline-chat.js';
export { createOpenAIChat } from './openai-chat.js';
export {
  answerFormats,
  type AnswerFormat,
  type OpenAIChatOptions,
  type TextChatOptions,
} from './openai-chat-options.js';
export type { ParsedAnswer } from './json-answer.js';
export {
  createOpenAITextChat,
  type QuestionPart,
  type TextChat,
  type TextReply,
  type TextRequest,
} from './text-chat.js';
export { estimateTokens, spendOf } from './token-estimate.js';
