import * as fs from 'node:fs/promises';
import * as path from 'node:path';
import { MorphloomError } from '../../../contract/errors.ts';
import { EXPORT_FORMATS, type ExportFormat } from '../../../contract/studio/procedures/exports.ts';
import { endingOf, estimateTimeline, exportOf, exportPath } from '../../morph/export.ts';
import { checkTimeline } from '../../morph/timing.ts';
import { findFfmpeg, whyNoVideo } from '../../node/encoders/ffmpeg.ts';
import type { Handlers } from '../context.ts';
import type { Services } from '../services.ts';

type Offered = Extract<keyof Handlers, `exports.${string}`>;

const TYPES: Readonly<Record<string, string>> = {
  '.gif': 'image/gif',
  '.webp': 'image/webp',
  '.png': 'image/png',
  '.apng': 'image/apng',
  '.mp4': 'video/mp4',
  '.webm': 'video/webm',
};

export function exportHandlers({ sessions, jobs, instruments, films }: Services): Pick<Handlers, Offered> {
  /** Names are given out one after the other: two windows may ask for the same at once. */
  let naming: Promise<unknown> = Promise.resolve();
  /** Why a format can be written neither here nor by a window, as a sentence; null where it can. */
  const whyNot = async (format: ExportFormat): Promise<string | null> => {
    if ((format !== 'mp4' && format !== 'webm') || films.offers(format)) return null;
    const why = whyNoVideo(format, await findFfmpeg());
    return why === null ? null : `${why} No window that is open has an encoder for it either.`;
  };
  const check = async (format: ExportFormat): Promise<void> => {
    const why = await whyNot(format);
    if (why !== null) throw new MorphloomError('environment', why);
  };
  return {
    'exports.start': async ({ project, run, timeline, settings }, { client }) => {
      const session = await sessions.writing(project, client);
      checkTimeline(timeline);
      const { name, format } = settings;
      await check(format);
      const started = naming.then(async () => {
        const out = await exportPath(session.project.exports, name, format, jobs.promisedFiles());
        const request = { kind: 'export', project: session.folder, run, timeline, settings, out } as const;
        const file = path.basename(out);
        return jobs.start(request, `Exporting ${file}`, {
          kind: 'export',
          projectName: session.project.facts.name,
          file,
          format,
        });
      });
      naming = started.catch(() => undefined);
      return started;
    },
    'exports.estimate': async ({ project, run, timeline, settings }, { client, signal }) => {
      const session = await sessions.reading(project, client);
      checkTimeline(timeline);
      await check(settings.format);
      const out = `estimate${endingOf(settings.format)}`;
      return instruments.play(session.project, run, (instrument) =>
        estimateTimeline({ instrument, timeline, ...exportOf(settings), out, film: films.encoder(), signal }),
      );
    },
    'exports.formats': () =>
      Promise.all(EXPORT_FORMATS.map(async (format) => ({ format, why: await whyNot(format) }))),
    'exports.remove': async ({ project, name }, { client }) => {
      const session = await sessions.writing(project, client);
      await fs.rm(insideOf(session.project.exports, name), { recursive: true, force: true });
      session.changed();
      return {};
    },
    'exports.read': async ({ project, name, offset, most }, { client }) => {
      const session = await sessions.reading(project, client);
      const file = insideOf(session.project.exports, name);
      const handle = await fs.open(file, 'r').catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') throw notThere(name);
        throw error;
      });
      try {
        const stat = await handle.stat();
        if (!stat.isFile()) {
          throw new MorphloomError('usage', `"${name}" is a folder of frames; ask for one of its files.`);
        }
        const bytes = new Uint8Array(Math.max(0, Math.min(most, stat.size - offset)));
        const { bytesRead } = await handle.read(bytes, 0, bytes.length, offset);
        const type = TYPES[path.extname(name).toLowerCase()] ?? 'application/octet-stream';
        return { bytes: bytes.subarray(0, bytesRead), total: stat.size, type };
      } finally {
        await handle.close();
      }
    },
  };
}

/** A file of the folder by its name, or of a folder of frames in it; nothing else can be meant. */
function insideOf(exports: string, name: string): string {
  const parts = name.split('/');
  const plain = parts.every((part) => part !== '' && !part.startsWith('.') && path.basename(part) === part);
  if (!plain || parts.length > 2 || name.includes('\\')) throw notThere(name);
  return path.join(exports, ...parts);
}

const notThere = (name: string): MorphloomError =>
  new MorphloomError('usage', `There is no export "${name}" in this project any more.`);
