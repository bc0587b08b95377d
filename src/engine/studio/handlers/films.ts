import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = Extract<keyof Handlers, `films.${string}`>;

export function filmHandlers({ films }: Services): Pick<Handlers, Offered> {
  return {
    'films.offer': ({ formats }, { client }) => {
      films.offer(client, formats);
      return {};
    },
    'films.frames': ({ film, from, most }, { client }) => films.frames(client, film, from, most),
    'films.write': async ({ film, position, bytes }, { client }) => {
      await films.write(client, film, position, bytes);
      return {};
    },
    'films.end': async ({ film, error }, { client }) => {
      await films.end(client, film, error);
      return {};
    },
  };
}
