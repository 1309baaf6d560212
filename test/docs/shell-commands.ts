/**
 * The commands in shell text, as words: comments left out, lines joined at backslashes, pipes and `&&` split. Quotes group
 * words; expansions are not done.
 */
export function shellCommands(text: string): string[][] {
  const commands: string[][] = [];
  for (const line of text.replaceAll(/\\\n\s*/g, ' ').split('\n')) {
    let command: string[] = [];
    for (const [, double, single, plain] of line.matchAll(/"([^"]*)"|'([^']*)'|([^\s"']+)/g)) {
      const word = double ?? single ?? plain;
      if (plain?.startsWith('#')) break;
      if (plain === '&&' || plain === '|' || plain === '||') {
        commands.push(command);
        command = [];
      } else command.push(word);
    }
    commands.push(command);
  }
  return commands
    .map((command) => command.slice(command.findIndex((word) => !/^[A-Z_]+=/.test(word))))
    .filter((command) => command.length > 0);
}
