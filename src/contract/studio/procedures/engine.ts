import { z } from 'zod';
import type { EngineState, FolderListing, Job, ProjectState, RecentProject } from '../state.ts';
import { ask, folder, project, name, bytes } from './ask.ts';

/** The engine itself, folders and uploads, and projects. */
export const engineProcedures = {
  'engine.hello': ask<EngineState>()({}),
  /** Readies the backend, if it is not; a client calls it so that the first drag need not wait. */
  'engine.warmUp': ask<EngineState>()({}),
  /** The folders in a folder; without a path, the user's own. For windows without native dialogs. */
  'folders.list': ask<FolderListing>()({ path: folder.nullable().default(null) }),
  /** Begins to take in files from a browser; they go into a folder of the artist's beside the projects. */
  'uploads.begin': ask<{ upload: string; folder: string }>()({ name }),
  'uploads.file': ask<Record<never, never>>()({
    upload: z.string(),
    /** Path below the upload's folder, with slashes. */
    path: z.string().min(1).max(1024),
    bytes,
    /** Where these bytes begin: large files come in pieces, in order. */
    offset: z.int().min(0).default(0),
    /** Whether the file is whole with them. */
    last: z.boolean().default(true),
  }),

  'projects.recent': ask<readonly RecentProject[]>()({}),
  'projects.forget': ask<Record<never, never>>()({ project }),
  /** Makes a project, in the projects' folder unless another is given. A name that is taken gets a number. */
  'projects.create': ask<ProjectState>()({ name, folder: folder.nullable().default(null) }),
  /** A project of drawn pictures, to try things with: a job, whose `file` is the project's folder. */
  'projects.sample': ask<Job>()({ kind: z.enum(['faces', 'shapes']) }),
  'projects.open': ask<ProjectState>()({ project }),
  'projects.close': ask<Record<never, never>>()({ project }),
  'projects.rename': ask<Record<never, never>>()({ project, name }),
  /** Becomes the one client that writes. */
  'projects.takeOver': ask<ProjectState>()({ project }),
} as const;
