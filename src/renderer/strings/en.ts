import { attributes } from './en/attributes.ts';
import { common } from './en/common.ts';
import { explore } from './en/explore.ts';
import { exportsRoom } from './en/exports.ts';
import { home } from './en/home.ts';
import { morph } from './en/morph.ts';
import { pictures } from './en/pictures.ts';
import { train } from './en/train.ts';

/** The English catalogue: one part a room. Sentences with a number are functions, as plurals differ by language. */
export const en = { common, home, pictures, train, explore, morph, attributes, exports: exportsRoom };
