import { ConfigError } from '@sea-align/core';

/** Reads the key. Throws ConfigError that names the variable, never its value. */
export function readApiKey(variable: string): string {
  const key = process.env[variable]?.trim() ?? '';
  if (key === '') {
    throw new ConfigError(
      `The environment variable ${variable} is not set; it must hold the key of the chat server.`,
      {
        code: 'SEA_CHAT_NO_KEY',
        hint: `export ${variable}=…   (or leave apiKeyEnv out for a server that wants no key)`,
      },
    );
  }
  // Node's own message for a header it refuses would show the value.
  if (!/^[\x21-\x7e]+$/.test(key)) {
    throw new ConfigError(`The environment variable ${variable} holds characters that no key has.`, {
      code: 'SEA_CHAT_NO_KEY',
      hint: 'Look for spaces, quotes or line ends that were copied with the key.',
    });
  }
  return key;
}

/** Takes the key out of a text: servers may echo what they were sent. */
export function redact(text: string, key: string | undefined): string {
  return key === undefined ? text : text.replaceAll(key, '[key]');
}
