import type { Crop, PictureCrop, SetAside } from '../../contract/dataset.ts';
import { DEFAULT_EYE_PLACE, type FaceSettings } from '../../contract/faces.ts';
import { alignedByFace } from '../faces/alignment.ts';
import type { FoundFaces } from '../faces/face.ts';
import type { FaceFinder, FinderHooks } from '../faces/finder.ts';
import { openFaceRecords } from '../faces/records.ts';
import type { PictureBytes } from '../node/pictures/index.ts';
import { applied, type AppliedEdits, NO_EDITS } from './edits.ts';
import { type Item, type Loaded, loadedOf } from './items.ts';
import type { Dataset } from './openDataset.ts';

/** Which part of a picture is shown, and how. */
export interface Framed {
  readonly crop: PictureCrop;
  /** Whether somebody chose it for this very picture. */
  readonly byHand: boolean;
  /** How many faces were found, where they were looked for. */
  readonly faces?: number;
}

/** Decides for each picture how it is brought to shape. */
export interface Framing {
  /** @param load asked only where faces must be looked for. Throws as it does, and `environment` where they cannot be found here */
  of(
    id: string,
    item: Pick<Item, 'source' | 'composed'>,
    load: () => Promise<Loaded>,
  ): Promise<Framed | Pick<SetAside, 'kind' | 'reason'>>;
  close(): void;
}

export interface FramingOptions {
  readonly crop: Crop;
  /** Null where faces are not aligned. */
  readonly faces: FaceSettings | null;
  readonly edits: AppliedEdits;
  /** The dataset folder, which what was found is kept in. */
  readonly dataset: string;
  readonly hooks?: FinderHooks;
}

/** Brings pictures that are not a dataset's to shape as its own were, those without a face whole. */
export interface OutsideFraming {
  /** Throws a PictureProblem for one that cannot be decoded, and as {@link Framing} does. */
  cropOf(picture: PictureBytes): Promise<PictureCrop>;
  close(): void;
}

export async function createOutsideFraming(
  { crop, faces, folder }: Pick<Dataset, 'crop' | 'faces' | 'folder'>,
  hooks: FinderHooks = {},
): Promise<OutsideFraming> {
  const framing = await createFraming({
    crop,
    faces: faces && { ...faces, unfound: 'whole' },
    edits: applied(NO_EDITS),
    dataset: folder,
    hooks,
  });
  return {
    close: () => framing.close(),
    cropOf: async (picture) => {
      const { source } = picture;
      const loaded = loadedOf(picture);
      const framed = await framing.of(loaded.id, { source, composed: false }, () => Promise.resolve(loaded));
      return 'crop' in framed ? framed.crop : crop;
    },
  };
}

const UNFOUND = {
  kind: 'no-face',
  reason:
    'shows no face that could be found; place its eyes by hand, take it back, or keep such pictures whole',
} as const;

/**
 * A crop by hand comes first, then eyes placed by hand, then the largest face, then what holds for all
 * pictures. The finder is started for the first picture that it has not seen yet.
 */
export async function createFraming({
  crop,
  faces,
  edits,
  dataset,
  hooks = {},
}: FramingOptions): Promise<Framing> {
  const records = faces === null ? null : await openFaceRecords(dataset);
  let opening: Promise<FaceFinder> | null = null;

  const look = async (id: string, load: () => Promise<Loaded>): Promise<FoundFaces | null> => {
    const known = records?.get(id);
    if (known !== undefined) return known;
    const { file } = await load();
    if (file === undefined) return null;
    // Loaded with the first picture that it is needed for: hardly any import needs it.
    opening ??= import('../faces/finder.ts').then(({ openFaceFinder }) => openFaceFinder(hooks));
    const found = await (await opening).find(file);
    await records?.add(id, found);
    return found;
  };

  return {
    of: async (id, { source, composed }, load) => {
      const rectangle = edits.cropOf(id);
      if (rectangle !== undefined) return { crop: rectangle, byHand: true };
      const eyes = edits.eyesOf(id);
      if (eyes !== undefined) return { crop: { eyes, at: faces?.at ?? DEFAULT_EYE_PLACE }, byHand: true };
      if (faces === null || composed) return { crop, byHand: false };
      const found = await look(id, load);
      const largest = found?.faces[0];
      if (found && largest) {
        return { crop: alignedByFace(largest, found, faces.at), byHand: false, faces: found.faces.length };
      }
      const whole = faces.unfound === 'whole' || edits.isRestored(source, id, false);
      return whole ? { crop, byHand: false, faces: 0 } : UNFOUND;
    },
    close: () => void opening?.then((finder) => finder.close()).catch(() => undefined),
  };
}
