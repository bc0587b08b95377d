import { entryOfPicture, pixelsOf } from '../../dataset/index.ts';
import { costsOf } from '../../jobs/costs.ts';
import { meaningsOf } from '../../jobs/meanings.ts';
import { thin } from '../../jobs/split.ts';
import { nearest } from '../../latent/map.ts';
import { breathe } from '../../node/breathe.ts';
import type { Handlers } from '../context.ts';
import { decodeGently } from '../gently.ts';
import { answerKey } from '../playing.ts';
import type { Services } from '../services.ts';
import { SharedResults } from '../shared.ts';

type Offered = 'explore.meanings' | 'explore.costs';
type Found<M extends Offered> = Awaited<ReturnType<Handlers[M]>>;

const MOST_KEPT = 4;
/** Where the way along a direction is looked at, in standard deviations of the pictures. */
const PLACES = [-2.4, -1.6, -0.8, 0, 0.8, 1.6, 2.4];

/** What a model has learned, in figures and in pictures; kept for whoever asks next. */
export function learnedHandlers({ stage }: Services): Pick<Handlers, Offered> {
  const meanings = new SharedResults<Found<'explore.meanings'>>(MOST_KEPT);
  const costs = new SharedResults<Found<'explore.costs'>>(MOST_KEPT);
  return {
    'explore.meanings': ({ most, ...model }, call) =>
      stage.play(model, call, (playing) =>
        meanings.get(answerKey(playing, most), playing.signal, async (signal) => {
          const { instrument, dataset } = playing;
          const { mean, ids } = await stage.encoded({ ...playing, signal }, most);
          const entries = ids.flatMap((id) => entryOfPicture(dataset, id) ?? []);
          const found = meaningsOf(mean, instrument.latentSize, entries);
          await breathe(signal);
          const latents = waysAlong(
            mean,
            instrument.latentSize,
            found.map(({ direction }) => direction),
          );
          const pictures = await decodeGently(instrument, latents, signal);
          return { meanings: found, steps: PLACES.length, latents, pictures };
        }),
      ),
    'explore.costs': ({ most, count, ...model }, call) =>
      stage.play(model, call, (playing) =>
        costs.get(answerKey(playing, most, count), playing.signal, async (signal) => {
          const { instrument, dataset, onProgress } = playing;
          const ids = thin(dataset.entries, most).map(({ id }) => id);
          const { bytes } = pixelsOf(dataset, ids);
          const { each, others } = await costsOf(instrument, bytes, { onProgress, signal });
          const sorted = ids.map((id, i) => ({ id, bits: each[i] })).sort((a, b) => a.bits - b.bits);
          return {
            pictures: ids.length,
            bits: each.reduce((a, b) => a + b, 0) / ids.length,
            others,
            dearest: sorted.slice(-count).reverse(),
            cheapest: sorted.slice(0, count),
          };
        }),
      ),
  };
}

/** From the picture nearest to the middle, along each of some latents: `[directions · places, z]`. */
function waysAlong(mean: Float32Array, z: number, directions: readonly number[]): Float32Array {
  const n = mean.length / z;
  const middle = new Float32Array(z);
  mean.forEach((value, i) => (middle[i % z] += value / n));
  const [typical] = nearest(mean, z, middle, 1);
  const start = mean.subarray(typical.index * z, (typical.index + 1) * z);
  const out = new Float32Array(directions.length * PLACES.length * z);
  directions.forEach((k, d) => {
    let variance = 0;
    for (let i = 0; i < n; i++) variance += (mean[i * z + k] - middle[k]) ** 2 / n;
    PLACES.forEach((place, p) => {
      const at = (d * PLACES.length + p) * z;
      out.set(start, at);
      out[at + k] = middle[k] + place * Math.sqrt(variance);
    });
  });
  return out;
}
