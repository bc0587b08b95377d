import * as os from 'node:os';
import type { ElectronApplication } from 'playwright-core';

/**
 * Runs code in the studio's page. Not by Playwright's own page: that one is lost when its process crashes.
 * @param code an expression; a promise is waited for
 */
export async function inPage<T>(electron: ElectronApplication, code: string): Promise<T> {
  return (await electron.evaluate(
    ({ BrowserWindow }, expression) =>
      BrowserWindow.getAllWindows()
        // Not the hidden one that may compute.
        .find(({ webContents }) => webContents.getURL().startsWith('app:'))
        ?.webContents.executeJavaScript(expression) as Promise<unknown>,
    code,
  )) as T;
}

export type Ask = <T>(method: string, input?: object) => Promise<T>;

let lines = 1_000_000;

/** A line of the test's own from the page to the engine; it speaks as the page's own client does. */
export async function openLine(electron: ElectronApplication): Promise<Ask> {
  const id = ++lines;
  await inPage(
    electron,
    `new Promise((resolve) => {
      const waiting = new Map();
      let calls = 0;
      let over = false;
      addEventListener('message', ({ data, ports: [port] }) => {
        if (data?.morphloomPort === null) {
          over = true;
          for (const settle of waiting.values()) settle('the engine ended');
        }
        if (data?.morphloomPort !== ${id}) return;
        over = false;
        port.onmessage = ({ data }) => {
          const settle = data.t === 's' && waiting.get(data.i);
          if (settle) settle(data);
          waiting.delete(data.i);
        };
        globalThis['line${id}'] = (method, input) => new Promise((answered, failed) => {
          if (over) throw new Error('the engine ended');
          const call = ++calls;
          waiting.set(String(call), (data) =>
            data.r?.ok ? answered(data.r.output) : failed(new Error(JSON.stringify(data))));
          port.postMessage({ t: 'q', i: String(call), m: 'call', a: [call, method, input] });
        });
        resolve(null);
      });
      morphloom.connect(${id});
    })`,
  );
  return (method, input = {}) =>
    inPage(electron, `globalThis['line${id}'](${JSON.stringify(method)}, ${JSON.stringify(input)})`);
}

/** Asks the engine one thing, over a line of its own. */
export async function askEngine<T>(
  electron: ElectronApplication,
  method: string,
  input: object = {},
): Promise<T> {
  const ask = await openLine(electron);
  return ask<T>(method, input);
}

/**
 * Repeats `attempt` until it gives something; it may throw meanwhile.
 * @param attemptMs how long one attempt may take: a page that crashed never answers
 */
export async function eventually<T>(
  attempt: () => Promise<T | null | undefined | false>,
  withinMs: number,
  attemptMs = 10_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    try {
      const value = await Promise.race([
        attempt(),
        new Promise<never>((_resolve, reject) => setTimeout(reject, attemptMs, new Error('no answer'))),
      ]);
      if (value !== null && value !== undefined && value !== false) return value;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
    if (Date.now() > end) throw new Error(`Not within ${withinMs} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** How many processes want each core: times that hold on a machine of one's own hold here times this. */
export const crowding = (): number => Math.max(1, (os.loadavg()[0] ?? 0) / os.cpus().length);
