/** Pictures that each recipe drew of the sample faces after a minute (scripts/expectations.mjs), by its name. */
const files = import.meta.glob<string>('../../assets/recipes/*.webp', {
  eager: true,
  query: '?url',
  import: 'default',
});

export const EXPECTATIONS: Readonly<Record<string, string>> = Object.fromEntries(
  Object.entries(files).map(([file, url]) => [file.replace(/^.*\/|\.webp$/g, ''), url]),
);
