/// <reference lib="dom" />
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { CHROMIUM_FLAGS, findChromium } from './chromium.ts';
import { type Serve, type ServeOptions, startServe } from './serve.ts';

export interface OpenOptions extends ServeOptions {
  /** A project that is opened; it is written to, so hand over a copy. */
  readonly project?: string;
  /** A studio that is served already; it is not stopped with the page. */
  readonly serve?: Serve;
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'dark' | 'light';
  readonly reducedMotion?: 'reduce' | 'no-preference';
  /** Further flags of Chromium. */
  readonly flags?: readonly string[];
  /** Whether scroll bars are there, as they are for people. */
  readonly scrollbars?: boolean;
  /** Done to the page before it loads anything. */
  readonly before?: (page: Page) => Promise<void>;
}

export interface OpenStudio {
  readonly page: Page;
  readonly context: BrowserContext;
  readonly browser: Browser;
  readonly serve: Serve;
  /**
   * What should never happen, as it happened: errors on the console, exceptions, violations of the
   * Content-Security-Policy, requests that left the origin. Expect it to be empty.
   */
  readonly troubles: readonly string[];
  close(): Promise<void>;
}

/**
 * Opens the studio in a real Chromium, through `morphloom serve` and its launch link, as a user does.
 *
 * ```ts
 * const { page, troubles, close } = await openStudio({ project: copy });
 * ```
 */
export async function openStudio(options: OpenOptions = {}): Promise<OpenStudio> {
  const { project, viewport = { width: 1440, height: 900 }, colorScheme, reducedMotion } = options;
  const executablePath = findChromium();
  if (executablePath === null) throw new Error('There is no Chromium: ask whyNoBrowser() first.');
  const args = [...(project === undefined ? [] : [project]), ...(options.args ?? [])];
  const serve = options.serve ?? (await startServe({ ...options, args }));
  let browser: Browser | null = null;
  const close = async (): Promise<void> => {
    await browser?.close();
    if (options.serve === undefined) await serve.stop();
  };
  try {
    browser = await chromium.launch({
      executablePath,
      args: [...CHROMIUM_FLAGS, ...(options.flags ?? [])],
      ignoreDefaultArgs: options.scrollbars === true ? ['--hide-scrollbars'] : [],
    });
    const context = await browser.newContext({ viewport, colorScheme, reducedMotion, acceptDownloads: true });
    const page = await context.newPage();
    const troubles = watch(page, serve.origin);
    await options.before?.(page);
    // Its page leads on before it has loaded.
    await page.goto(serve.link, { waitUntil: 'commit' });
    await page.waitForURL((url) => url.pathname === '/' && url.search === '');
    return { page, context, browser, serve, troubles, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function watch(page: Page, origin: string): readonly string[] {
  const troubles: string[] = [];
  page.on('console', (message) => {
    // Violations of the policy are errors on the console, too.
    if (message.type() === 'error') troubles.push(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => troubles.push(`exception: ${error.stack ?? error.message}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (/^(https?|wss?|ftp):$/.test(url.protocol) && url.host !== new URL(origin).host)
      troubles.push(`left the origin: ${request.url()}`);
  });
  page.on('websocket', (socket) => {
    if (new URL(socket.url()).host !== new URL(origin).host)
      troubles.push(`left the origin: ${socket.url()}`);
  });
  return troubles;
}
