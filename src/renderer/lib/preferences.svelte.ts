/** What the window remembers between starts: small things that are the user's, not a project's. */
export interface Preferences {
  theme: 'system' | 'dark' | 'light';
  /** Side of the pictures in grids, in pixels. */
  gridSide: number;
  /** Hints that were closed for good. */
  seen: readonly string[];
}

const KEY = 'morphloom.preferences';
const DEFAULTS: Preferences = { theme: 'system', gridSide: 112, seen: [] };

function load(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(KEY) ?? '{}');
    return { ...DEFAULTS, ...(stored as Partial<Preferences>) };
  } catch {
    return { ...DEFAULTS };
  }
}

export const preferences = $state<Preferences>(load());

const system = matchMedia('(prefers-color-scheme: light)');
const systemIsLight = $state({ now: system.matches });
system.addEventListener('change', (event) => (systemIsLight.now = event.matches));

/** The theme that is shown now. */
export const shownTheme = (): 'dark' | 'light' =>
  preferences.theme === 'system' ? (systemIsLight.now ? 'light' : 'dark') : preferences.theme;

/** Whether the user asked the system for less motion. */
const reduced = matchMedia('(prefers-reduced-motion: reduce)');
const reducedNow = $state({ now: reduced.matches });
reduced.addEventListener('change', (event) => (reducedNow.now = event.matches));
export const calmMotion = (): boolean => reducedNow.now;

$effect.root(() => {
  $effect(() => {
    document.documentElement.dataset.theme = shownTheme();
  });
  $effect(() => {
    localStorage.setItem(KEY, JSON.stringify($state.snapshot(preferences)));
  });
});
