import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import sharp from 'sharp';
import { rasterise } from '../src/engine/node/samples.ts';
import { openInstrument } from '../src/engine/latent/open.ts';
import { drawFace } from '../src/engine/samples/face.ts';
import { faceLandmarks } from '../src/engine/samples/face-geometry.ts';
import {
  FACE_ATTRIBUTES,
  FACE_ATTRIBUTE_NAMES,
  faceParameters,
  type FaceParameters,
} from '../src/engine/samples/face-parameters.ts';
import { morphMethods } from './morphs/methods.ts';
import { mean, morphloom, withFolder } from './support.ts';

/**
 * Whether a morph between two drawn faces goes the way that their parameters go: where the features of its frames
 * are, against where the drawing of the parameters between has them. `npm run bench -- landmarks` learns faces for
 * three minutes first; `… landmarks <project>` takes a project of faces.
 */
const PAIRS = 24;
const FRAMES = 33;
const AT = [0.25, 0.5, 0.75];
const KNOWN = 700;
const MINUTES = 3;
/** Drawn pictures that no project of samples has. */
const SEEDS = [9_001, 9_002] as const;
/** Half the side of the patch around a feature, and how far it is looked for, in parts of the picture. */
const PATCH = 5 / 64;
const REACH = 8 / 64;
/** Steps a pixel in the search. */
const FINENESS = 2;

/** Two faces of the same kinds (glasses, hair style …), which have nothing between them; all else differs. */
function pairOf(index: number): [FaceParameters, FaceParameters] {
  const [from, other] = SEEDS.map((seed) => faceParameters(seed, index));
  const to = { ...other };
  for (const name of FACE_ATTRIBUTE_NAMES)
    if (FACE_ATTRIBUTES[name].kind !== 'continuous') to[name] = from[name];
  return [from, to];
}

function between(from: FaceParameters, to: FaceParameters, t: number): FaceParameters {
  const out = { ...from };
  for (const name of FACE_ATTRIBUTE_NAMES) out[name] = from[name] + t * (to[name] - from[name]);
  return out;
}

interface Grey {
  readonly width: number;
  readonly height: number;
  readonly at: (x: number, y: number) => number;
}

/** Luma, read between pixels too. */
function greyOf(picture: ArrayLike<number>, width: number, height: number): Grey {
  const luma = Float32Array.from({ length: width * height }, (_, i) => 0.299 * picture[3 * i] + 0.587 * picture[3 * i + 1] + 0.114 * picture[3 * i + 2]); // prettier-ignore
  const clamp = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  return {
    width,
    height,
    at: (x, y) => {
      const [left, top] = [Math.floor(x), Math.floor(y)];
      const of = (dx: number, dy: number): number => luma[clamp(top + dy, height - 1) * width + clamp(left + dx, width - 1)]; // prettier-ignore
      const [u, v] = [x - left, y - top];
      return (1 - v) * ((1 - u) * of(0, 0) + u * of(1, 0)) + v * ((1 - u) * of(0, 1) + u * of(1, 1));
    },
  };
}

/** The patch around a place, its mean taken off and its energy brought to 1. */
function patch(grey: Grey, x: number, y: number): Float64Array {
  const half = Math.round(PATCH * grey.width);
  const side = 2 * half + 1;
  const values = Float64Array.from({ length: side * side }, (_, i) => grey.at(x - half + (i % side), y - half + Math.floor(i / side))); // prettier-ignore
  const centre = values.reduce((sum, value) => sum + value, 0) / values.length;
  const energy = Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0)) || 1;
  return values.map((value) => (value - centre) / energy);
}

/** How far off the feature at this place of `truth` is found in `frame`, in parts of the width; and how alike it is there, −1 to 1. */
function displacement(truth: Grey, frame: Grey, x: number, y: number): { off: number; alike: number } {
  const wanted = patch(truth, x, y);
  const reach = Math.round(REACH * truth.width * FINENESS);
  let best = { off: 0, alike: -Infinity };
  for (let j = -reach; j <= reach; j++)
    for (let i = -reach; i <= reach; i++) {
      const [dx, dy] = [i / FINENESS, j / FINENESS];
      const there = patch(frame, x + dx, y + dy);
      const alike = wanted.reduce((sum, value, k) => sum + value * there[k], 0);
      if (alike > best.alike) best = { off: Math.hypot(dx, dy) / truth.width, alike };
    }
  return best;
}

async function measure(project: string, folder: string): Promise<void> {
  const instrument = await openInstrument(project);
  const { width, height } = instrument.image;
  const methods = Object.entries(morphMethods(instrument, FRAMES));
  const found = methods.map(() => ({ off: [] as number[], alike: [] as number[], middle: [] as number[] }));
  const drawn = async (params: FaceParameters): Promise<Buffer> =>
    Buffer.from(await rasterise(drawFace(params, 4 * width), 2 * width));
  for (let index = 0; index < PAIRS; index++) {
    const [from, to] = pairOf(index);
    const files = await Promise.all(
      [from, to].map(async (params, end) => {
        const file = path.join(folder, `pair-${index}-${end}.png`);
        await fs.writeFile(file, await drawn(params));
        return file;
      }),
    );
    const truths = await Promise.all(
      AT.map(async (t) => {
        const params = between(from, to, t);
        const picture = await sharp(await drawn(params)).resize(width, height).raw().toBuffer(); // prettier-ignore
        const places = Object.values(
          faceLandmarks(params) as object as Record<string, { x: number; y: number }>,
        );
        return {
          t,
          places,
          grey: greyOf(
            Float32Array.from(picture, (value) => value / 255),
            width,
            height,
          ),
        };
      }),
    );
    for (const [number, [, method]] of methods.entries()) {
      const frames = await method(files[0], files[1]);
      for (const { t, places, grey } of truths) {
        const frame = greyOf(frames[Math.round(t * (FRAMES - 1))], width, height);
        for (const { x, y } of places) {
          const { off, alike } = displacement(grey, frame, x * width - 0.5, y * height - 0.5);
          found[number].off.push(off);
          found[number].alike.push(alike);
          if (t === 0.5) found[number].middle.push(off);
        }
      }
    }
    process.stderr.write(`\r${index + 1} of ${PAIRS} pairs`);
  }
  process.stdout.write(
    `\n${PAIRS} pairs of unseen faces, ten features each: how far off the way of their parameters, in % of the width\n`,
  );
  const share = (values: readonly number[]): string => `${(100 * mean(values)).toFixed(2)}`;
  for (const [number, [name]] of methods.entries()) {
    const { off, alike, middle } = found[number];
    process.stdout.write(
      `${name.padEnd(16)} at ¼, ½ and ¾ ${share(off)}  in the middle ${share(middle)}  likeness of the features ${mean(alike).toFixed(3)}\n`,
    );
  }
  process.stdout.write('asked: ours below the others\n');
  instrument.dispose();
}

const [project] = process.argv.slice(2);
void withFolder(async (own) => {
  if (project !== undefined) return measure(project, own);
  const known = path.join(own, 'known');
  await morphloom('samples', 'faces', '--count', String(KNOWN), '--size', '128', '--out', known);
  const made = path.join(own, 'p.morphloom');
  await morphloom('train', known, '--out', made, '--minutes', String(MINUTES));
  await measure(made, own);
});
