import type { ElectronApplication } from 'playwright-core';

/**
 * Runs code in the studio's page. Not by Playwright's own page: that one is lost when its process crashes.
 * @param code an expression; a promise is waited for
 */
export async function inPage<T>(electron: ElectronApplication, code: string): Promise<T> {
  return (await electron.evaluate(
    ({ BrowserWindow }, expression) =>
      BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(expression) as Promise<unknown>,
    code,
  )) as T;
}

let lines = 1_000_000;

/** Asks the engine over a line of its own, as the page would, and gives what it answered. */
export function askEngine<T>(electron: ElectronApplication, method: string, input: object = {}): Promise<T> {
  const id = ++lines;
  return inPage<T>(
    electron,
    `new Promise((resolve, reject) => {
      const request = ${JSON.stringify({ t: 'q', i: 'test', m: 'call', a: [1, method, input] })};
      addEventListener('message', function take({ data, ports: [port] }) {
        if (data?.morphloomPort !== ${id}) return;
        removeEventListener('message', take);
        port.onmessage = ({ data }) => {
          if (data.t !== 's' || data.i !== 'test') return;
          port.close();
          data.r?.ok ? resolve(data.r.output) : reject(new Error(JSON.stringify(data)));
        };
        port.postMessage(request);
      });
      morphloom.connect(${id});
    })`,
  );
}

/** Repeats `attempt` until it gives something; it may throw meanwhile. */
export async function eventually<T>(
  attempt: () => Promise<T | null | undefined | false>,
  withinMs: number,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      const value = await Promise.race([
        attempt(),
        new Promise<never>((_resolve, reject) => setTimeout(reject, 1000, new Error('no answer for 1 s'))),
      ]);
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
