import type { Pixels } from '../../../contract/studio/state.ts';
import { entryOfPicture, pixelsOf } from '../../dataset/index.ts';
import { clusterPictures } from '../../jobs/cluster.ts';
import { meanOf } from '../../jobs/complete.ts';
import { fillIn } from '../../jobs/fill-in.ts';
import { findOutliers } from '../../jobs/outliers.ts';
import { MOST_FITTED } from '../../jobs/sample.ts';
import { thin } from '../../jobs/split.ts';
import { tellTags } from '../../jobs/tags.ts';
import { fitLatentGaussian } from '../../latent/aggregate.ts';
import { rowsAt } from '../../latent/instrument.ts';
import { nearest } from '../../latent/map.ts';
import { breathe } from '../../node/breathe.ts';
import type { Handlers } from '../context.ts';
import { decodeGently, encodeInPieces } from '../gently.ts';
import { answerKey, MOST_LOOKED_AT, pictureGone, type Playing } from '../playing.ts';
import type { Services } from '../services.ts';
import { SharedResults } from '../shared.ts';
import { typicalFirst } from '../typical.ts';

type Offered = 'explore.outliers' | 'explore.groups' | 'explore.complete' | 'explore.tell';
type Found<M extends Offered> = Awaited<ReturnType<Handlers[M]>>;

/** How often each picture is looked at, as by the command. */
const LOOKS = 10;
/** Fewer than the command's: with five the groups come a third as fast, and a criterion 0.1% better. */
const RESTARTS = 2;
const SEED = 1;
const MOST_KEPT = 4;
/** Of the nearest pictures, so many with a label have a voice. */
const VOICES = 15;

/** What a model finds in all of a project's pictures, kept for whoever asks next; and in one of them. */
export function findingHandlers({ stage }: Services): Pick<Handlers, Offered> {
  const outliers = new SharedResults<Found<'explore.outliers'>>(MOST_KEPT);
  const groups = new SharedResults<Found<'explore.groups'>>(MOST_KEPT);
  const means = new SharedResults<Float32Array>(MOST_KEPT);
  return {
    'explore.outliers': ({ count, most, ...model }, call) =>
      stage.play(model, call, (playing) =>
        outliers.get(answerKey(playing, count, most), playing.signal, async (signal) => {
          const { instrument, onProgress } = playing;
          const request = { samples: LOOKS, most, seed: SEED, onProgress, signal };
          const scored = await findOutliers(instrument, request);
          const shown = scored
            .slice(0, count)
            .flatMap(({ id, ...found }) => (id === null ? [] : [{ id, ...found }]));
          const bytes = new Uint8Array(shown.reduce((sum, { pixels }) => sum + pixels.length, 0));
          shown.forEach(({ pixels }, i) => bytes.set(pixels, i * pixels.length));
          const { mean } = await encodeInPieces(instrument, bytes, () => breathe(signal));
          const { width, height, channels } = instrument.image;
          return {
            pictures: shown.map(({ id, label, score, oddity }) => ({ id, label, score, oddity })),
            originals: { count: shown.length, width, height, channels, bytes },
            drawn: await decodeGently(instrument, mean, signal),
            scores: Float32Array.from(scored, ({ score }) => score),
          };
        }),
      ),
    'explore.groups': ({ by, groups: count, most, ...model }, call) =>
      stage.play(model, call, (playing) =>
        groups.get(answerKey(playing, by, count, most), playing.signal, async (signal) => {
          const { instrument, onProgress } = playing;
          const found = await clusterPictures(instrument, {
            by,
            groups: count ?? undefined,
            restarts: RESTARTS,
            most,
            seed: SEED,
            onProgress,
            signal,
          });
          const { mean, ids } = await stage.encoded({ ...playing, signal }, most);
          const groupOf = new Map(found.entries.map(({ id }, i) => [id, found.groupOf[i]]));
          return {
            groups: typicalFirst(
              mean,
              instrument.latentSize,
              ids.map((id) => groupOf.get(id) ?? 0),
              found.groups,
            ).map((group) => group.map((i) => ids[i])),
            agreement: found.agreement,
          };
        }),
      ),
    'explore.complete': ({ id, hole, count, seed, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { instrument, dataset, signal, onProgress } = playing;
        if (entryOfPicture(dataset, id) === null) throw pictureGone();
        const { bytes: pixels } = pixelsOf(dataset, [id]);
        const known = thin(
          dataset.entries.map((_, i) => i),
          MOST_FITTED,
        );
        const meanPicture = await means.get(dataset.contentHash, signal, (shared) =>
          meanOf(dataset, known, shared),
        );
        const { mean, logVariance } = await stage.encoded(playing, MOST_FITTED);
        const expected = {
          meanPicture,
          latents: fitLatentGaussian(mean, logVariance, instrument.latentSize),
        };
        const filled = await fillIn(instrument, expected, { pixels, hole, count, seed, onProgress, signal });
        const { width, height, channels } = instrument.image;
        const pictures: Pixels = { count, width, height, channels, bytes: filled.pictures };
        return { latents: filled.latents, pictures };
      }),
    'explore.tell': ({ place, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { instrument, signal } = playing;
        const at = await stage.latentAt(playing, place);
        const { mean, ids, labels } = await stage.encoded({ ...playing, signal }, MOST_LOOKED_AT);
        const labelled = ids.flatMap((id, i) => {
          const label = labels[i];
          return label === null || (place.kind === 'picture' && place.id === id) ? [] : [{ i, label }];
        });
        return { tags: tagsOf(instrument, at), nearby: voicesOf(mean, at, labelled) };
      }),
  };
}

function tagsOf(instrument: Playing['instrument'], at: Float32Array): Found<'explore.tell'>['tags'] {
  const names = instrument.model.tags?.names;
  if (names === undefined) return null;
  const [{ label, attributes = {} }] = tellTags(instrument, at, 1);
  return {
    label,
    attributes: names.attributes.map((each) => ({
      name: each.name,
      value: attributes[each.name],
      range: 'kinds' in each ? null : [each.from, each.to],
    })),
  };
}

/** Which labels the nearest labelled pictures have, and how many of them each. */
function voicesOf(
  latents: Float32Array,
  at: Float32Array,
  labelled: readonly { i: number; label: string }[],
): { label: string; part: number }[] {
  const own = rowsAt(
    latents,
    at.length,
    labelled.map(({ i }) => i),
  );
  const voices = nearest(own, at.length, at, Math.min(VOICES, labelled.length)).map(
    ({ index }) => labelled[index].label,
  );
  return [...new Set(voices)]
    .map((label) => ({ label, part: voices.filter((voice) => voice === label).length / voices.length }))
    .sort((a, b) => b.part - a.part);
}
