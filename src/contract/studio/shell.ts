import type { Wire } from './wire.ts';

/**
 * What the window's surroundings can do beside the engine: native dialogs on the desktop, stand-ins in a
 * browser. `undefined` members are what this shell has not; the window then offers its own way, or none.
 */
export interface Shell {
  readonly kind: 'desktop' | 'browser';
  /** A new line to the engine; called again after the line broke. */
  connect(): Promise<Wire>;
  /** The paths of files that were dropped or chosen; empty where the shell does not tell them. */
  pathsOf(files: readonly object[]): string[];
  /** A native dialog for folders and pictures; null when it was dismissed. */
  choosePictures?(): Promise<readonly string[] | null>;
  /** A native dialog for a project's folder. */
  chooseProject?(): Promise<string | null>;
  chooseTable?(): Promise<string | null>;
  /** Shows a file in the system's file manager. */
  reveal?(path: string): void;
  /** Begins to drag a file out of the window. */
  dragOut?(path: string): void;
  notify(title: string, body: string): void;
  /** A part of the work in [0, 1] on the window's icon; null when there is none. */
  showProgress?(part: number | null): void;
  /** Reveals the log file. */
  reportProblem?(): void;
  /** Commands that come from the native menu, by the names of the command palette. */
  onCommand?(listener: (command: string) => void): void;
  /** Projects that were opened from outside: a double click on a `.morphloom` folder, or the command line. */
  onOpenProject?(listener: (folder: string) => void): void;
  /** Tells main whether work would be lost or interrupted by closing the window. */
  setBusy?(busy: { readonly training: boolean; readonly exporting: boolean }): void;
  /** Remembers a project in the menus of recent ones, and that the window shows it; null when none is open. */
  projectOpened?(project: { readonly folder: string; readonly name: string } | null): void;
  /** What the window's frame, its menus and `prefers-color-scheme` follow. */
  setTheme?(theme: 'light' | 'dark' | 'system'): void;
}
