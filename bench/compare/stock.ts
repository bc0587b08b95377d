import * as fs from 'node:fs';
import * as path from 'node:path';
import { createRequire } from 'node:module';
import type * as Tfjs from '@tensorflow/tfjs';
import { createRng, fillNormal, shuffle } from '../../src/core/rng.ts';
import { ensureNativeRuntime } from '../../src/engine/node/runtime/ensure.ts';
import { loadTensorflow } from '../../src/engine/node/runtime/load.ts';
import { createBareModel } from '../bare.ts';
import { serve } from './child.ts';
import { PLAIN_LATENT, PLAIN_WIDTHS, type Net } from './recipes.ts';

interface StockModel {
  step(pixels: Uint8Array): number;
  decode(latents: Float32Array, count: number): Float32Array;
}

/** tfjs-node as people use it: loaded as anyone would, its own gradients and Adam, pixels converted in JavaScript. */
export async function serveStock(net: Net, side: number, batch: number, pack: string): Promise<void> {
  loadTensorflow(await ensureNativeRuntime());
  const tf = createRequire(path.join(process.cwd(), 'package.json'))('@tensorflow/tfjs') as typeof Tfjs;
  const adam = tf.train.adam(1e-3);
  const model =
    net === 'plain' ? createPlainModel(tf, side, batch, adam) : createMorphModel(side, batch, adam);
  const next = batches(pack, side * side * 3, batch);
  await serve(`tfjs-node ${tf.version.tfjs}`, {
    train: (steps) => {
      for (let i = 0; i < steps; i++)
        if (!Number.isFinite(model.step(next()))) throw new Error('The loss is not finite.');
    },
    decode: (count, times) => {
      for (let i = 0; i < times; i++) model.decode(normal([count, PLAIN_LATENT], i), count);
    },
  });
}

function createMorphModel(side: number, batch: number, adam: Tfjs.Optimizer): StockModel {
  const model = createBareModel(side, batch, adam);
  return {
    step: (pixels) => model.step(pixels),
    decode: () => {
      throw new Error('Decoding is compared on the plain network.');
    },
  };
}

/** Shuffled batches of packed pictures, for ever. */
function batches(pack: string, size: number, batch: number): () => Uint8Array {
  const file = fs.openSync(pack, 'r');
  const order = Array.from({ length: fs.fstatSync(file).size / size }, (_, i) => i);
  const rng = createRng(1);
  let at = order.length;
  return () => {
    if (at + batch > order.length) {
      shuffle(order, rng);
      at = 0;
    }
    const pixels = new Uint8Array(batch * size);
    for (let i = 0; i < batch; i++) fs.readSync(file, pixels, i * size, size, order[at++] * size);
    return pixels;
  };
}

function normal(shape: readonly number[], seed: number): Float32Array {
  return fillNormal(new Float32Array(shape.reduce((a, b) => a * b)), createRng(seed));
}

/** The plain network of the comparison in plain tfjs. */
function createPlainModel(tf: typeof Tfjs, side: number, batch: number, adam: Tfjs.Optimizer): StockModel {
  const root = side / 2 ** PLAIN_WIDTHS.length;
  const deepest = PLAIN_WIDTHS[PLAIN_WIDTHS.length - 1];
  const features = root * root * deepest;
  const layer = (shape: number[], outputs: number, inputs: number) => {
    const values = normal(shape, 1).map((x) => x * Math.sqrt(2 / inputs));
    return { kernel: tf.variable(tf.tensor(values, shape)), bias: tf.variable(tf.zeros([outputs])) };
  };
  type Layer = ReturnType<typeof layer>;
  const down = PLAIN_WIDTHS.map((width, i) => {
    const inputs = i === 0 ? 3 : PLAIN_WIDTHS[i - 1];
    return layer([4, 4, inputs, width], width, 16 * inputs);
  });
  const up = [...PLAIN_WIDTHS].reverse().map((inputs, i) => {
    const outputs = [...PLAIN_WIDTHS].reverse()[i + 1] ?? 3;
    return layer([4, 4, outputs, inputs], outputs, 4 * inputs);
  });
  const head = layer([features, 2 * PLAIN_LATENT], 2 * PLAIN_LATENT, 2 * features);
  const first = layer([PLAIN_LATENT, features], features, PLAIN_LATENT);

  const dense = (x: Tfjs.Tensor, { kernel, bias }: Layer) =>
    tf.add<Tfjs.Tensor2D>(tf.matMul(x, kernel), bias);
  const encode = (x: Tfjs.Tensor4D): Tfjs.Tensor2D => {
    let h = x;
    for (const { kernel, bias } of down)
      h = tf.relu(
        tf.add<Tfjs.Tensor4D>(tf.conv2d(h, kernel as Tfjs.Tensor as Tfjs.Tensor4D, 2, 'same'), bias),
      );
    return dense(tf.reshape(h, [x.shape[0], features]), head);
  };
  const decode = (z: Tfjs.Tensor2D): Tfjs.Tensor4D => {
    let h: Tfjs.Tensor4D = tf.reshape(tf.relu(dense(z, first)), [z.shape[0], root, root, deepest]);
    up.forEach(({ kernel, bias }, i) => {
      const [n, rows, columns] = h.shape;
      const shape: [number, number, number, number] = [n, rows * 2, columns * 2, bias.size];
      h = tf.add(tf.conv2dTranspose(h, kernel as Tfjs.Tensor as Tfjs.Tensor4D, shape, 2, 'same'), bias);
      if (i < up.length - 1) h = tf.relu(h);
    });
    return h;
  };
  const loss = (x: Tfjs.Tensor4D): Tfjs.Scalar => {
    const [mean, raw] = tf.split(encode(x), 2, 1);
    const logVariance = tf.clipByValue(raw, -12, 6);
    const noise = tf.randomNormal([batch, PLAIN_LATENT]);
    const logits = decode(tf.add(mean, tf.mul(tf.exp(tf.mul(logVariance, 0.5)), noise)));
    const entropy = tf.losses.sigmoidCrossEntropy(x, logits, undefined, 0, tf.Reduction.SUM);
    const rate = tf.sum(tf.sub(tf.add(tf.square(mean), tf.exp(logVariance)), tf.add(logVariance, 1)));
    return tf.div(tf.add(entropy, tf.mul(rate, 0.5)), batch);
  };

  return {
    step: (pixels) => {
      const value = tf.tidy(() => {
        const floats = new Float32Array(pixels.length);
        for (let i = 0; i < pixels.length; i++) floats[i] = pixels[i] / 255;
        const x = tf.tensor4d(floats, [batch, side, side, 3]);
        return adam.minimize(() => loss(x), true) as Tfjs.Scalar;
      });
      const result = value.dataSync()[0];
      value.dispose();
      return result;
    },
    decode: (latents, count) => {
      const y = tf.tidy(() => tf.sigmoid(decode(tf.tensor2d(latents, [count, PLAIN_LATENT]))));
      const values = y.dataSync<'float32'>();
      y.dispose();
      return values;
    },
  };
}
