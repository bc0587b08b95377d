import { Command, CommanderError } from 'commander';
import { MorphloomError } from '../contract/errors.ts';
import { verbs } from './verbs/index.ts';

/** Runs the command line and returns its exit code: 0 done, 1 failed, 2 bad usage. */
async function run(argv: readonly string[]): Promise<number> {
  const program = new Command('morphloom')
    .description('An offline studio for latent morphing: a folder of your pictures in, loops out.')
    .showHelpAfterError('(morphloom <verb> --help says what a verb takes)')
    .enablePositionalOptions();
  for (const register of verbs) register(program);
  for (const command of [program, ...program.commands, ...program.commands.flatMap((c) => c.commands)]) {
    command.exitOverride();
  }
  try {
    await program.parseAsync(argv, { from: 'user' });
    return 0;
  } catch (error) {
    return report(error);
  }
}

function report(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof MorphloomError) {
    process.stderr.write(`morphloom: ${error.message}\n`);
    return error.code === 'usage' ? 2 : 1;
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(
    `morphloom: this is a defect of ours, please report it with these lines:\n${detail}\n`,
  );
  return 1;
}

// A reader that closes the pipe early (`| head`) is no failure of ours.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
});

void run(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});
