import { findAdapter, measureSpeed } from '../../../src/engine/compute/trial-helper.ts';
import { parentPort } from '../../../src/engine/node/helpers/parent-port.ts';

/** In place of the engine: looks for a graphics card and times it, as the choice of a backend does. */
const WORKLOAD = { size: 16, batch: 2, seconds: 0.1 };

async function tryCard(): Promise<void> {
  const adapter = await findAdapter();
  const speeds = [await measureSpeed('webgpu', WORKLOAD), await measureSpeed('wasm', WORKLOAD)];
  process.stderr.write(`TRIED ${JSON.stringify({ adapter, speeds })}\n`);
}

parentPort()?.postMessage({ kind: 'ready' });
void tryCard();
