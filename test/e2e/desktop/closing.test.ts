import * as fs from 'node:fs/promises';
import * as os from 'node:os';
import * as path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CHANNELS } from '../../../src/contract/studio/bridge.ts';
import { hasEnded, launchApp, type RunningApp } from './app.ts';
import { build, electron, missing } from './available.ts';
import { askEngine, eventually, inPage } from './page.ts';

describe.skipIf(missing !== null)('closing the desktop', () => {
  let folder: string;
  let app: RunningApp | null = null;
  beforeAll(build);
  beforeEach(async () => (folder = await fs.mkdtemp(path.join(os.tmpdir(), 'morphloom-closing-'))));
  afterEach(async () => {
    await app?.close();
    app = null;
    await fs.rm(folder, { recursive: true, force: true });
  });

  /** Stands for the user: every question gets this answer, and is written down; null leaves it open until `answerOpen`. */
  const answerWith = (running: RunningApp, button: number | null): Promise<void> =>
    running.electron.evaluate(({ dialog }, response) => {
      const asked: unknown[] = [];
      Object.assign(globalThis, { asked });
      dialog.showMessageBox = (...args: unknown[]) => {
        asked.push(args.at(-1));
        return new Promise((answer) => {
          const give = (button: number): void => answer({ response: button, checkboxChecked: false });
          if (response === null) Object.assign(globalThis, { give });
          else give(response);
        });
      };
    }, button);
  const answerOpen = (running: RunningApp, button: number): Promise<void> =>
    running.electron.evaluate(
      (_electron, answer) => (globalThis as unknown as { give: (button: number) => void }).give(answer),
      button,
    );
  const asked = (running: RunningApp): Promise<{ message: string; detail: string; buttons: string[] }[]> =>
    running.electron.evaluate(
      () =>
        (globalThis as unknown as { asked: { message: string; detail: string; buttons: string[] }[] }).asked,
    );
  /** The page trains, from here on: what it says by itself while it comes up, that nothing runs, is not heard. */
  const trains = async (running: RunningApp): Promise<void> => {
    await running.electron.evaluate(({ ipcMain }, channel) => {
      const [hear] = ipcMain.listeners(channel) as ((event: unknown, busy: { training: boolean }) => void)[];
      ipcMain.removeAllListeners(channel);
      ipcMain.on(channel, (event, busy: { training: boolean }) => {
        if (!busy.training) return;
        hear?.(event, busy);
        Object.assign(globalThis, { heard: true });
      });
    }, CHANNELS.setBusy);
    await inPage(running.electron, `morphloom.setBusy({ training: true, exporting: false }), null`);
    await eventually(
      () => running.electron.evaluate(() => (globalThis as unknown as { heard?: boolean }).heard),
      10_000,
    );
  };
  const closeWindow = (running: RunningApp): Promise<void> =>
    running.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close());
  const visible = (running: RunningApp): Promise<boolean[]> =>
    running.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.isVisible()),
    );
  const ended = (running: RunningApp): Promise<unknown> => {
    const { main } = running;
    return main.exitCode === null ? new Promise((resolve) => main.once('exit', resolve)) : Promise.resolve();
  };

  it('while a model trains asks; then cancels, goes on without the window, comes back, or stops', async () => {
    app = await launchApp(electron, { folder });
    await askEngine(app.electron, 'engine.hello');
    const engine = await app.enginePid();
    await trains(app);

    await answerWith(app, 2);
    await closeWindow(app);
    await eventually(async () => (await asked(app as RunningApp)).length === 1, 10_000);
    expect(await asked(app)).toMatchObject([
      {
        message: 'A model is still training.',
        buttons: ['Continue in background', 'Stop and quit', 'Cancel'],
      },
    ]);
    expect(await visible(app)).toEqual([true]);

    await answerWith(app, 0);
    await closeWindow(app);
    await eventually(async () => (await visible(app as RunningApp))[0] === false, 10_000);
    expect(await hasEnded(engine)).toBe(false);
    await app.electron.evaluate(({ app: electronApp }) => electronApp.emit('activate'));
    await eventually(async () => (await visible(app as RunningApp))[0], 10_000);
    expect(await app.enginePid()).toBe(engine);

    await answerWith(app, 1);
    const gone = ended(app);
    await closeWindow(app).catch(() => undefined);
    await gone;
    expect(app.main.exitCode).toBe(0);
    expect(await hasEnded(engine)).toBe(true);
    expect(await app.log()).not.toContain('is killed');
  });

  it('comes back from the background as soon as it went there, again and again', async () => {
    app = await launchApp(electron, { folder });
    await trains(app);
    await answerWith(app, 0);
    for (let times = 0; times < 10; times++) {
      await closeWindow(app);
      await eventually(async () => (await visible(app as RunningApp))[0] === false, 10_000);
      await app.electron.evaluate(({ app: electronApp }) => electronApp.emit('activate'));
      expect(await visible(app)).toEqual([true]);
    }
    expect(app.main.signalCode).toBeNull();
  });

  it('ends at once, and cleanly, when nothing runs; the next window opens where the last one was', async () => {
    app = await launchApp(electron, { folder });
    await askEngine(app.electron, 'engine.hello');
    const engine = await app.enginePid();
    const bounds = { x: 70, y: 40, width: 1000, height: 700 };
    await app.electron.evaluate(
      ({ BrowserWindow }, to) => BrowserWindow.getAllWindows()[0]?.setBounds(to),
      bounds,
    );
    const gone = ended(app);
    await closeWindow(app).catch(() => undefined);
    await gone;
    expect(await hasEnded(engine)).toBe(true);
    await app.close();

    app = await launchApp(electron, { folder });
    const again = await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.getBounds(),
    );
    expect(again).toEqual(bounds);
  });

  it('on a signal asks nobody, but lets the engine end cleanly', async () => {
    app = await launchApp(electron, { folder });
    await askEngine(app.electron, 'engine.hello');
    const engine = await app.enginePid();
    await inPage(app.electron, `morphloom.setBusy({ training: true, exporting: false }), null`);
    const gone = ended(app);
    app.main.kill('SIGTERM');
    await gone;
    expect(await hasEnded(engine)).toBe(true);
  });

  it('says where the log is when the engine dies again and again, and tries anew when it is told to', async () => {
    const engine = path.join(folder, 'dies.cjs');
    await fs.writeFile(
      engine,
      `require('fs').appendFileSync(${JSON.stringify(`${engine}.count`)}, '.'); process.exit(7);`,
    );
    app = await launchApp(electron, { folder, engine });
    await answerWith(app, null);
    const starts = async (): Promise<number> => (await fs.readFile(`${engine}.count`, 'utf8')).length;
    await eventually(async () => (await asked(app as RunningApp)).length > 0, 60_000);
    const [question] = await asked(app);
    expect(question?.message).toContain('The engine stopped several times');
    expect(question?.detail).toContain(path.join(folder, 'logs', 'main.log'));
    expect(await starts()).toBe(3);
    await answerOpen(app, 0);
    await eventually(async () => (await starts()) > 3, 20_000);
  });
});
