import { FuseV1Options, getCurrentFuseWire } from '@electron/fuses';

/** A fuse in the wire is one character; any other marks one that this Electron has given up. */
const STATES: ReadonlyMap<number, boolean> = new Map([
  ['0'.charCodeAt(0), false],
  ['1'.charCodeAt(0), true],
]);

type FuseName = keyof typeof FuseV1Options;

/** How the fuses of an Electron program stand: true where burnt in as on; those that it lacks are left out. */
export async function readFuses(program: string): Promise<Partial<Record<FuseName, boolean>>> {
  const wire = await getCurrentFuseWire(program);
  const names = Object.keys(FuseV1Options).filter((name): name is FuseName => Number.isNaN(Number(name)));
  return Object.fromEntries(
    names
      .map((name) => [name, STATES.get(Number(wire[FuseV1Options[name]]))] as const)
      .filter(([, state]) => state !== undefined),
  );
}

/**
 * Compares a built program's fuses with the configured ones.
 * @throws Error that names what is not as it was asked for
 */
export async function checkFuses(program: string, wanted: Readonly<Record<string, unknown>>): Promise<void> {
  const burnt = await readFuses(program);
  const wrong = Object.entries(burnt).filter(([name, state]) => {
    const asked = wanted[name.charAt(0).toLowerCase() + name.slice(1)];
    return asked !== undefined && asked !== state;
  });
  if (wrong.length > 0)
    throw new Error(
      `"${program}" has fuses that were not asked for: ${wrong.map(([name]) => name).join(', ')}.`,
    );
}
