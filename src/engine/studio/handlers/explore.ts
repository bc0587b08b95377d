import type { KnownTags } from '../../../contract/studio/state.ts';
import { entryOfPicture } from '../../dataset/index.ts';
import { mapPictures } from '../../jobs/map.ts';
import { MOST_FITTED, sampleLatents } from '../../jobs/sample.ts';
import { latentsOfTags } from '../../jobs/tags.ts';
import { principalAxes } from '../../latent/axes.ts';
import { nearest } from '../../latent/map.ts';
import { walkLatents } from '../../morph/walk.ts';
import { breathe } from '../../node/breathe.ts';
import type { Handlers } from '../context.ts';
import { decodeGently, encodeGently } from '../gently.ts';
import { MOST_LOOKED_AT, pictureGone, type Playing } from '../playing.ts';
import type { Services } from '../services.ts';
import type { findingHandlers } from './findings.ts';
import type { kindsHandlers } from './kinds.ts';
import type { learnedHandlers } from './learned.ts';

/** What takes all pictures to be found, or one to be completed, is offered beside. */
type Offered = Exclude<
  Extract<keyof Handlers, `explore.${string}`>,
  keyof (ReturnType<typeof findingHandlers> &
    ReturnType<typeof kindsHandlers> &
    ReturnType<typeof learnedHandlers>)
>;

/** Directions of more pictures than these are the same to the eye. */
const MOST_FOR_DIRECTIONS = MOST_FITTED;

export function exploreHandlers({ stage }: Services): Pick<Handlers, Offered> {
  const encodeThese = (
    { instrument, dataset, signal }: Playing,
    ids: readonly string[],
  ): Promise<Float32Array> => {
    if (ids.some((id) => entryOfPicture(dataset, id) === null)) throw pictureGone();
    return encodeGently(instrument, dataset, ids, signal);
  };
  return {
    'explore.map': ({ method, most, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { instrument, signal, onProgress } = playing;
        const latents = async (): Promise<Float32Array> => (await stage.encoded(playing, most)).mean;
        const { entries, points } = await mapPictures(instrument, {
          method,
          most,
          latents,
          onProgress,
          signal,
        });
        return { ids: entries.map(({ id }) => id), points, labels: entries.map(({ label }) => label) };
      }),
    'explore.directions': ({ count, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { latentSize } = playing.instrument;
        const { mean } = await stage.encoded(playing, MOST_FOR_DIRECTIONS);
        await breathe(playing.signal);
        const { axes, deviations, shares, mean: middle } = principalAxes(mean, latentSize, count);
        return {
          count: deviations.length,
          latentSize,
          directions: Float32Array.from(axes, (x, i) => x * deviations[Math.floor(i / latentSize)]),
          shares: Float32Array.from(shares),
          mean: Float32Array.from(middle),
        };
      }),
    'explore.tags': (model, call) =>
      stage.play(model, call, ({ instrument }) => Promise.resolve({ known: knownTags(instrument) })),
    'explore.samples': ({ count, temperature, from, tags, seed, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { instrument, signal } = playing;
        const request = { count, temperature, from, seed };
        const encoded = () => stage.encoded(playing, MOST_FITTED);
        const latents =
          tags === null
            ? await sampleLatents(instrument, request, encoded, signal)
            : latentsOfTags(instrument, tags, request);
        return { latents, pictures: await decodeGently(instrument, latents, signal) };
      }),
    'explore.walk': ({ count, temperature, seed, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { instrument, signal } = playing;
        const { mean } = await stage.encoded(playing, MOST_FITTED);
        await breathe(signal);
        const points = walkLatents(mean, instrument.latentSize, { count, temperature, seed });
        const latents = new Float32Array(count * instrument.latentSize);
        points.forEach((point, i) => latents.set(point, i * instrument.latentSize));
        return { latents, pictures: await decodeGently(instrument, latents, signal) };
      }),
    'explore.encode': ({ ids, ...model }, call) =>
      stage.play(model, call, async (playing) => ({
        latents: await encodeThese(playing, ids),
        latentSize: playing.instrument.latentSize,
      })),
    'explore.decode': ({ latents, count, ...model }, call) =>
      stage.play(model, call, async ({ instrument, signal }) =>
        decodeGently(instrument, stage.ownLatents(instrument, latents, count), signal),
      ),
    'explore.neighbours': ({ place, count, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const at = await stage.latentAt(playing, place);
        const { mean, ids } = await stage.encoded(playing, MOST_LOOKED_AT);
        await breathe(playing.signal);
        return nearest(mean, at.length, at, count).map(({ index, distance }) => ({
          id: ids[index],
          distance,
        }));
      }),
    'explore.reconstruct': ({ ids, ...model }, call) =>
      stage.play(model, call, async (playing) =>
        decodeGently(playing.instrument, await encodeThese(playing, ids), playing.signal),
      ),
  };
}

function knownTags({ model }: Playing['instrument']): KnownTags | null {
  if (model.tags === null) return null;
  const { classes, attributes } = model.tags.names;
  return {
    labels: classes,
    attributes: attributes.map((each) =>
      'kinds' in each ? each : { name: each.name, range: [each.from, each.to] as const },
    ),
  };
}
