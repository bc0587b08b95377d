/** From folders of pictures to packed pixels, and back to a batch. */
export { importPictures, type ImportOptions } from './importPictures.ts';
export { type Dataset, labelsOf, openDataset } from './openDataset.ts';
