import { spawn } from 'node:child_process';

/** The program that opens an address in the browser of whoever sits here; null where nobody does. */
function opener(address: string): readonly [string, readonly string[]] | null {
  if (process.platform === 'darwin') return ['open', [address]];
  // `start` would take an ampersand for its own.
  if (process.platform === 'win32') return ['rundll32', ['url.dll,FileProtocolHandler', address]];
  const hasScreen = Boolean(
    process.env['DISPLAY'] || process.env['WAYLAND_DISPLAY'] || process.env['WSL_DISTRO_NAME'],
  );
  return hasScreen ? ['xdg-open', [address]] : null;
}

/** Opens an address in the browser; tells whether something could be started that may do it. */
export function openInBrowser(address: string): Promise<boolean> {
  const found = opener(address);
  if (found === null) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(found[0], found[1], { stdio: 'ignore', detached: true });
    child.on('error', () => resolve(false));
    child.on('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
}
