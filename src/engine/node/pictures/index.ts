/** Pictures on the disk: what they are, and their pixels. */
export {
  type Admit,
  decodeAtSize,
  decodeBytes,
  type DecodedPicture,
  decodeFull,
  decodePicture,
  MAX_PIXELS,
  renderRaw,
} from './decode.ts';
export { isPictureName, nameFromBytes, openable, printable } from './names.ts';
export { PictureProblem, unreadable } from './problem.ts';
export { type PictureBytes, readPictureFile } from './read.ts';
export { type EncodedImage, encodeOriginal, encodeThumbnail } from './preview.ts';
export { decodeWithin, type SmallPicture, uprightSize } from './within.ts';
