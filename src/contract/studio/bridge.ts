import type { Shell } from './shell.ts';

/** What the preload hands to the page: the shell, but for the line itself, which a bridge cannot carry. */
export interface Bridge extends Omit<Required<Shell>, 'kind' | 'connect'> {
  /**
   * Asks for a new line to the engine. The MessagePort arrives as a message to the window from itself, a
   * {@link PortMessage} with this id. Rejects when the engine cannot be started, with a sentence for people.
   */
  connect(id: number): Promise<void>;
  /** Hears when the engine's process ended: lines that were handed out are dead. */
  onEngineGone(listener: () => void): void;
}

export interface PortMessage {
  readonly morphloomPort: number;
}

export function isPortMessage(message: unknown): message is PortMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    'morphloomPort' in message &&
    typeof message.morphloomPort === 'number'
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
  listening: 'morphloom:listening',
  setBusy: 'morphloom:set-busy',
  projectOpened: 'morphloom:project-opened',
  setTheme: 'morphloom:set-theme',
} as const;
