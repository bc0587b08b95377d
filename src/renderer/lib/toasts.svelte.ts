export interface Toast {
  readonly id: number;
  readonly kind: 'info' | 'good' | 'error';
  readonly text: string;
  /** One thing to do about it, "Undo" for one. */
  readonly action?: { readonly label: string; readonly run: () => void };
}

/** How long a toast stays, in milliseconds; one with an action or an error stays longer. */
const STAY = 4500;
const STAY_LONGER = 9000;

let next = 0;
const timers = new Map<number, ReturnType<typeof setTimeout>>();

/** Short messages at the bottom of the window; the newest last. */
export const toasts = $state<{ list: readonly Toast[] }>({ list: [] });

export function dismiss(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
  toasts.list = toasts.list.filter((toast) => toast.id !== id);
}

/** Says something. The same text twice is said once. */
export function toast(text: string, options: Partial<Pick<Toast, 'kind' | 'action'>> = {}): number {
  for (const old of toasts.list) if (old.text === text) dismiss(old.id);
  const id = next++;
  const said: Toast = { id, kind: 'info', text, ...options };
  toasts.list = [...toasts.list, said].slice(-4);
  hold(said);
  return id;
}

function hold(said: Toast): void {
  const stay = said.action !== undefined || said.kind === 'error' ? STAY_LONGER : STAY;
  timers.set(
    said.id,
    setTimeout(() => dismiss(said.id), stay),
  );
}

/** Keeps a toast while the pointer or the focus is on it. */
export function keep(id: number): void {
  clearTimeout(timers.get(id));
  timers.delete(id);
}

/** Lets a kept toast go again, in its time. */
export function release(id: number): void {
  const said = toasts.list.find((candidate) => candidate.id === id);
  if (said !== undefined && !timers.has(id)) hold(said);
}
