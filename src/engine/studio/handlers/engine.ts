import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

export function engineHandlers({ engine }: Services): Pick<Handlers, 'engine.hello' | 'engine.warmUp'> {
  return {
    'engine.hello': () => engine.state(),
    'engine.warmUp': async () => {
      await engine.ready();
      return engine.state();
    },
  };
}
