/** What the room shows; kept while the window lives. `run` null is the form for a new training. */
export const view = $state<{ run: string | null; compared: readonly string[]; fresh: boolean }>({
  run: null,
  compared: [],
  fresh: false,
});

export function showRun(run: string): void {
  view.run = run;
  view.compared = [];
  view.fresh = false;
}

export function showForm(): void {
  view.run = null;
  view.compared = [];
  view.fresh = true;
}

export function toggleCompared(run: string): void {
  view.compared = view.compared.includes(run)
    ? view.compared.filter((other) => other !== run)
    : [...view.compared, run];
}
