import { MorphloomError } from '../../../contract/errors.ts';
import { latentsAlong, loadMoves } from '../../jobs/attribute-moves.ts';
import { freeAttribute, keepDirection } from '../../jobs/attribute.ts';
import { MOST_FOR_DIRECTIONS } from '../../jobs/directions.ts';
import { addAttribute, attributeFile } from '../../jobs/share-attribute.ts';
import { fileName } from '../../node/file-name.ts';
import { listAttributes, removeAttribute } from '../../project/attribute-folder.ts';
import type { Handlers } from '../context.ts';
import { decodeGently } from '../gently.ts';
import type { Playing } from '../playing.ts';
import type { Services } from '../services.ts';

type Offered = Extract<keyof Handlers, `attributes.${string}`>;

export function attributeHandlers({ sessions, jobs, stage }: Services): Pick<Handlers, Offered> {
  /** Explore has looked at the same pictures: they are encoded once. */
  const means = (playing: Playing) => async (): Promise<Float32Array> =>
    (await stage.encoded(playing, MOST_FOR_DIRECTIONS)).mean;
  return {
    'attributes.learn': async ({ project, ...request }, { client }) => {
      const session = await sessions.writing(project, client);
      const { examples } = request;
      if (examples.kind === 'piles' && examples.with.some((id) => examples.without.includes(id))) {
        throw new MorphloomError('usage', 'A picture lies on both piles; take it off one of them.');
      }
      const title = `Learning "${request.name}"`;
      return jobs.start({ kind: 'learn-attribute', project: session.folder, ...request }, title, {
        kind: 'learn-attribute',
        projectName: session.project.facts.name,
        attribute: request.name,
      });
    },
    'attributes.keepDirection': async ({ project, run, name, direction: number, reversed }, call) => {
      const session = await sessions.writing(project, call.client);
      await stage.play({ project, run }, call, (playing) =>
        keepDirection(playing.instrument, name, { number, reversed, means: means(playing) }),
      );
      session.changed();
      return {};
    },
    'attributes.free': async ({ project, run, name, of }, call) => {
      const session = await sessions.writing(project, call.client);
      await stage.play({ project, run }, call, (playing) =>
        freeAttribute(playing.instrument, name, of, { means: means(playing) }),
      );
      session.changed();
      return {};
    },
    'attributes.remove': async ({ project, name }, { client }) => {
      const session = await sessions.writing(project, client);
      await removeAttribute(session.project.attributes, name);
      session.changed();
      return {};
    },
    'attributes.save': ({ project, run, name }, call) =>
      stage.play({ project, run }, call, async ({ instrument }) => {
        const { bytes } = await attributeFile(instrument, name);
        return { file: `${fileName(name)}.safetensors`, bytes };
      }),
    'attributes.add': async ({ project, run, ...given }, call) => {
      const session = await sessions.writing(project, call.client);
      const there = await listAttributes(session.project.attributes);
      const taken = new Set(there.map(({ name }) => name.toLowerCase()));
      const { name } = await stage.play({ project, run }, call, ({ instrument }) =>
        addAttribute(instrument, given, (own) => free(own, taken)),
      );
      session.changed();
      return { name };
    },
    'attributes.sweep': ({ place, moves, factors, ...model }, call) =>
      stage.play(model, call, async (playing) => {
        const { instrument, signal } = playing;
        const own = await stage.latentAt(playing, place);
        const along = latentsAlong(own, await loadMoves(instrument, moves), factors);
        const latents = new Float32Array(along.length * own.length);
        along.forEach((latent, i) => latents.set(latent, i * own.length));
        return { latents, pictures: await decodeGently(instrument, latents, signal) };
      }),
  };
}

/** A name that is not taken: with a number, where need be. */
function free(name: string, taken: ReadonlySet<string>): string {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name} ${number}`;
    if (!taken.has(candidate.toLowerCase())) return candidate;
  }
}
