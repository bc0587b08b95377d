import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { DEFAULT_ENCODING } from '../../src/contract/encoding.ts';
import type { Eyes, EyePlace } from '../../src/contract/faces.ts';
import { hashOf } from '../../src/engine/dataset/items.ts';
import type { Frame } from '../../src/engine/export/frame.ts';
import { framesOf } from '../../src/engine/export/model-frames.ts';
import { openFaceFinder } from '../../src/engine/faces/finder.ts';
import { openInstrument, type OpenedInstrument } from '../../src/engine/latent/open.ts';
import { morphMetrics } from '../../src/engine/morph/metrics.ts';
import { writeAnimation } from '../../src/engine/node/encoders/animation.ts';
import { sheet } from '../../src/engine/node/encoders/compose.ts';
import { writeStill } from '../../src/engine/node/encoders/still.ts';
import { readPictureFile } from '../../src/engine/node/pictures/index.ts';
import { rasterise } from '../../src/engine/node/samples.ts';
import { drawFace } from '../../src/engine/samples/face.ts';
import { faceLandmarks } from '../../src/engine/samples/face-geometry.ts';
import { faceParameters, type FaceParameters } from '../../src/engine/samples/face-parameters.ts';
import { drawShape, type ShapeParameters } from '../../src/engine/samples/shapes.ts';
import { morphMethods, type Picture } from './methods.ts';

/**
 * Draws the gallery: each pair as an animation, all methods side by side, and as a sheet of five moments of each.
 * Its own process for each model: `gallery <faces|shapes> <project> <portrait> <folder for work> <folder>`.
 */
const FRAMES = 33;
const SCALE = 2;
const FRAMES_PER_SECOND = 20;
/** How long the ends stay, in frames. */
const HOLD = 10;
const MOMENTS = [0, 0.25, 0.5, 0.75, 1];
const DRAWN = 256;
const QUALITY = 72;
const BACKGROUND = '#17171b';
/** No project of samples has been drawn from it. */
const SEED = 9_001;

interface Pair {
  readonly name: string;
  readonly from: Picture;
  readonly to: Picture;
}

type DrawTo = (name: string, svg: string) => Promise<string>;

async function facePairs(draw: DrawTo, portrait: string): Promise<Pair[]> {
  const face = (params: FaceParameters, name: string): Promise<string> =>
    draw(name, drawFace(params, 2 * DRAWN));
  const [a, b, c, d, e] = [11, 5, 2, 8, 17].map((index) => faceParameters(SEED, index));
  const left: FaceParameters = { ...c, yaw: -13, roll: -2, smile: -0.5, gazeX: -0.6 };
  const right: FaceParameters = { ...c, yaw: 13, roll: 2, smile: 0.9, gazeX: 0.6 };
  return [
    { name: 'turn', from: await face(left, 'turn-a'), to: await face(right, 'turn-b') },
    { name: 'strangers', from: await face(b, 'strangers-a'), to: await face(c, 'strangers-b') },
    { name: 'far-apart', from: await face(d, 'far-a'), to: await face(a, 'far-b') },
    { name: 'portrait', ...(await aligned(portrait, await face(e, 'sitter'), e)) },
  ];
}

/** A photo and a drawing with their eyes in the same places: those that the drawing has them in. */
async function aligned(
  portrait: string,
  drawing: string,
  params: FaceParameters,
): Promise<{ from: Picture; to: Picture }> {
  const photo = await readPictureFile(portrait);
  const finder = await openFaceFinder();
  const { faces, width, height } = await finder.find(photo);
  finder.close();
  const eyes = faces[0].eyes.map(([x, y]) => ({ x: x / width, y: y / height })) as Eyes;
  const { eyeLeft, eyeRight } = faceLandmarks(params);
  const at: EyePlace = { x: (eyeLeft.x + 1 - eyeRight.x) / 2, y: (eyeLeft.y + eyeRight.y) / 2 };
  const reference = (source: string, data: Uint8Array, own: Eyes): Picture => ({
    source: path.resolve(source),
    id: hashOf(data),
    crop: { eyes: own, at },
  });
  return {
    from: reference(portrait, photo.data, eyes),
    to: reference(drawing, await fs.readFile(drawing), [eyeLeft, eyeRight]),
  };
}

