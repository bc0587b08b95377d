/**
 * The same value with each view on a buffer of its own, since a structured clone takes the whole buffer
 * along. Values are plain: objects, arrays, views and primitives.
 */
export function ownViews(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (ArrayBuffer.isView(value)) return ownView(value as Uint8Array | Float32Array);
  if (Array.isArray(value)) {
    // Lists of thousands of plain entries pass often: they are copied only where something in them changed.
    const items = value.map(ownViews);
    return items.every((item, i) => item === value[i]) ? (value as unknown) : items;
  }
  let changed = false;
  const entries = Object.entries(value).map(([key, held]) => {
    const owned = ownViews(held);
    changed ||= owned !== held;
    return [key, owned] as const;
  });
  return changed ? Object.fromEntries(entries) : value;
}

function ownView(view: Uint8Array | Float32Array): Uint8Array | Float32Array {
  const whole = view.byteOffset === 0 && view.byteLength === view.buffer.byteLength;
  // A Buffer is none of the types that every client knows.
  if (whole && !Buffer.isBuffer(view)) return view;
  return Buffer.isBuffer(view) ? Uint8Array.from(view) : view.slice();
}
