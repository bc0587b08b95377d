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
