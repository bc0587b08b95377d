import type { HelperName, ToHost } from '../../../contract/studio/host.ts';
import type { Helper } from './helper.ts';
import type { HelperPort, ParentPort } from './parent-port.ts';

interface Pending {
  gotLine(port: HelperPort): void;
  ended(how: string): void;
}

const pending = new Map<number, Pending>();
let listening = false;
let lastId = 0;

/** Has Electron's main start a helper; messages go straight to it, by a port of their own. */
export function askForHelper(main: ParentPort<HelperPort>, name: HelperName): Helper {
  listen(main);
  const id = ++lastId;
  const early: unknown[] = [];
  const hearers: ((message: unknown) => void)[] = [];
  const enders: ((how: string) => void)[] = [];
  let line: HelperPort | null = null;
  pending.set(id, {
    gotLine: (port) => {
      line = port;
      port.on('message', ({ data }) => hearers.forEach((hear) => hear(data)));
      port.start();
      for (const message of early.splice(0)) port.postMessage(message);
    },
    ended: (how) => enders.forEach((tell) => tell(how)),
  });
  main.postMessage({ kind: 'startHelper', id, name });
  return {
    send: (message) => {
      if (line === null) early.push(message);
      else line.postMessage(message);
    },
    onMessage: (listener) => void hearers.push(listener),
    onEnd: (listener) => void enders.push(listener),
    end: () => main.postMessage({ kind: 'endHelper', id }),
  };
}

function listen(main: ParentPort<HelperPort>): void {
  if (listening) return;
  listening = true;
  main.on('message', ({ data, ports }) => {
    const message = data as ToHost;
    if (message.kind === 'helper' && ports[0] !== undefined) pending.get(message.id)?.gotLine(ports[0]);
    if (message.kind !== 'helperEnded') return;
    pending.get(message.id)?.ended(message.how);
    pending.delete(message.id);
  });
}