async function shapePairs(draw: DrawTo): Promise<Pair[]> {
  const shape = (params: ShapeParameters, name: string): Promise<string> =>
    draw(name, drawShape(params, 2 * DRAWN));
  const circle: ShapeParameters = { shape: 'circle', colour: 'red', x: 0.36, y: 0.4, size: 0.16 };
  const square: ShapeParameters = { shape: 'square', colour: 'blue', x: 0.62, y: 0.58, size: 0.26 };
  const triangle: ShapeParameters = { shape: 'triangle', colour: 'green', x: 0.46, y: 0.52, size: 0.27 };
  const hexagon: ShapeParameters = { shape: 'hexagon', colour: 'yellow', x: 0.54, y: 0.48, size: 0.18 };
  return [
    { name: 'across', from: await shape(circle, 'across-a'), to: await shape(square, 'across-b') },
    { name: 'corners', from: await shape(triangle, 'corners-a'), to: await shape(hexagon, 'corners-b') },
  ];
}

/** Forth, a rest, back, a rest. */
function played<T>(frames: readonly T[]): T[] {
  const rest = (frame: T): T[] => new Array<T>(HOLD).fill(frame);
  const inner = frames.slice(1, -1);
  return [...rest(frames[0]), ...inner, ...rest(frames[frames.length - 1]), ...inner.reverse()];
}

async function show(instrument: OpenedInstrument, { name, from, to }: Pair, into: string): Promise<void> {
  const methods = Object.entries(morphMethods(instrument, FRAMES, SCALE));
  const { width, height, channels } = instrument.image;
  const shape = { width: width * SCALE, height: height * SCALE, channels };
  const strips: Frame[][] = [];
  for (const [method, morph] of methods) {
    const frames = await morph(from, to);
    const { sharpness, ghost, lengthToChord, largestToMedianStep } = morphMetrics(frames, shape);
    process.stdout.write(
      `${name.padEnd(12)} ${method.padEnd(16)} sharp ${sharpness.toFixed(2)}  ghost ${ghost.toFixed(2)}  length/chord ${lengthToChord.toFixed(2)}  largest/median step ${largestToMedianStep.toFixed(2)}\n`,
    );
    strips.push(frames.flatMap((frame) => framesOf(frame, shape)));
  }
  const names = methods.map(([method]) => method);
  const provenance = {
    morphloom: 1 as const,
    kind: 'gallery',
    model: { run: instrument.runId, hash: instrument.hash },
    seed: SEED,
    pair: name,
    methods: names,
  };
  const sides = await Promise.all(
    Array.from({ length: FRAMES }, (_, i) =>
      sheet({ rows: [strips.map((strip) => strip[i])], captions: [names], background: BACKGROUND }),
    ),
  );
  await writeAnimation({
    frames: played(sides),
    framesPerSecond: FRAMES_PER_SECOND,
    loop: true,
    out: path.join(into, `${name}.webp`),
    encoding: { ...DEFAULT_ENCODING, quality: QUALITY },
    provenance,
  });
  const still = await sheet({
    rows: strips.map((strip) => MOMENTS.map((t) => strip[Math.round(t * (FRAMES - 1))])),
    rowLabels: names,
    background: BACKGROUND,
  });
  await writeStill({ frame: still, out: path.join(into, `${name}-moments.webp`), provenance });
}

async function main(): Promise<void> {
  const [kind, project, portrait, work, into] = process.argv.slice(2);
  await fs.mkdir(work, { recursive: true });
  await fs.mkdir(into, { recursive: true });
  const draw: DrawTo = async (name, svg) => {
    const file = path.join(work, `${name}.png`);
    await fs.writeFile(file, await rasterise(svg, DRAWN));
    return file;
  };
  const pairs = kind === 'faces' ? await facePairs(draw, portrait) : await shapePairs(draw);
  const instrument = await openInstrument(project);
  for (const pair of pairs) await show(instrument, pair, into);
  instrument.dispose();
}

void main();
