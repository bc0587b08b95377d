import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

const LINK_MINUTES = 15;
/** A session ends so long after its last sign of life, and with the server. */
const SESSION_HOURS = 24;
const MOST_LINKS = 32;
const MOST_SESSIONS = 256;
/** So many wrong tokens from one address in one window; then none is looked at until it has passed. */
const MOST_FAILURES = 10;
const WINDOW_MS = 60_000;
const MOST_ADDRESSES = 4096;

const hash = (secret: string): Buffer => createHash('sha256').update(secret).digest();
const newSecret = (): string => randomBytes(32).toString('base64url');

/** A secret that was tried: wrong, or not even looked at since there were too many wrong ones. */
export type Failed = 'wrong' | 'later';

/** What a door may be opened with. Only hashes are kept, and compared in constant time. */
export class Keyring {
  #token: Buffer | null;
  #links: { hash: Buffer; until: number }[] = [];
  #sessions: { hash: Buffer; until: number }[] = [];
  #failures = new Map<string, { count: number; until: number }>();
  #now: () => number;

  /**
   * @param token the owner's own, which opens the door as often as wanted; null where there is none
   * @param now milliseconds
   */
  constructor(token: string | null, now: () => number = Date.now) {
    this.#token = token === null ? null : hash(token);
    this.#now = now;
  }

  /** Whether there is a token that a person could type. */
  get hasToken(): boolean {
    return this.#token !== null;
  }

  /** A new token that opens the door once, within {@link LINK_MINUTES} minutes. */
  newLink(): string {
    const secret = newSecret();
    this.#links.push({ hash: hash(secret), until: this.#now() + LINK_MINUTES * 60_000 });
    this.#links = this.#links.slice(-MOST_LINKS);
    return secret;
  }

  /**
   * Takes a token for a new session; one from a link is spent by it.
   * @param address whose it is, for counting failures
   */
  redeem(token: string, address: string): { readonly session: string } | Failed {
    if (this.#isThrottled(address)) return 'later';
    const given = hash(token);
    const now = this.#now();
    const spent = this.#links.filter((link) => timingSafeEqual(link.hash, given));
    this.#links = this.#links.filter((link) => !spent.includes(link) && link.until > now);
    const isToken = this.#token !== null && timingSafeEqual(this.#token, given);
    if (!isToken && !spent.some((link) => link.until > now)) {
      this.#countFailure(address);
      return 'wrong';
    }
    const secret = newSecret();
    this.#sessions.push({ hash: hash(secret), until: this.#sessionEnd() });
    this.#sessions = this.#sessions.slice(-MOST_SESSIONS);
    return { session: secret };
  }

  /** Whether this is the secret of a session that lives; it lives on by being used. */
  isSession(secret: string): boolean {
    const given = hash(secret);
    const now = this.#now();
    this.#sessions = this.#sessions.filter((session) => session.until > now);
    const found = this.#sessions.filter((session) => timingSafeEqual(session.hash, given));
    for (const session of found) session.until = this.#sessionEnd();
    return found.length > 0;
  }

  /** Judges a program's bearer: a session's secret, or the owner's token. */
  judgeBearer(secret: string, address: string): 'right' | Failed {
    if (this.isSession(secret)) return 'right';
    if (this.#isThrottled(address)) return 'later';
    if (this.#token !== null && timingSafeEqual(this.#token, hash(secret))) return 'right';
    this.#countFailure(address);
    return 'wrong';
  }

  #sessionEnd(): number {
    return this.#now() + SESSION_HOURS * 3_600_000;
  }

  #isThrottled(address: string): boolean {
    const failures = this.#failures.get(address);
    return failures !== undefined && failures.until > this.#now() && failures.count >= MOST_FAILURES;
  }

  #countFailure(address: string): void {
    const now = this.#now();
    const before = this.#failures.get(address);
    const current = before !== undefined && before.until > now;
    if (!current && this.#failures.size >= MOST_ADDRESSES) this.#failures.clear();
    this.#failures.set(
      address,
      current ? { ...before, count: before.count + 1 } : { count: 1, until: now + WINDOW_MS },
    );
  }
}

const LEAST_LENGTH = 22;
const LEAST_BITS = 60;

/** Whether a token could be guessed: too short, or with too little variety in its letters or in their steps. */
export function isGuessable(token: string): boolean {
  const codes = Array.from(token, (letter) => letter.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, i) => code - codes[i]);
  return codes.length < LEAST_LENGTH || Math.min(variety(codes), variety(steps)) * codes.length < LEAST_BITS;
}

/** Entropy of the frequencies, in bits for each. */
function variety(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / values.length) * Math.log2(count / values.length);
  return bits;
}
