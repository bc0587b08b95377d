import type { Command } from 'commander';
import { registerDoctor } from './doctor.ts';
import { registerImport } from './import.ts';
import { registerSamples } from './samples.ts';

/** Adds one verb to the program. A verb is a file of this folder; list it here, in the order of `--help`. */
export type RegisterVerb = (program: Command) => void;

export const verbs: readonly RegisterVerb[] = [registerDoctor, registerImport, registerSamples];
