import type { Command } from 'commander';
import { registerAttribute } from './attribute.ts';
import { registerClassify } from './classify.ts';
import { registerCluster } from './cluster.ts';
import { registerComplete } from './complete.ts';
import { registerCompress, registerDecompress } from './compress.ts';
import { registerDemo } from './demo.ts';
import { registerDisentanglement } from './disentanglement.ts';
import { registerDoctor } from './doctor.ts';
import { registerEval } from './eval.ts';
import { registerEyes } from './eyes.ts';
import { registerImport } from './import.ts';
import { registerMap } from './map.ts';
import { registerMorph } from './morph.ts';
import { registerOutliers } from './outliers.ts';
import { registerReconstruct } from './reconstruct.ts';
import { registerSample } from './sample.ts';
import { registerSamples } from './samples.ts';
import { registerServe } from './serve.ts';
import { registerTags } from './tags.ts';
import { registerTrain } from './train.ts';

/** Adds one verb to the program. A verb is a file of this folder; list it here, in the order of `--help`. */
export type RegisterVerb = (program: Command) => void;

export const verbs: readonly RegisterVerb[] = [
  registerDemo,
  registerDoctor,
  registerSamples,
  registerImport,
  registerEyes,
  registerTrain,
  registerEval,
  registerMorph,
  registerReconstruct,
  registerSample,
  registerTags,
  registerMap,
  registerOutliers,
  registerComplete,
  registerCluster,
  registerClassify,
  registerDisentanglement,
  registerCompress,
  registerDecompress,
  registerAttribute,
  registerServe,
];
