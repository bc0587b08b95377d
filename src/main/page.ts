/** The one page that this app shows, and whether something is it. */
export const SCHEME = 'app';
const HOST = 'morphloom';
export const PAGE_URL = `${SCHEME}://${HOST}/index.html`;

/** Whether an address is of our own page or its assets. */
export function isOurAddress(address: string): boolean {
  try {
    const { protocol, hostname } = new URL(address);
    return protocol === `${SCHEME}:` && hostname === HOST;
  } catch {
    return false;
  }
}

/**
 * What the page may do: run and show what came with it, and nothing from elsewhere. `blob:` is for pictures
 * that the engine sent. Styles may stand in attributes, where the window places and sizes things, but not in
 * elements.
 */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "style-src-attr 'unsafe-inline'",
  "img-src 'self' blob:",
  "media-src 'self' blob:",
  "font-src 'self'",
  "worker-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
