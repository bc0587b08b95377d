/** From folders of pictures to packed pixels, and back to a batch; what is changed by hand; what is shown of it. */
export { applyEdits } from './applyEdits.ts';
export type { ImportWatch } from './assemble.ts';
export {
  entryOfPicture,
  indexOfPicture,
  listPictures,
  listSetAside,
  pictureAt,
  type PicturesWanted,
  pixelsOf,
} from './catalogue.ts';
export { changeEdits, type EditsChange, planEdits } from './changeEdits.ts';
export { type Edits, readEdits, writeEdits } from './edits.ts';
export { countFaces } from './countFaces.ts';
export { createOutsideFraming, type OutsideFraming } from './framing.ts';
export { importPictures, type ImportOptions } from './importPictures.ts';
export { type Dataset, labelsOf, openDataset } from './openDataset.ts';
export { original, thumbnail } from './thumbnails.ts';
