import type { FaceParameters } from './face-parameters.ts';
import { colour, hex, mix, ramp, type Colour } from './colour.ts';

const INK = colour('#2b2029');
const WHITE = colour('#fffaf2');
const HAIR_SHADE = colour('#3a1f1d');
const WARM_SHADE = colour('#7c2d33');

const skinRamp = ramp(['#fcdcc6', '#f5c5a0', '#e3a478', '#c68255', '#99603e', '#714632'].map(colour));
const hairRamp = ramp(
  ['#282228', '#432c28', '#6b3828', '#933f24', '#cc5f2a', '#e6a844', '#f0dcaa', '#d9dadd'].map(colour),
);
const clothesRamp = ramp(
  ['#d8563f', '#e9a23b', '#5f8f6b', '#2f7f86', '#34598f', '#75508a', '#c2557a'].map(colour),
);
const backgroundRamp = ramp(
  ['#f4b8a0', '#f6cd8f', '#d9d49b', '#a9cbb0', '#9fc6cd', '#adbbdd', '#cdb5d6', '#f0b0bf'].map(colour),
);

/** The colours of one face, all derived from four numbers so that they go together. */
export interface FacePalette {
  readonly ink: string;
  readonly skin: string;
  readonly skinLight: string;
  readonly skinGlow: string;
  readonly skinShade: string;
  readonly skinDeep: string;
  readonly lips: string;
  readonly blush: string;
  readonly hair: string;
  readonly hairLight: string;
  readonly hairShade: string;
  readonly hairGloss: string;
  readonly beard: string;
  readonly brow: string;
  readonly iris: string;
  readonly frame: string;
  readonly clothes: string;
  readonly clothesShade: string;
  readonly clothesLight: string;
  readonly background: string;
  readonly backgroundLight: string;
}

export function facePalette(params: FaceParameters): FacePalette {
  const skin = skinRamp(params.skinTone);
  const hair = hairRamp(params.hairColour);
  const clothes = clothesRamp(params.clothes);
  const background = backgroundRamp(params.background);
  const shaded = (base: Colour, amount: number): Colour => mix(base, WARM_SHADE, amount);
  return {
    ink: hex(INK),
    skin: hex(skin),
    skinLight: hex(mix(skin, colour('#ffd2a0'), 0.2)),
    skinGlow: hex(mix(skin, colour('#ffe9cf'), 0.5 - 0.22 * params.skinTone)),
    skinShade: hex(shaded(skin, 0.2)),
    skinDeep: hex(mix(shaded(skin, 0.45), INK, 0.12)),
    lips: hex(mix(shaded(skin, 0.5), colour('#a8323c'), 0.32)),
    blush: hex(mix(skin, colour('#ee5350'), 0.7 - 0.35 * params.skinTone)),
    hair: hex(hair),
    hairLight: hex(mix(hair, WHITE, 0.16)),
    hairShade: hex(mix(hair, HAIR_SHADE, 0.3)),
    hairGloss: hex(mix(hair, WHITE, 0.3)),
    beard: hex(mix(hair, HAIR_SHADE, 0.14)),
    brow: hex(mix(hair, HAIR_SHADE, 0.5)),
    iris: '#7a4b34',
    frame: '#2d2a35',
    clothes: hex(clothes),
    clothesShade: hex(mix(clothes, INK, 0.24)),
    clothesLight: hex(mix(clothes, WHITE, 0.16)),
    background: hex(background),
    backgroundLight: hex(mix(background, WHITE, 0.5)),
  };
}
