import * as path from 'node:path';
import * as readline from 'node:readline';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { BackendName } from '../../engine/compute/select.ts';
import { MorphloomError } from '../../contract/errors.ts';
import { Project } from '../../engine/project/project.ts';
import { type Door, judgeBind, openDoor } from '../../engine/serve/door.ts';
import { EngineProcess } from '../../engine/serve/engine-process.ts';
import { backendOption, collect } from '../options.ts';
import { createVoice, type Voice } from '../terminal.ts';
import { packageRoot, windowBundle } from '../window/bundle.ts';
import { openInBrowser } from '../window/opener.ts';

interface Flags {
  readonly host: string;
  readonly port: number;
  readonly open: boolean;
  readonly token?: string;
  readonly origin?: readonly string[];
  readonly backend?: BackendName;
  readonly gpu?: boolean;
  readonly json?: boolean;
}

/** `morphloom serve [project]`: the studio in a browser, on this machine or from another. */
export function registerServe(program: Command): void {
  program
    .command('serve')
    .description('the studio in a browser; Ctrl-C ends it with everything saved')
    .argument('[project]', 'the project to open')
    .option('--host <address>', 'where to listen; anything but this machine needs a token', '127.0.0.1')
    .option('--port <n>', 'the port; 0 takes one that is free', port, 0)
    .option('--no-open', 'open no browser')
    .addOption(
      new Option('--token <token>', 'a token of your own that opens it as often as wanted').env(
        'MORPHLOOM_TOKEN',
      ),
    )
    .option(
      '--origin <url>',
      'also answer under this address, of a proxy or a tunnel; may be repeated',
      collect,
    )
    .addOption(backendOption())
    .option('--gpu', 'use an NVIDIA GPU (Linux)')
    .option('--json', 'one JSON document on stdout, as soon as it serves')
    .action(serve);
}

async function serve(project: string | undefined, flags: Flags): Promise<void> {
  const voice = createVoice(flags);
  const { host, port, origin: origins } = flags;
  // An environment's empty variable is none.
  const token = flags.token || null;
  await judgeBind(host, token);
  const opens = project === undefined ? null : await projectAt(project);
  const renderer = await windowBundle(voice);
  const log = (line: string): void => void process.stderr.write(`${line}\n`);
  const engine = await EngineProcess.start({
    file: path.join(packageRoot(), 'dist', 'engine.cjs'),
    args: flags.gpu === true ? ['--gpu'] : [],
    env: {
      ...process.env,
      ...(flags.backend === undefined ? {} : { MORPHLOOM_BACKEND: flags.backend }),
      MORPHLOOM_TOKEN: undefined,
    },
    log,
  });
  try {
    const door = await openDoor({ receiver: engine, renderer, host, port, token, origins, opens });
    try {
      await announce(door, flags, voice);
      await Promise.race([untilAsked(door, voice), engine.failure]);
    } finally {
      // The lines that the door waits for are the engine's to end.
      await Promise.all([engine.close(), door.close()]);
    }
  } finally {
    await engine.close();
  }
}

async function projectAt(folder: string): Promise<string> {
  if (await Project.isProject(folder)) return path.resolve(folder);
  throw new MorphloomError('usage', `"${folder}" is no project; leave it out to choose one in the window.`);
}

async function announce(door: Door, { open, json }: Flags, voice: Voice): Promise<void> {
  const link = door.newLink();
  voice.json({ url: link });
  voice.say(link);
  voice.say(
    'The link opens the studio once, within a quarter of an hour. Ctrl-C ends it with everything saved.',
  );
  if (process.stdin.isTTY && !json) voice.say('Enter gives another link.');
  if (door.isPublic)
    voice.say('Other machines can come in with the token, over a line that is not encrypted.');
  if (open && !(await openInBrowser(link)))
    voice.say('No browser could be opened here: open the link by hand.');
}

/** Serves until it is asked to stop; gives out links meanwhile. */
async function untilAsked(door: Door, { say, json, signal }: Voice): Promise<void> {
  const lines = process.stdin.isTTY ? readline.createInterface(process.stdin) : null;
  lines?.on('line', () => {
    const link = door.newLink();
    say(link);
    json({ url: link });
  });
  await new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve());
  });
  lines?.close();
}

function port(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value < 65536) return value;
  throw new InvalidArgumentError('It is a whole number from 0 to 65535.');
}
