import * as dns from 'node:dns/promises';
import * as net from 'node:net';
import * as os from 'node:os';
import { MorphloomError } from '../../contract/errors.ts';

const LOOPBACK = new net.BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** The address that a `--host` means, so that what is judged is what is bound. */
export async function addressOf(host: string): Promise<string> {
  if (net.isIP(host) !== 0) return host;
  try {
    return (await dns.lookup(host)).address;
  } catch (cause) {
    throw new MorphloomError('usage', `No address is known for --host "${host}"; give one, as 127.0.0.1.`, {
      cause,
    });
  }
}

export const isLoopback = (address: string): boolean =>
  LOOPBACK.check(address, net.isIPv6(address) ? 'ipv6' : 'ipv4');

const inUrl = (address: string): string => (net.isIPv6(address) ? `[${address}]` : address);

/** The address to show: one that can be typed where it is bound to all of them. */
export function shownName(host: string, address: string): string {
  if (address === '0.0.0.0' || address === '::') return os.hostname();
  return inUrl(net.isIP(host) === 0 ? host : address);
}

/**
 * All origins that this door answers under. Whoever comes with another name in the Host header was sent by
 * somebody who has bound a name of their own to our address.
 * @param extra as a proxy or a tunnel shows it: `https://box.example`
 */
export function originsOf(
  host: string,
  address: string,
  port: number,
  extra: readonly string[],
): Set<string> {
  const names = new Set([host, address]);
  const everywhere = address === '0.0.0.0' || address === '::';
  if (everywhere || isLoopback(address)) names.add('localhost').add(address === '::1' ? '::1' : '127.0.0.1');
  if (everywhere) {
    names.delete(address);
    const name = os.hostname();
    names.add(name).add(`${name}.local`);
    for (const { address: own } of Object.values(os.networkInterfaces()).flatMap((list) => list ?? []))
      names.add(own.replace(/%.*/, ''));
  }
  const own = [...names].flatMap((name) => {
    const url = `http://${inUrl(name)}:${port}`;
    return URL.canParse(url) ? [new URL(url).origin] : [];
  });
  return new Set([...own, ...extra.map(originFrom)]);
}

function originFrom(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url !== null && /^https?:$/.test(url.protocol) && url.href === `${url.origin}/`) return url.origin;
  throw new MorphloomError(
    'usage',
    `--origin "${text}" is none; write it as https://studio.example or http://localhost:8080.`,
  );
}
