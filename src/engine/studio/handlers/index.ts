import type { Call, Handlers } from '../context.ts';
import type { Services } from '../services.ts';
import { attributeHandlers } from './attributes.ts';
import { engineHandlers } from './engine.ts';
import { exploreHandlers } from './explore.ts';
import { exportHandlers } from './exports.ts';
import { findingHandlers } from './findings.ts';
import { filmHandlers } from './films.ts';
import { folderHandlers } from './folders.ts';
import { jobHandlers } from './jobs.ts';
import { kindsHandlers } from './kinds.ts';
import { learnedHandlers } from './learned.ts';
import { morphHandlers } from './morphs.ts';
import { pictureHandlers } from './pictures.ts';
import { previewHandlers } from './preview.ts';
import { projectHandlers } from './projects.ts';
import { recipeHandlers } from './recipes.ts';
import { trainingHandlers } from './training.ts';

/** What the engine does for each procedure of the contract; training makes room for each meanwhile. */
export function createHandlers(services: Services): Handlers {
  const attended = Object.entries(handlersOf(services)).map(([method, handle]) => {
    const work = handle as (input: unknown, call: Call) => unknown;
    return [method, (input: unknown, call: Call) => services.attention.during(() => work(input, call))];
  });
  return Object.fromEntries(attended) as Handlers;
}

function handlersOf(services: Services): Handlers {
  return {
    ...engineHandlers(services),
    ...folderHandlers(services),
    ...projectHandlers(services),
    ...pictureHandlers(services),
    ...recipeHandlers(),
    ...trainingHandlers(services),
    ...jobHandlers(services),
    ...exploreHandlers(services),
    ...findingHandlers(services),
    ...kindsHandlers(services),
    ...learnedHandlers(services),
    ...attributeHandlers(services),
    ...morphHandlers(services),
    ...previewHandlers(services),
    ...exportHandlers(services),
    ...filmHandlers(services),
  };
}
