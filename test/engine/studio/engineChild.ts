import * as path from 'node:path';
import type { Wire } from '../../../src/contract/studio/wire.ts';
import { createStudio } from '../../../src/engine/studio/studio.ts';

/** An engine in a process of its own, with its one line over the process's messages: to be killed by tests. */
const root = process.argv[2];

const wire: Wire = {
  send: (message) => process.send?.(message),
  receive: (listener) => process.on('message', listener),
  closed: (listener) => process.on('disconnect', listener),
  close: () => process.disconnect(),
};

void createStudio({
  projectsFolder: path.join(root, 'projects'),
  stateFolder: path.join(root, 'state'),
  log: (line) => process.stderr.write(`${line}\n`),
}).then((studio) => studio.connect(wire));
process.on('disconnect', () => process.exit(0));
