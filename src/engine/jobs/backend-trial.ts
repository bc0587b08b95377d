import { openWebgpu } from '../compute/backend-webgpu.ts';
import { openBackend } from '../compute/select.ts';
import type { TrialQuestion } from '../compute/trial-helper.ts';
import type { Speed } from '../compute/trial.ts';
import { openDawn } from '../compute/webgpu-dawn.ts';
import { meetWindow } from '../compute/webgpu-window.ts';
import type { AdapterFacts } from '../compute/webgpu.ts';
import { beHelper } from '../node/helpers/inside.ts';
import { timeTraining } from './time-training.ts';

/** The helper that looks for graphics cards and times backends; where a driver ends it, that is an answer too. */
const answer = beHelper<TrialQuestion, AdapterFacts | Speed>(async (question) => {
  try {
    answer(await answerTo(question));
  } catch (error) {
    answer(error instanceof Error ? error.message : String(error));
  }
});

async function answerTo(question: TrialQuestion): Promise<AdapterFacts | Speed> {
  if (question.ask === 'adapter') return (await openDawn()).facts;
  const { window } = question;
  if (question.backend === 'webgpu')
    await openWebgpu(() => (window === null ? openDawn() : meetWindow(window)));
  else await openBackend({ prefer: question.backend });
  return timeTraining(question.workload);
}
