import { fork } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import type { HelperName } from '../../../contract/studio/host.ts';
import type { Helper } from './helper.ts';

const KEPT_CHARACTERS = 2000;

/** Helpers that Electron's main does not start: they have no use there. */
type OnlyForked = 'backend-trial';

/** Starts a helper as a child of this process, under the same Node. */
export function forkHelper(name: HelperName | OnlyForked): Helper {
  const child = fork(helperFile(name), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let said = '';
  child.stderr
    ?.setEncoding('utf8')
    .on('data', (text: string) => (said = (said + text).slice(-KEPT_CHARACTERS)));
  return {
    send: (message) => {
      if (child.connected) child.send(message as object);
    },
    onMessage: (listener) => void child.on('message', listener),
    onEnd: (listener) => {
      child.on('error', (error) => listener(error.message));
      child.on('exit', (code, by) => {
        const last = said.trim().split('\n').at(-1) ?? '';
        listener(`it ended with ${by ?? `code ${code}`}${last === '' ? '' : `, saying "${last}"`}`);
      });
    },
    end: () => void child.kill('SIGKILL'),
  };
}

/** The helper's bundle: beside ours, or in `dist/` of a checkout. */
function helperFile(name: HelperName | OnlyForked): string {
  for (let folder = import.meta.dirname; ; folder = path.dirname(folder)) {
    for (const file of [path.join(folder, `${name}.cjs`), path.join(folder, 'dist', `${name}.cjs`)]) {
      if (fs.existsSync(file)) return file;
    }
    if (path.dirname(folder) === folder)
      throw new MorphloomError('environment', `"dist/${name}.cjs" is missing; build Morphloom anew.`);
  }
}
