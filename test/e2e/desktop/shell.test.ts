import { spawn } from 'node:child_process';
import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchApp, type RunningApp } from './app.ts';
import { build, electron, missing } from './available.ts';
import { askEngine, crowding, eventually, inPage } from './page.ts';

interface Hello {
  readonly session: string;
  readonly version: string;
}

describe.skipIf(missing !== null)('the desktop', () => {
  let app: RunningApp;
  beforeAll(async () => {
    build();
    app = await launchApp(electron);
  });
  afterAll(() => app?.close());

  it('shows the studio over its private scheme', async () => {
    expect(app.page.url()).toBe('app://morphloom/index.html');
    await eventually(
      () => inPage<boolean>(app.electron, `document.body.innerText.trim().length > 20`),
      10_000,
    );
    const visible = await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.isVisible()),
    );
    expect(visible).toEqual([true]);
  });

  it('has an engine that answers', async () => {
    const hello = await askEngine<Hello>(app.electron, 'engine.hello');
    expect(hello.version).toMatch(/^\d+\.\d+/);
    expect(hello.session).not.toBe('');
  });

  it('tells the paths of files that were chosen', async () => {
    const file = path.join(app.folder, 'a picture.png');
    await fs.writeFile(file, '');
    await inPage(
      app.electron,
      `(() => { const input = document.createElement('input'); input.type = 'file'; input.id = 'probe'; document.body.append(input); })()`,
    );
    await app.page.setInputFiles('#probe', file);
    const paths = `(() => {
      const input = document.querySelector('#probe');
      const paths = morphloom.pathsOf([...input.files, new File(['x'], 'made.txt')]);
      input.remove();
      return paths;
    })()`;
    expect(await inPage(app.electron, paths)).toEqual([file]);
  });

  describe('gives the page nothing but the bridge', () => {
    it('no Node, no Electron', async () => {
      const types = `['require', 'process', 'module', 'Buffer', 'global', 'electron', 'ipcRenderer'].map((name) => typeof globalThis[name])`;
      expect(new Set(await inPage<string[]>(app.electron, types))).toEqual(new Set(['undefined']));
      const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        return (contents as unknown as { getLastWebPreferences(): object }).getLastWebPreferences();
      });
      expect(preferences).toMatchObject({ contextIsolation: true, sandbox: true, nodeIntegration: false });
    });

    it('no code that did not come with it', async () => {
      const inline = `(() => {
        const script = document.createElement('script');
        script.textContent = 'globalThis.inlineRan = true';
        document.head.append(script);
        return globalThis.inlineRan ?? 'refused';
      })()`;
      expect(await inPage(app.electron, inline)).toBe('refused');
      const evaluated = `new Promise((resolve) => {
        addEventListener('securitypolicyviolation', (event) => resolve(event.effectiveDirective), { once: true });
        setTimeout(resolve, 2000, 'ran');
        setTimeout('globalThis.evalRan = true');
      })`;
      expect(await inPage(app.electron, evaluated)).toBe('script-src');
    });

    it('no network', async () => {
      const attempts = `Promise.all([
        fetch('http://127.0.0.1:9/').then(() => 'reached', () => 'refused'),
        new Promise((resolve) => {
          const image = new Image();
          image.onload = () => resolve('reached');
          image.onerror = () => resolve('refused');
          image.src = 'http://127.0.0.1:9/x.png';
        }),
        new Promise((resolve) => {
          try {
            const socket = new WebSocket('ws://127.0.0.1:9');
            socket.onopen = () => resolve('reached');
            socket.onerror = () => resolve('refused');
          } catch { resolve('refused'); }
        }),
      ])`;
      expect(await inPage(app.electron, attempts)).toEqual(['refused', 'refused', 'refused']);
      // Not by the page's policy alone: the session lets nothing out either.
      const fromMain = await app.electron.evaluate(async ({ net }) => {
        const request = net.request({ url: 'http://127.0.0.1:9/', useSessionCookies: true });
        return new Promise<string>((resolve) => {
          request.on('error', ({ message }) => resolve(message));
          request.on('response', () => resolve('reached'));
          request.end();
        });
      });
      expect(fromMain).toContain('ERR_BLOCKED_BY_CLIENT');
    });

    it('no files but its own', async () => {
      const addresses = ['../../package.json', '..%2f..%2fpackage.json', '%2e%2e/main/main.cjs'];
      const statuses = await inPage(
        app.electron,
        `Promise.all(${JSON.stringify(addresses)}.map((name) =>
          fetch('app://morphloom/' + name).then(({ status }) => status, () => 'refused')))`,
      );
      expect(statuses).toEqual([404, 404, 404]);
      expect(
        await inPage(app.electron, `fetch('file:///etc/passwd').then(() => 'read', () => 'refused')`),
      ).toBe('refused');
    });

    it('no way to leave, and no other windows', async () => {
      const tries = `(() => {
        const opened = [window.open('https://example.org'), window.open('app://morphloom/index.html')];
        location.href = 'https://example.org/';
        const link = document.createElement('a');
        link.href = 'file:///etc/passwd';
        document.body.append(link);
        link.click();
        link.remove();
        return opened.map(String);
      })()`;
      expect(await inPage(app.electron, tries)).toEqual(['null', 'null']);
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(app.page.url()).toBe('app://morphloom/index.html');
      expect(await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length)).toBe(
        1,
      );
    });

    it('no permissions', async () => {
      const asked = `Promise.all([
        Notification.requestPermission(),
        navigator.permissions.query({ name: 'geolocation' }).then(({ state }) => state),
        navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'granted', ({ name }) => name),
        navigator.mediaDevices.getDisplayMedia().then(() => 'granted', ({ name }) => name),
      ])`;
      const [notification, location, camera, screen] = await inPage<string[]>(app.electron, asked);
      expect([notification, location]).toEqual(['denied', 'denied']);
      expect(camera).not.toBe('granted');
      expect(screen).not.toBe('granted');
    });
  });

  it('hears nobody but its own page', async () => {
    const preload = path.join(app.dist, 'preload', 'preload.cjs');
    const answer = await app.electron.evaluate(async ({ BrowserWindow }, file) => {
      const stranger = new BrowserWindow({
        show: false,
        webPreferences: { preload: file, contextIsolation: true, sandbox: true },
      });
      try {
        await stranger.loadURL('about:blank');
        return (await stranger.webContents.executeJavaScript(
          `morphloom.setTheme('light');
           morphloom.chooseTable().then(() => 'answered', (error) => error.message)`,
        )) as string;
      } finally {
        stranger.destroy();
      }
    }, preload);
    expect(answer).toContain('Only the studio may ask this.');
    await eventually(async () => /refused a message: setTheme about:blank/.test(await app.log()), 10_000);
  });

  it('drops messages of its own page that are not as agreed', async () => {
    await inPage(app.electron, `morphloom.reveal('relative/path'), morphloom.showProgress(7), null`);
    await eventually(async () => {
      const log = await app.log();
      return /refused a message: reveal/.test(log) && /refused a message: showProgress/.test(log);
    }, 10_000);
  });

  it('sends what is chosen in the menu to the page, and follows its theme', async () => {
    await inPage(app.electron, `morphloom.onCommand((name) => (globalThis.heard = name)), null`);
    await app.electron.evaluate(({ Menu }) => {
      const [, , view] = Menu.getApplicationMenu()?.items ?? [];
      view?.submenu?.items.find(({ label }) => label === 'Morph')?.click();
    });
    await eventually(() => inPage(app.electron, `globalThis.heard === 'morph.show'`), 10_000);
    await inPage(app.electron, `morphloom.setTheme('light'), null`);
    await eventually(
      () => inPage(app.electron, `matchMedia('(prefers-color-scheme: light)').matches`),
      10_000,
    );
    await inPage(app.electron, `morphloom.setTheme('dark'), null`);
    await eventually(
      () => inPage(app.electron, `matchMedia('(prefers-color-scheme: dark)').matches`),
      10_000,
    );
  });

  it('remembers projects in its menu', async () => {
    const folder = path.join(app.folder, 'faces.morphloom');
    await inPage(
      app.electron,
      `morphloom.projectOpened(${JSON.stringify({ folder, name: 'Faces' })}), morphloom.projectOpened(null), null`,
    );
    const firstRecent = (): Promise<string | undefined> =>
      app.electron.evaluate(({ Menu }) => {
        const [file] = Menu.getApplicationMenu()?.items ?? [];
        return file?.submenu?.items.find(({ label }) => label === 'Open recent')?.submenu?.items[0]?.label;
      });
    await eventually(async () => (await firstRecent()) === 'Faces', 10_000);
  });

  it('opens in the window that is there when it is started again, with the project that it was given', async () => {
    await inPage(app.electron, `morphloom.onOpenProject((folder) => (globalThis.opened = folder)), null`);
    await app.electron.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.minimize());
    const second = spawn(electron.executable, ['--no-sandbox', 'mine.morphloom'], {
      env: app.env,
      cwd: app.folder,
      stdio: 'ignore',
    });
    const code = await new Promise((resolve) => second.once('exit', resolve));
    expect(code).toBe(0);
    const folder = path.join(app.folder, 'mine.morphloom');
    await eventually(() => inPage(app.electron, `globalThis.opened === ${JSON.stringify(folder)}`), 10_000);
    const state = await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows().map((window) => window.isMinimized()),
    );
    expect(state).toEqual([false]);
  });

  it('starts the engine again when it is killed, and hands out lines to the new one', async () => {
    const before = await askEngine<Hello>(app.electron, 'engine.hello');
    await inPage(
      app.electron,
      `addEventListener('message', ({ data }) => { if (data?.morphloomPort === null) globalThis.told = true; }), null`,
    );
    const started = Date.now();
    process.kill(await app.enginePid(), 'SIGKILL');
    const after = await eventually(async () => {
      const hello = await askEngine<Hello>(app.electron, 'engine.hello');
      return hello.session !== before.session && hello;
    }, 30_000);
    expect(Date.now() - started).toBeLessThan(3000 * crowding());
    expect(after.version).toBe(before.version);
    expect(await inPage(app.electron, `globalThis.told`)).toBe(true);
  });

  it('comes back from a reload without a crash', async () => {
    await inPage(app.electron, `(globalThis.old = true)`);
    await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.reload(),
    );
    await eventually(
      () =>
        inPage(app.electron, `globalThis.old === undefined && document.body.innerText.trim().length > 20`),
      30_000,
    );
    expect(await app.log()).not.toContain('the window ended');
    expect((await askEngine<Hello>(app.electron, 'engine.hello')).session).not.toBe('');
  });

  it('loads the page again when its process crashed, with the engine as it was', async () => {
    const before = await askEngine<Hello>(app.electron, 'engine.hello');
    await inPage(app.electron, `(globalThis.old = true)`);
    const started = Date.now();
    await app.electron.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer(),
    );
    await eventually(
      () =>
        inPage(app.electron, `globalThis.old === undefined && document.body.innerText.trim().length > 20`),
      30_000,
      1000,
    );
    const after = await askEngine<Hello>(app.electron, 'engine.hello');
    expect(Date.now() - started).toBeLessThan(3000 * crowding());
    expect(after.session).toBe(before.session);
  });
});
