/** Which pictures are chosen, in the order of choosing; and the one that keys move from. */
export class Selection {
  ids = $state.raw<ReadonlySet<string>>(new Set());
  /** The place that has the focus. */
  cursor = $state(0);
  /** The place that ranges begin at. */
  anchor = $state(0);

  get size(): number {
    return this.ids.size;
  }

  has(id: string): boolean {
    return this.ids.has(id);
  }

  set(ids: Iterable<string>): void {
    this.ids = new Set(ids);
  }

  add(ids: Iterable<string>): void {
    this.ids = new Set([...this.ids, ...ids]);
  }

  toggle(id: string): void {
    const next = new Set(this.ids);
    if (!next.delete(id)) next.add(id);
    this.ids = next;
  }

  clear(): void {
    if (this.ids.size > 0) this.ids = new Set();
  }
}
