import type { Shell } from './shell.ts';

/** What the preload hands to the page: the shell, but for the line itself, which a bridge cannot carry. */
export interface Bridge extends Omit<Required<Shell>, 'kind' | 'connect'> {
  /**
   * Asks for a new line to the engine; `id` tells it from others. Its MessagePort comes as soon as the engine
   * runs, as a message to the window from itself, a {@link PortMessage} with this id.
   */
  connect(id: number): void;
}

/**
 * What the preload posts to its own window, in the order in which it happened: the port of a new line, by the
 * id that it was asked for with; or null when the engine's process ended, and all lines so far are dead.
 */
export interface PortMessage {
  readonly morphloomPort: number | null;
}

export function isPortMessage(message: unknown): message is PortMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'morphloomPort' in message &&
    (message.morphloomPort === null || typeof message.morphloomPort === 'number')
  );
}

/** Where the page finds it: `window.morphloom`. */
export const BRIDGE_NAME = 'morphloom';

/** The channels between preload and main. */
export const CHANNELS = {
  connect: 'morphloom:connect',
  port: 'morphloom:port',
  engineGone: 'morphloom:engine-gone',
  choosePictures: 'morphloom:choose-pictures',
  chooseProject: 'morphloom:choose-project',
  chooseTable: 'morphloom:choose-table',
  reveal: 'morphloom:reveal',
  dragOut: 'morphloom:drag-out',
  notify: 'morphloom:notify',
  showProgress: 'morphloom:show-progress',
  reportProblem: 'morphloom:report-problem',
  command: 'morphloom:command',
  openProject: 'morphloom:open-project',
  /** The page says that it hears commands, or projects to open; main keeps the latter until then. */
  listening: 'morphloom:listening',
  setBusy: 'morphloom:set-busy',
  projectOpened: 'morphloom:project-opened',
  setTheme: 'morphloom:set-theme',
} as const;
