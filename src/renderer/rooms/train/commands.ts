import type { Command } from '../../lib/commands.svelte.ts';
import { studio } from '../../lib/studio.svelte.ts';
import { t } from '../../strings/index.ts';
import { showForm } from './view.svelte.ts';

/** Pauses what trains, or goes on with it. */
export function togglePause(): void {
  const job = studio.activeJob('train');
  if (job === null) return;
  void studio.call(job.state === 'paused' ? 'jobs.resume' : 'jobs.pause', { job: job.id });
}

/** Ends the training; what was learned stays. */
export function stopTraining(): void {
  const job = studio.activeJob('train');
  if (job !== null) void studio.call('jobs.stop', { job: job.id });
}

/** What can be done in the room Train. */
export function trainCommands(): Command[] {
  const { commands } = t.train;
  const group = t.common.rooms.train;
  const training = (): boolean => studio.activeJob('train') !== null && studio.canWrite;
  return [
    { id: 'train.fresh', title: commands.fresh, group, shortcut: 'n', run: showForm },
    { id: 'train.pause', title: commands.pause, group, shortcut: 'space', when: training, run: togglePause },
    { id: 'train.stop', title: commands.stop, group, shortcut: 'mod+.', when: training, run: stopTraining },
  ];
}
