import { MOST_TOLD_KINDS, tellKinds } from '../../jobs/kinds.ts';
import { encodeDataset } from '../../jobs/pictures.ts';
import { latentsAt, type Latents } from '../../latent/instrument.ts';
import type { Handlers } from '../context.ts';
import { answerKey, type Playing, type Stage } from '../playing.ts';
import type { Services } from '../services.ts';
import { SharedResults } from '../shared.ts';

type Offered = 'explore.kinds';
type Answer = Awaited<ReturnType<Handlers[Offered]>>;

const SEED = 1;
const MOST_KEPT = 4;

/** What a few labels tell of all other pictures, kept for whoever asks next. */
export function kindsHandlers({ stage }: Services): Pick<Handlers, Offered> {
  const answers = new SharedResults<Answer>(MOST_KEPT);
  return {
    'explore.kinds': ({ most, ...model }, call) =>
      stage.play(model, call, (playing) => {
        const { instrument, dataset, onProgress } = playing;
        return answers.get(answerKey(playing, most), playing.signal, async (signal) => {
          const shared = { ...playing, signal };
          const { kinds, labelled, told, doubted, trust } = await tellKinds(instrument, {
            most,
            seed: SEED,
            latents: (indices) => latentsOf(stage, shared, indices, most),
            onProgress,
            signal,
          });
          const seen = told.map(({ entry, kind, sureness, sure }) => ({
            told: { id: entry.id, kind: String(kind), sureness },
            sure,
          }));
          return {
            kinds: kinds.map(String),
            tooMany: kinds.length > MOST_TOLD_KINDS,
            labelled,
            unlabelled: dataset.count - labelled,
            sure: seen.flatMap((each) => (each.sure ? each.told : [])),
            unsure: seen.flatMap((each) => (each.sure ? [] : each.told)),
            doubted: doubted.map(({ entry, label, kind, sureness }) => ({
              id: entry.id,
              label: String(label),
              kind: String(kind),
              sureness,
            })),
            trust,
          };
        });
      }),
  };
}

/** The latents that are kept for all questions, where all pictures are among them. */
async function latentsOf(
  stage: Stage,
  playing: Playing,
  indices: readonly number[],
  most: number,
): Promise<Latents> {
  const { instrument, dataset, onProgress, signal } = playing;
  const kept = dataset.count <= most ? await stage.encoded(playing, most) : null;
  if (kept?.ids.length === dataset.count) return latentsAt(kept, instrument.latentSize, indices);
  return encodeDataset(instrument, { indices, onProgress, signal });
}
