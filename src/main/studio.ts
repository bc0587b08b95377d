import { app, BrowserWindow, dialog, nativeTheme, powerMonitor, shell } from 'electron';
import { CHANNELS } from '../contract/studio/bridge.ts';
import { BusyState } from './busy.ts';
import { choosePictures, chooseProject, chooseTable } from './dialogs.ts';
import { dragOut } from './drag-out.ts';
import { EngineProcess } from './engine-process.ts';
import { listenToPage } from './ipc.ts';
import { log, logFile } from './log.ts';
import { showMenu } from './menu.ts';
import { notify } from './notify.ts';
import type { OpenRequests } from './open-requests.ts';
import { ENGINE_FILE } from './paths.ts';
import { withRecent, type Settings } from './settings.ts';
import { strings } from './strings.ts';
import { BackgroundTray } from './tray.ts';
import { createWindow } from './window.ts';

/** The desktop around the page: one window, one engine, and what becomes of both. */
export class Studio {
  #window: BrowserWindow | null = null;
  #phase: 'open' | 'asking' | 'closing' | 'closed' = 'open';
  readonly #busy = new BusyState();
  readonly #tray = new BackgroundTray({ show: () => this.show(), quit: () => void this.#end() });
  readonly #engine: EngineProcess;
  readonly #settings: Settings;
  readonly #requests: OpenRequests;

  constructor(settings: Settings, requests: OpenRequests) {
    this.#settings = settings;
    this.#requests = requests;
    nativeTheme.themeSource = settings.get().theme;
    this.#engine = new EngineProcess(ENGINE_FILE, {
      gone: () => this.#send(CHANNELS.engineGone),
      failed: () => void this.#engineFailed(),
    });
    this.#listen();
    this.#refreshMenu();
    app.on('activate', () => this.show());
    // Electron would quit by itself; here it is the studio's window that counts.
    app.on('window-all-closed', () => undefined);
    app.on('before-quit', (event) => {
      if (this.#phase === 'closed') return;
      event.preventDefault();
      void this.#mayClose().then((may) => (may ? this.#end() : undefined));
    });
    // The machine ends, or somebody who cannot be asked: everything is committed and nothing delayed.
    powerMonitor.on('shutdown', () => void this.#end());
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => void this.#end());
    this.show();
  }

  /** Brings the window to the front; makes it, where it was closed. */
  show(): void {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    this.#tray.hide();
    if (this.#window === null) {
      this.#window = this.#open();
      return;
    }
    if (this.#window.isMinimized()) this.#window.restore();
    this.#window.show();
    this.#window.focus();
  }

  #open(): BrowserWindow {
    const window = createWindow(this.#settings, {
      unloaded: () => this.#requests.listen(null),
      failed: () => void this.#windowFailed(window),
    });
    window.on('close', (event) => {
      if (this.#phase === 'closing' || this.#phase === 'closed' || !this.#busy.any) return;
      event.preventDefault();
      void this.#mayClose().then((may) => (may ? this.#end() : undefined));
    });
    window.on('closed', () => {
      this.#window = null;
      this.#requests.listen(null);
      if (process.platform !== 'darwin' && this.#phase === 'open') app.quit();
    });
    return window;
  }

  /** Asks, where work runs, whether to end it; sends it to the background when that is what is wanted. */
  async #mayClose(): Promise<boolean> {
    if (this.#phase !== 'open') return false;
    if (!this.#busy.any || this.#window === null) return true;
    this.#phase = 'asking';
    this.#window.show();
    const answer = await this.#busy.ask(this.#window);
    this.#phase = 'open';
    if (answer === 'background') {
      this.#window.hide();
      this.#tray.show();
    }
    return answer === 'quit';
  }

  /** Ends the engine cleanly, then the app. */
  async #end(): Promise<void> {
    if (this.#phase === 'closing' || this.#phase === 'closed') return;
    this.#phase = 'closing';
    this.#window?.hide();
    this.#tray.hide();
    await this.#engine.close();
    this.#phase = 'closed';
    app.quit();
  }

  #send(channel: string, value?: unknown): void {
    if (this.#window !== null && !this.#window.isDestroyed()) this.#window.webContents.send(channel, value);
  }

  #listen(): void {
    listenToPage(
      {
        connect: (id, contents) => {
          void this.#engine.connect().then((port) => {
            if (contents.isDestroyed()) port.close();
            else contents.postMessage(CHANNELS.port, id, [port]);
          });
        },
        reveal: (file) => shell.showItemInFolder(file),
        dragOut: (file, contents) => void dragOut(file, contents),
        notify: ({ title, body }) => notify(title, body, () => this.show()),
        showProgress: (part) => {
          this.#window?.setProgressBar(part ?? -1);
          this.#tray.progress(part);
        },
        reportProblem: () => shell.showItemInFolder(logFile()),
        listening: (what) => {
          if (what === 'openProject')
            this.#requests.listen((folder) => this.#send(CHANNELS.openProject, folder));
        },
        setBusy: (busy) => this.#busy.set(busy),
        projectOpened: (project) => {
          this.#window?.setRepresentedFilename(project?.folder ?? '');
          if (project === null) return;
          app.addRecentDocument(project.folder);
          this.#settings.set({ recent: withRecent(this.#settings.get().recent, project) });
          this.#refreshMenu();
        },
        setTheme: (theme) => {
          nativeTheme.themeSource = theme;
          this.#settings.set({ theme });
        },
      },
      {
        choosePictures: (contents) => choosePictures(windowOf(contents)),
        chooseProject: (contents) => chooseProject(windowOf(contents)),
        chooseTable: (contents) => chooseTable(windowOf(contents)),
      },
    );
  }

  #refreshMenu(): void {
    const open = (folder: string): void => {
      this.#requests.add(folder);
      this.show();
    };
    showMenu(this.#settings.get().recent, {
      command: (name) => {
        this.show();
        this.#send(CHANNELS.command, name);
      },
      openProject: open,
      clearRecent: () => {
        app.clearRecentDocuments();
        this.#settings.set({ recent: [] });
        this.#refreshMenu();
      },
      reportProblem: () => shell.showItemInFolder(logFile()),
    });
  }

  async #engineFailed(): Promise<void> {
    const { message, again, log: showLog, quit } = strings.engineFailed;
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message,
      detail: strings.engineFailed.detail(logFile()),
      buttons: [again, showLog, quit],
      cancelId: 0,
      noLink: true,
    });
    if (response === 2) return void this.#end();
    if (response === 1) shell.showItemInFolder(logFile());
    this.#engine.retry();
  }

  async #windowFailed(window: BrowserWindow): Promise<void> {
    const { message, again, quit } = strings.windowFailed;
    const { response } = await dialog.showMessageBox({
      type: 'error',
      message,
      detail: strings.windowFailed.detail(logFile()),
      buttons: [again, quit],
      cancelId: 0,
      noLink: true,
    });
    log.warn('after the window failed:', response === 1 ? 'quit' : 'try again');
    if (response === 1) await this.#end();
    else if (!window.isDestroyed()) window.reload();
  }
}

function windowOf(contents: Electron.WebContents): BrowserWindow {
  const window = BrowserWindow.fromWebContents(contents);
  if (window === null) throw new Error('The page has no window any more.');
  return window;
}
