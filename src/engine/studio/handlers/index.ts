import { MorphloomError } from '../../../contract/errors.ts';
import { type Method, procedures } from '../../../contract/studio/api.ts';
import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';
import { engineHandlers } from './engine.ts';
import { jobHandlers } from './jobs.ts';
import { pictureHandlers } from './pictures.ts';
import { projectHandlers } from './projects.ts';
import { trainingHandlers } from './training.ts';

/** What the engine does for each procedure of the contract. */
export function createHandlers(services: Services): Handlers {
  const there = {
    ...engineHandlers(services),
    ...projectHandlers(services),
    ...pictureHandlers(services),
    ...trainingHandlers(services),
    ...jobHandlers(services),
  };
  const missing = (Object.keys(procedures) as Method[]).map((method) => [
    method,
    () => {
      throw new MorphloomError('usage', `"${method}" is not offered yet.`);
    },
  ]);
  return { ...Object.fromEntries(missing), ...there } as Handlers;
}
