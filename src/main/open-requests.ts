import * as path from 'node:path';

const ENDING = '.morphloom';

/** The projects that a command line names: `morphloom some/faces.morphloom`. */
export function projectsIn(argv: readonly string[], workingFolder: string): string[] {
  return argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => path.resolve(workingFolder, argument))
    .filter((folder) => folder.toLowerCase().endsWith(ENDING));
}

/** Projects that were asked for from outside wait here until the page listens. */
export class OpenRequests {
  #waiting: string[] = [];
  #listener: ((folder: string) => void) | null = null;

  add(folder: string): void {
    if (this.#listener === null) this.#waiting.push(folder);
    else this.#listener(folder);
  }

  /** Null as long as nobody listens: before the page is there, and after it crashed. */
  listen(listener: ((folder: string) => void) | null): void {
    this.#listener = listener;
    if (listener === null) return;
    for (const folder of this.#waiting.splice(0)) listener(folder);
  }
}
