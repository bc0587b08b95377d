import { fork } from 'node:child_process';
import type { HelperName } from '../../../contract/studio/host.ts';
import { bundleFile } from './bundle-file.ts';
import type { Helper } from './helper.ts';

const KEPT_CHARACTERS = 2000;

/** Starts a helper as a child of this process, under the same Node. */
export function forkHelper(name: HelperName): Helper {
  const child = fork(bundleFile(name), [], {
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
