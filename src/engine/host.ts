// First: it decides which build of sharp the others get.
import './node/sharp-in-electron.ts';
import { GRAPHICS_LOST, type FromHost, type ToHost } from '../contract/studio/host.ts';
import { onGraphicsLost } from './compute/webgpu-window.ts';
import { parentPort } from './node/helpers/parent-port.ts';
import { Lines } from './serve/lines.ts';
import { takeFromDoor } from './serve/relay.ts';
import { standardFolders } from './studio/standard-folders.ts';
import { createStudio, type Studio } from './studio/studio.ts';
import { portWire, type PortLike } from './studio/wires.ts';

const mainPort = parentPort<PortLike>();

const log = (line: string): void => void process.stderr.write(`${line}\n`);

function isToHost(message: unknown): message is ToHost {
  const kind = typeof message === 'object' && message !== null && 'kind' in message ? message.kind : null;
  return kind === 'connect' || kind === 'close' || kind === 'helper' || kind === 'helperEnded';
}

/**
 * The engine's own process. In Electron's utility process lines to windows come as MessagePorts; started by
 * `serve`, as the sockets of browsers that its door has let in.
 */
async function main(): Promise<void> {
  // Ports may come while the studio is still made: nothing is lost by listening first.
  const starting = createStudio({ ...standardFolders(), log, gpu: process.argv.includes('--gpu') });
  const lines = new Lines((wire) => void starting.then((studio: Studio) => studio.connect(wire)));
  let ending = false;
  const end = async (): Promise<void> => {
    if (ending) return;
    ending = true;
    lines.leave();
    await (await starting).close();
    process.exit(0);
  };
  const hear = (message: unknown, ports: readonly PortLike[]): void => {
    if (!isToHost(message)) return log('A message to the engine that is none of ours was dropped.');
    if (message.kind === 'close') void end();
    // What is said of helpers is for those who started them.
    else if (message.kind === 'connect')
      for (const port of ports) void starting.then((studio: Studio) => studio.connect(portWire(port)));
  };
  mainPort?.on('message', ({ data, ports }) => hear(data, ports));
  takeFromDoor(lines, (message) => hear(message, []));
  // Whoever started it is gone: what runs is committed, and waits to be gone on with.
  process.on('disconnect', () => void end());
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void end());
  await starting;
  const ready: FromHost = { kind: 'ready' };
  mainPort?.postMessage(ready);
  process.send?.(ready);
}

// All that was on the card is gone, and with it what trains: the next engine goes on from what was committed.
onGraphicsLost((how) => {
  log(`The graphics card is lost: ${how}.`);
  process.exit(GRAPHICS_LOST);
});

// One request that goes wrong in an unforeseen way must not end a night's training.
process.on('unhandledRejection', (error) =>
  log(`A defect: ${error instanceof Error ? error.stack : String(error)}`),
);

main().catch((error: unknown) => {
  log(`The engine cannot start: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  process.exit(1);
});
