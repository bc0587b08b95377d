import * as fs from 'node:fs';
import * as path from 'node:path';
import { z } from 'zod';

const MOST_RECENT = 10;

const rectangle = z.strictObject({ x: z.int(), y: z.int(), width: z.int(), height: z.int() });

const schema = z.strictObject({
  /** Where the window was, when it was neither maximised nor in full screen. */
  bounds: rectangle.nullable().default(null),
  maximized: z.boolean().default(false),
  theme: z.enum(['light', 'dark', 'system']).default('system'),
  /** Projects for the menu, the newest first. */
  recent: z
    .array(z.strictObject({ folder: z.string(), name: z.string() }))
    .max(MOST_RECENT)
    .default([]),
});
export type SettingsData = z.infer<typeof schema>;
export type Theme = SettingsData['theme'];

/** What main remembers from one start to the next. */
export interface Settings {
  get(): SettingsData;
  set(change: Partial<SettingsData>): void;
}

/** Keeps the settings in a file; one that is damaged, or of another version, counts as none. */
export function openSettings(file: string): Settings {
  let data = schema.parse({});
  try {
    data = schema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
  } catch {
    // The first start, or nothing that could be used: these are comforts only.
  }
  return {
    get: () => data,
    set: (change) => {
      const next = { ...data, ...change };
      if (JSON.stringify(next) === JSON.stringify(data)) return;
      data = next;
      // At once, since it is called as the app ends, and whole, by a rename.
      fs.mkdirSync(path.dirname(file), { recursive: true });
      const draft = `${file}.${process.pid}.new`;
      fs.writeFileSync(draft, JSON.stringify(data));
      fs.renameSync(draft, file);
    },
  };
}

/** The list with this project first, and only once. */
export function withRecent(
  recent: SettingsData['recent'],
  project: { readonly folder: string; readonly name: string },
): SettingsData['recent'] {
  const { folder, name } = project;
  return [{ folder, name }, ...recent.filter((other) => other.folder !== folder)].slice(0, MOST_RECENT);
}
