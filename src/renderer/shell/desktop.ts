import { type Bridge, isPortMessage } from '../../contract/studio/bridge.ts';
import type { Shell } from '../../contract/studio/shell.ts';
import type { Wire } from '../../contract/studio/wire.ts';

declare global {
  interface Window {
    /** What the desktop's preload offers; absent in a browser. */
    readonly morphloom?: Bridge;
  }
}

/** A line over a MessagePort. Ports tell of their end only in newer Chromiums: main tells of it in all. */
function portWire(port: MessagePort, wires: Set<() => void>): Wire {
  let tell: (() => void) | null = null;
  let over = false;
  const end = (): void => {
    if (over) return;
    over = true;
    wires.delete(end);
    port.close();
    tell?.();
  };
  wires.add(end);
  port.addEventListener('close', end);
  return {
    // Everything is cloned: a buffer that is transferred does not arrive in the engine's process.
    send: (message) => {
      if (!over) port.postMessage(message);
    },
    receive: (listener) => {
      port.onmessage = ({ data }: MessageEvent<unknown>) => listener(data);
      port.start();
    },
    closed: (listener) => {
      tell = listener;
      if (over) listener();
    },
    close: end,
  };
}

/** The shell of the desktop; null in a browser. */
export function desktopShell(): Shell | null {
  const bridge = window.morphloom;
  if (bridge === undefined) return null;
  const expected = new Map<number, (wire: Wire) => void>();
  const wires = new Set<() => void>();
  let ids = 0;

  window.addEventListener('message', ({ source, origin, data, ports }: MessageEvent<unknown>) => {
    if (source !== window || origin !== location.origin || !isPortMessage(data)) return;
    if (data.morphloomPort === null) {
      for (const end of [...wires]) end();
      return;
    }
    const [port] = ports;
    const take = expected.get(data.morphloomPort);
    expected.delete(data.morphloomPort);
    if (port !== undefined) take?.(portWire(port, wires));
  });

  return {
    ...bridge,
    kind: 'desktop',
    connect: () =>
      new Promise((resolve) => {
        const id = ++ids;
        expected.set(id, resolve);
        bridge.connect(id);
      }),
  };
}
