import { WebSocket } from 'ws';
import { createStudioClient, type StudioClient } from '../../../src/contract/studio/client.ts';
import type { Method } from '../../../src/contract/studio/api.ts';
import { wireOverSocket, WIRE_PATH } from '../../../src/contract/studio/socket.ts';
import { sleep, type Victim } from '../kills.ts';
import { killEngine, type Serve } from './serve.ts';

export interface ServedVictim extends Victim {
  close(): void;
}

/**
 * A window's line to `serve` that comes back as often as it breaks.
 * @param cookie of a visit before; without it the launch link is used up
 */
export async function victimBehind(serve: Serve, cookie?: string): Promise<ServedVictim> {
  const pass = cookie ?? (await enter(serve));
  const connect = async (): Promise<StudioClient> => {
    for (;;) {
      const socket = new WebSocket(`${serve.origin.replace('http', 'ws')}${WIRE_PATH}`, {
        headers: { Cookie: pass, Origin: serve.origin },
      });
      try {
        const client = createStudioClient(await wireOverSocket(socket));
        await client.call('engine.hello', {});
        return client;
      } catch {
        await sleep(50);
      }
    }
  };
  let client = await connect();
  return {
    ask: <T>(method: string, input: object = {}) => client.call(method as Method, input) as Promise<T>,
    killEngine: async () => {
      const before = (await client.call('engine.hello', {})).session;
      killEngine(serve);
      do client = await connect();
      while ((await client.call('engine.hello', {})).session === before);
    },
    close: () => client.close(),
  };
}

async function enter({ link }: Serve): Promise<string> {
  const entered = await fetch(link);
  return entered.headers.getSetCookie()[0].split(';')[0];
}
