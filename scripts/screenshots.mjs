// Takes the README's pictures of the studio, docs/media/*.png, from the sample project of faces, trained for a
// few minutes: node scripts/screenshots.mjs [minutes]. Needs Chromium.
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import sharp from 'sharp';

const root = fileURLToPath(new URL('..', import.meta.url));
const media = path.join(root, 'docs', 'media');
const command = path.join(root, 'bin', 'morphloom.cjs');
const minutes = process.argv[2] ?? '4';
const FACES = 800;
const SIDE = 64;
const WINDOW = { width: 1440, height: 900 };
/** Larger than the window: readers have fine displays. */
const SCALE = 1.5;

function morphloom(...args) {
  const { status } = spawnSync(process.execPath, [command, ...args], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0) throw new Error(`morphloom ${args.join(' ')} failed.`);
}

/** Asks whoever paints for a still window: pictures there, nothing moving between rooms. */
async function settle(page, ms = 2500) {
  await page.waitForLoadState('networkidle');
  await page.waitForTimeout(ms);
}

async function shoot(page, name) {
  const picture = await page.screenshot({ animations: 'disabled' });
  fs.mkdirSync(media, { recursive: true });
  await sharp(picture)
    .png({ palette: true, quality: 92, effort: 10, compressionLevel: 9 })
    .toFile(path.join(media, `${name}.png`));
  process.stdout.write(`docs/media/${name}.png\n`);
}

const home = fs.mkdtempSync(path.join(os.tmpdir(), 'morphloom-screenshots-'));
const project = path.join(home, 'Faces.morphloom');
let serve = null;
let browser = null;
try {
  const faces = path.join(home, 'faces');
  morphloom('samples', 'faces', '--out', faces, '--count', String(FACES), '--size', '256');
  morphloom(
    'train',
    faces,
    '--out',
    project,
    '--recipe',
    'sketch',
    '--size',
    String(SIDE),
    '--minutes',
    minutes,
  );

  serve = spawn(process.execPath, [command, 'serve', project, '--no-open', '--json'], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MORPHLOOM_PROJECTS: home, MORPHLOOM_STATE: path.join(home, 'state') },
  });
  const [line] = await new Promise((resolve) => {
    const lines = readline.createInterface(serve.stdout);
    lines.once('line', (first) => resolve([first]));
  });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-background-networking', '--disable-component-update', '--disable-sync'],
  });
  const context = await browser.newContext({
    viewport: WINDOW,
    deviceScaleFactor: SCALE,
    colorScheme: 'dark',
  });
  const page = await context.newPage();
  await page.goto(JSON.parse(line).url, { waitUntil: 'commit' });
  await page.waitForURL((url) => url.search === '');
  const room = (name) =>
    page.getByRole('navigation', { name: 'Rooms' }).getByText(name, { exact: true }).click();

  await room('Pictures');
  await page.getByRole('listbox').first().waitFor();
  await settle(page, 6000);
  await shoot(page, 'pictures');

  await room('Train');
  await settle(page, 8000);
  await shoot(page, 'train');

  await room('Explore');
  await settle(page, 15_000);
  await shoot(page, 'explore');

  await room('Morph');
  await page.getByRole('slider', { name: 'Playhead' }).waitFor({ timeout: 120_000 });
  await settle(page, 15_000);
  await shoot(page, 'morph');
} finally {
  await browser?.close();
  serve?.kill();
  fs.rmSync(home, { recursive: true, force: true });
}
