import * as tf from '@tensorflow/tfjs-core';
import { conv, dense, needsOf, normalise, upsample, type Layer } from './layers.ts';
import type { ConvEncoderOptions, Decoder, GroupedEncoder } from './networks.ts';
import { cutColumns } from './ops.ts';
import type { Encoded, GaussianPosterior } from './posterior.ts';
import { residual } from './residual.ts';
import type { ImageShape } from './shape.ts';
import { withoutUpdates, type Mode, type Weights, type WeightSpec } from './weights.ts';

/** The way down; widths are counted from the picture inwards, one for each halving. */
export interface LadderOptions extends ConvEncoderOptions {
  /** How many latents each group has, from the top (the whole picture) down (its details). */
  readonly groups: readonly number[];
}

/** Between a group's latents and the places of its size there are so many channels. */
const CHANNELS = 8;

/** The latents of each group: evenly many, the first with what is left over; no more groups than `depth` sizes. */
export function splitLatents(size: number, groups: number, depth: number): number[] {
  const count = Math.min(groups, size, depth);
  const each = Math.floor(size / count);
  return Array.from({ length: count }, (_, g) => (g === 0 ? size - each * (count - 1) : each));
}

/** One size on the way down: what is there, and what one group adds to it. */
interface Rung {
  readonly weights: readonly WeightSpec[];
  /** Adds latents `[m, size]`, standard normal as the prior has them, to `[m, h, w, c]`. */
  add(h: tf.Tensor4D, latents: tf.Tensor2D, weights: Weights, mode: Mode): tf.Tensor4D;
}

/**
 * One group. Its prior given the groups above is N(m(h), s(h)²), and the latents e that are kept stand for
 * z = m + s·e: they are N(0, 1) whatever h is, and KL(q(e) ‖ N(0, 1)) = KL(q(z) ‖ N(m, s²)), so that all that goes
 * by N(0, 1) holds for them (the residual Normal of Vahdat & Kautz 2020, arXiv 2007.03898, §3.2, seen from the prior).
 */
function rung(
  name: string,
  [height, width]: readonly [number, number],
  channels: number,
  size: number,
): Rung {
  const places = height * width * CHANNELS;
  const look = conv(`${name}/look`, channels, CHANNELS, { kernel: 1, stride: 1, bias: true });
  // At first the prior is N(0, 1) whatever is above.
  const given = dense(`${name}/prior`, places, 2 * size, 0);
  const spread = dense(`${name}/spread`, size, places);
  const paint = conv(`${name}/paint`, CHANNELS, channels, { kernel: 1, stride: 1, bias: true });
  return {
    ...needsOf([look, given, spread, paint]),
    add: (h, latents, weights, mode) => {
      const seen = tf.reshape(tf.relu(look.apply(h, weights, mode)), [h.shape[0], places]);
      const [mean, logScale] = tf.split<tf.Tensor2D>(given.apply(seen as tf.Tensor2D, weights, mode), 2, 1);
      const z = tf.add<tf.Tensor2D>(mean, tf.mul(tf.exp(tf.tanh(logScale)), latents));
      const spreadOut = tf.reshape(spread.apply(z, weights, mode), [h.shape[0], height, width, CHANNELS]);
      return tf.add(h, paint.apply(spreadOut as tf.Tensor4D, weights, mode));
    },
  };
}

/** The way down, which encoder and decoder share: each goes it with latents that it gets from elsewhere. */
interface Descent {
  readonly weights: readonly WeightSpec[];
  readonly sizes: readonly (readonly [number, number])[];
  readonly widths: readonly number[];
  /**
   * Asks for each group's latents when it is reached.
   * @returns what lies at the last size, `[m, h, w, c]`, or null where it was to go no further than the latents
   */
  go(
    count: number,
    latentsOf: (group: number, above: tf.Tensor4D) => tf.Tensor2D,
    weights: Weights,
    mode: Mode,
    toTheEnd: boolean,
  ): tf.Tensor4D | null;
}

function descent(image: ImageShape, options: LadderOptions): Descent {
  const { normalisation, groups } = options;
  const widths = [...options.widths].reverse();
  const depth = widths.length;
  const sizes = widths.map((_, i) => {
    const halved = 2 ** (depth - i);
    return [image.height / halved, image.width / halved] as const;
  });
  const start: WeightSpec = {
    name: 'decoder/start',
    shape: [1, ...sizes[0], widths[0]],
    initial: { standardDeviation: 0.1 },
    trainable: true,
  };
  const rungs = groups.map((size, g) => rung(`decoder/group${g}`, sizes[g], widths[g], size));
  const blocks = widths.map((width, i) => residual(`decoder/block${i}`, width, normalisation));
  const ups = widths
    .slice(1)
    .map((width, i) => upsample('nearest', `decoder/up${i}`, widths[i], width, true));
  return {
    weights: [start, ...needsOf([...rungs, ...blocks, ...ups]).weights],
    sizes,
    widths,
    go: (count, latentsOf, weights, mode, toTheEnd) => {
      let h = tf.tile(weights.get(start.name) as tf.Tensor4D, [count, 1, 1, 1]);
      for (let i = 0; i < depth; i++) {
        if (i < groups.length) {
          const latents = latentsOf(i, h);
          if (!toTheEnd && i === groups.length - 1) return null;
          h = rungs[i].add(h, latents, weights, mode);
        }
        h = blocks[i].apply(h, weights, mode);
        if (i + 1 < depth) h = ups[i].apply(h, weights, mode);
      }
      return h;
    },
  };
}

