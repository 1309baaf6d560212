/** Something the user can put right: printed without a stack trace. */
export class SetupFault extends Error {}

/** Runs a command-line program: 2 for what the user can put right, 1 for what a step that was started has failed at. */
export async function runMain(main) {
  try {
    process.exitCode = (await main()) ?? 0;
  } catch (error) {
    const known = error instanceof SetupFault || error.code?.startsWith('ERR_PARSE_ARGS');
    console.error(known ? `error: ${error.message}` : error);
    process.exitCode = known ? 2 : 1;
  }
}
