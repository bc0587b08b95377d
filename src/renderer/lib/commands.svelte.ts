import { untrack } from 'svelte';

/** One thing the user can do, for the keyboard, the command palette and the native menu alike. */
export interface Command {
  /** `<room or thing>.<verb>`. */
  readonly id: string;
  readonly title: string;
  /** In the palette, what it belongs to. */
  readonly group: string;
  /** Like `mod+shift+z`, `space`, `?`; `mod` is Cmd on a Mac and Ctrl elsewhere. */
  readonly shortcut?: string;
  /** Whether it can be done now; always, where absent. */
  readonly when?: () => boolean;
  /** Whether the shortcut also works while a text is being typed. */
  readonly always?: boolean;
  readonly run: () => void;
}

let list = $state.raw<readonly Command[]>([]);

/** Offers commands until the returned function is called; made to be returned from an `$effect`. */
export function offer(commands: readonly Command[]): () => void {
  const ids = new Set(commands.map((command) => command.id));
  // The effect that offers must not run again because of what it offers.
  untrack(() => (list = [...list.filter((command) => !ids.has(command.id)), ...commands]));
  return () => {
    list = list.filter((command) => !commands.includes(command));
  };
}

export const isAvailable = (command: Command): boolean => command.when?.() ?? true;

export const allCommands = (): readonly Command[] => list;

/** Runs a command by its id; false where there is none, or not now. */
export function runCommand(id: string): boolean {
  const command = list.find((candidate) => candidate.id === id);
  if (command === undefined || !isAvailable(command)) return false;
  command.run();
  return true;
}

export const isMac = navigator.userAgent.includes('Mac');

/** A key press as shortcuts are written; modifiers in the order mod, alt, shift. */
export function pressed(event: KeyboardEvent): string {
  const key = event.key === ' ' ? 'space' : event.key.toLowerCase();
  const mod = isMac ? event.metaKey : event.ctrlKey;
  // A sign that needs Shift names it already.
  const shift = event.shiftKey && (key.length > 1 || /[a-z0-9]/.test(key));
  return [mod && 'mod', event.altKey && 'alt', shift && 'shift', key].filter(Boolean).join('+');
}

const TYPING =
  'input:not([type=range], [type=checkbox], [type=radio]), textarea, select, [contenteditable=true]';
/** What has a value that keys change, and those keys. */
const TURNED = 'input[type=range], input[type=radio], [role=slider]';
const TURNING = /^(Arrow\w+|Page\w+|Home|End)$/;

/** What takes all keys while it is open: nothing behind it should stir. */
const MODAL = '[aria-modal=true], [role=menu], [data-select-content]';

/** Whether the press belongs to what has the focus: a text being typed, or a button. */
function belongsElsewhere(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  if (target?.matches(TYPING)) return true;
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && TURNING.test(event.key) && target?.matches(TURNED)) return true;
  // Space and Enter press what has the focus.
  return (
    plain &&
    [' ', 'Enter'].includes(event.key) &&
    target?.closest('button, a, [type=radio], [role=slider]') != null
  );
}

/** Runs the command that the press is a shortcut of, the one offered last first. */
export function handleKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || document.querySelector(MODAL) !== null) return;
  const shortcut = pressed(event);
  const elsewhere = belongsElsewhere(event);
  const command = list.findLast(
    (candidate) =>
      candidate.shortcut === shortcut && (!elsewhere || candidate.always) && isAvailable(candidate),
  );
  if (command === undefined) return;
  event.preventDefault();
  command.run();
}

const SIGNS: Readonly<Record<string, string>> = {
  mod: isMac ? '⌘' : 'Ctrl',
  alt: isMac ? '⌥' : 'Alt',
  shift: isMac ? '⇧' : 'Shift',
  space: 'Space',
  delete: 'Del',
  escape: 'Esc',
  arrowleft: '←',
  arrowright: '→',
  arrowup: '↑',
  arrowdown: '↓',
};

/** The keys of a shortcut as they are printed on them. */
export const keysOf = (shortcut: string): string[] =>
  shortcut.split('+').map((key) => SIGNS[key] ?? (key.length === 1 ? key.toUpperCase() : key));