/**
 * Several groups of latents, top-down (Sønderby et al. 2016, arXiv 1602.02282; Child 2021, arXiv 2011.10650): a group
 * is added where pictures are small, what comes of it is enlarged by nearest neighbours, then the next is added.
 */
export function ladderDecoder(image: ImageShape, options: LadderOptions): Decoder {
  const { groups } = options;
  const way = descent(image, options);
  const norm = normalise(options.normalisation, 'decoder/norm', options.widths[0]);
  const last = upsample('nearest', 'decoder/picture', options.widths[0], image.channels, true);
  const finish = (end: tf.Tensor4D, weights: Weights, mode: Mode): tf.Tensor4D =>
    last.apply(tf.relu(norm.apply(end, weights, mode)), weights, mode);
  return {
    weights: [...way.weights, ...norm.weights, ...last.weights],
    apply: (latents, weights, mode) => {
      const cut = cutColumns(latents, groups);
      const end = way.go(latents.shape[0], (g) => cut[g], weights, mode, true) as tf.Tensor4D;
      return finish(end, weights, mode);
    },
    finish,
  };
}

/**
 * The ladder's encoder: up by strided convolutions, then down the decoder's own way, where the posterior of each
 * group is told by what lies there already, drawn groups above included, and by the picture at that size.
 */
export function ladderEncoder(
  image: ImageShape,
  down: LadderOptions,
  { widths, normalisation }: ConvEncoderOptions,
): GroupedEncoder {
  const { groups } = down;
  const way = descent(image, down);
  const stages = widths.map((width, i): Layer<tf.Tensor4D, tf.Tensor4D>[] => [
    conv(`encoder/down${i}`, i === 0 ? image.channels : widths[i - 1], width, {
      kernel: 4,
      stride: 2,
      bias: true,
    }),
    residual(`encoder/block${i}`, width, normalisation),
  ]);
  const heads = groups.map((size, g) => {
    const [height, width] = way.sizes[g];
    const places = height * width * CHANNELS * 2;
    const channels = way.widths[g] + widths[widths.length - 1 - g];
    return {
      norm: normalise(normalisation, `encoder/group${g}/norm`, channels),
      look: conv(`encoder/group${g}/look`, channels, CHANNELS * 2, {
        kernel: 3,
        stride: 1,
        bias: true,
      }),
      tell: dense(`encoder/group${g}/posterior`, places, 2 * size),
      places,
    };
  });
  return {
    groups,
    weights: needsOf([...stages.flat(), ...heads.flatMap(({ norm, look, tell }) => [norm, look, tell])])
      .weights,
    inTurn: (x, samples, draw, weights, mode, toTheEnd) => {
      const seen: tf.Tensor4D[] = [];
      let up = x;
      for (const stage of stages) {
        up = stage.reduce((h, layer) => layer.apply(h, weights, mode), up);
        seen.unshift(up);
      }
      const drawn: Encoded[] = [];
      const end = way.go(
        x.shape[0] * samples,
        (g, above) => {
          const { norm, look, tell, places } = heads[g];
          const own = samples === 1 ? seen[g] : tf.tile(seen[g], [samples, 1, 1, 1]);
          const both = tf.relu(norm.apply(tf.concat([above, own], 3), weights, mode));
          const flat = tf.reshape(tf.relu(look.apply(both, weights, mode)), [above.shape[0], places]);
          drawn.push(draw(tell.apply(flat as tf.Tensor2D, weights, mode), g));
          return drawn[g].code;
        },
        weights,
        // Where it ends early the decoder goes the same way again, and tells its own statistics.
        toTheEnd ? mode : withoutUpdates(mode),
        toTheEnd,
      );
      return { ...sideBySide(drawn), end };
    },
  };
}

/** Groups as one: their latents side by side, and so their posteriors. */
function sideBySide(groups: readonly Encoded[]): Encoded {
  const join = (of: (posterior: GaussianPosterior) => tf.Tensor2D): tf.Tensor2D =>
    tf.concat(
      groups.map(({ posterior }) => of(posterior as GaussianPosterior)),
      1,
    );
  return {
    code: tf.concat(
      groups.map(({ code }) => code),
      1,
    ),
    posterior: { mean: join(({ mean }) => mean), logVariance: join(({ logVariance }) => logVariance) },
  };
}
