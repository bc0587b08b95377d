import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describe as sentence, killInExport, killInTraining, KILLS, smallProject } from '../kills.ts';
import { type Serve, startServe } from './serve.ts';
import { type ServedVictim, victimBehind } from './victim.ts';

describe(`an engine behind serve that is killed ${KILLS} times`, () => {
  let serve: Serve;
  let victim: ServedVictim;
  let folder: string;
  let ids: readonly string[];
  beforeAll(async () => {
    serve = await startServe();
    victim = await victimBehind(serve);
    ({ folder, ids } = await smallProject(victim, serve.home));
  });
  afterAll(async () => {
    victim?.close();
    await serve?.stop();
  });

  it('in training', async () => {
    const report = await killInTraining(victim, folder, KILLS);
    process.stdout.write(sentence('training through serve', report));
    expect(report.hits).toBe(KILLS);
  });

  it('in export', async () => {
    const report = await killInExport(victim, folder, ids, KILLS);
    process.stdout.write(sentence('export through serve', report));
    expect(report.hits).toBe(KILLS);
    expect(serve.log()).not.toMatch(/defect/i);
  });
});
