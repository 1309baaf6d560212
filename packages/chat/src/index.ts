export type { ChatClient, ChatEstimate, ChatRequest, ChatUsage, Spend, TokenPrice } from './chat-client.js';
export { chatErrorCodes, concernsOneRequest, type ChatErrorCode } from './chat-error-codes.js';
export { createOfflineChat, type OfflineHandler } from './offline-chat.js';
export { createOpenAIChat } from './openai-chat.js';
export type { AnswerFormat, OpenAIChatOptions } from './openai-chat-options.js';
