import { moved, type PlanePoint, type Similarity, similarityBetween } from '../../core/similarity.ts';
import type { FindMeshes, MeshFace } from '../node/faces/human.ts';
import { type Face, type FacePoint, LEFT_EYE, MOUTH, NOSE_TIP, OUTLINE, RIGHT_EYE } from './face.ts';
import { type Raster, warpPicture } from './warp.ts';

/** The second look is at a picture of this size, the eyes so far apart that all of the head is in it: closer up, one drawn face in six is not seen. */
const LOOK_SIDE = 320;
const LOOK_EYES: readonly PlanePoint[] = [
  { x: 0.4 * LOOK_SIDE, y: 0.42 * LOOK_SIDE },
  { x: 0.6 * LOOK_SIDE, y: 0.42 * LOOK_SIDE },
];
/** A face this sure needs no look at the picture in other turns. Photos and drawings had .5 and more, a face lying askew .4 at most. */
const SURE = 0.45;
/** What a face must reach at the second look: those of photos and drawings had .69 and more, what was none .48 at most. */
const LEAST_BOX = 0.55;
const LEAST_MESH = 0.5;
/** Looks follow one another until the eyes lie where they are expected, as parts of the side, or nearly. */
const STEADY = 0.012;
const NEARLY = 0.03;
const MOST_LOOKS = 5;
/** Two findings whose boxes share more than this part of both together are the same face. */
const SAME = 0.4;
/** In which turns a picture is looked at where it shows no sure face as it stands, in degrees; the mesh bears 30 either way. */
const TURNS = [45, -45, 90, -90, 135, -135, 180];
const MOST_TILT = (32 * Math.PI) / 180;
/** So many candidates of a view are looked at closer. */
const MOST_FACES = 8;
const MOST_TURNED = 2;
/** A turned picture is only looked over: it needs not be larger. */
const TURNED_SIDE = 512;

/**
 * Finds the faces of a picture, in any turn. The first look says about where they are; each is then brought
 * upright and to one size, and looked at again until nothing moves: so what is measured does hardly depend on
 * how the face lay. Where the picture shows no sure face as it stands, it is looked at in other turns.
 * @param picture 3 channels, upright by its file
 * @returns the largest and most central first; places in pixels of `picture`
 */
export async function lookForFaces(picture: Raster, find: FindMeshes): Promise<Face[]> {
  const upright = await facesIn(picture, find, { raster: picture, back: { a: 1, b: 0, x: 0, y: 0 } });
  const findings = [...upright];
  if (!upright.some(({ sureness }) => sureness >= SURE)) {
    for (const degrees of TURNS) findings.push(...(await facesIn(picture, find, turned(picture, degrees))));
  }
  const prominence = ({ box: [x, y, width, height] }: Face): number => {
    const [across, down] = [(x + width / 2) / picture.width, (y + height / 2) / picture.height];
    return width * height * (1 - 0.5 * Math.hypot(across - 0.5, down - 0.5));
  };
  const faces = distinct(findings).sort((a, b) => prominence(b) - prominence(a));
  // An eye with its brow can look like a small face.
  return faces.filter((face, i) => !faces.slice(0, i).some((larger) => isWithin(face.box, larger.box)));
}

interface Finding {
  readonly face: Face;
  /** Of the first look and the last, in [0, 1]: one that lay askew at first may look right once it was turned to fit. */
  readonly sureness: number;
}

/** The surest finding of each face. */
function distinct(findings: readonly Finding[]): Face[] {
  const faces: Face[] = [];
  for (const { face } of [...findings].sort((a, b) => b.sureness - a.sureness)) {
    if (!faces.some(({ box }) => overlap(box, face.box) > SAME)) faces.push(face);
  }
  return faces;
}

interface View {
  readonly raster: Raster;
  /** From the view's pixels to the picture's. */
  readonly back: Similarity;
}

/** The faces that stand about upright in a view. */
async function facesIn(picture: Raster, find: FindMeshes, { raster, back }: View): Promise<Finding[]> {
  const findings: Finding[] = [];
  const all = await find(raster.data, raster.width, raster.height);
  all.sort((one, other) => other.boxScore - one.boxScore);
  for (const seen of all.slice(0, raster === picture ? MOST_FACES : MOST_TURNED)) {
    const [left, right] = eyesOf(seen, raster);
    if (Math.abs(Math.atan2(right.y - left.y, right.x - left.x)) > MOST_TILT) continue;
    const face = await lookCloser(picture, [moved(back, left), moved(back, right)], find);
    if (face === null) continue;
    const [[x0, y0], [x1, y1]] = face.eyes;
    const [x, y] = [(x0 + x1) / 2, (y0 + y1) / 2];
    const tilt = Math.atan2(y1 - y0, x1 - x0) - Math.atan2(back.b, back.a);
    const upright = Math.abs(Math.atan2(Math.sin(tilt), Math.cos(tilt))) <= 1.25 * MOST_TILT;
    // Beyond the picture's edges there is but its mirrored likeness.
    if (!upright || x < 0 || y < 0 || x > picture.width || y > picture.height) continue;
    findings.push({ face, sureness: face.score * seen.boxScore * seen.meshScore });
  }
  return findings;
}

type EyePair = readonly [PlanePoint, PlanePoint];

/** A face whose eyes lie about there, measured; null where what is there is none. */
async function lookCloser(picture: Raster, about: EyePair, find: FindMeshes): Promise<Face | null> {
  const look = { width: LOOK_SIDE, height: LOOK_SIDE };
  let eyes = about;
  for (let looks = 1; looks <= MOST_LOOKS; looks++) {
    const toPicture = similarityBetween(LOOK_EYES, eyes);
    const seen = await find(warpPicture(picture, toPicture, look), LOOK_SIDE, LOOK_SIDE);
    const [nearest] = seen
      .map((face) => {
        const found = eyesOf(face, look);
        const off = found.map(({ x, y }, i) => Math.hypot(x - LOOK_EYES[i].x, y - LOOK_EYES[i].y));
        return { face, found, apart: Math.max(...off) / LOOK_SIDE };
      })
      .sort((a, b) => a.apart - b.apart);
    if (nearest === undefined) return null;
    const { face, found, apart } = nearest;
    const isFace = face.boxScore >= LEAST_BOX && face.meshScore >= LEAST_MESH;
    if (apart < STEADY || (looks === MOST_LOOKS && apart < NEARLY)) {
      return isFace ? measured(face, toPicture) : null;
    }
    eyes = [moved(toPicture, found[0]), moved(toPicture, found[1])];
  }
  return null;
}

function measured(face: MeshFace, toPicture: Similarity): Face {
  const look = { width: LOOK_SIDE, height: LOOK_SIDE };
  const at = (places: readonly number[]): FacePoint => rounded(moved(toPicture, meanOf(face, places, look)));
  const outline = OUTLINE.map((place) => at([place]));
  return {
    box: boxAround(outline),
    eyes: [at(LEFT_EYE), at(RIGHT_EYE)],
    outline,
    noseTip: at([NOSE_TIP]),
    mouth: [at([MOUTH[0]]), at([MOUTH[1]])],
    score: Math.round(1e3 * face.boxScore * face.meshScore) / 1e3,
  };
}

interface Size {
  readonly width: number;
  readonly height: number;
}

function eyesOf(face: MeshFace, size: Size): [PlanePoint, PlanePoint] {
  return [meanOf(face, LEFT_EYE, size), meanOf(face, RIGHT_EYE, size)];
}

function meanOf({ mesh }: MeshFace, places: readonly number[], { width, height }: Size): PlanePoint {
  let [x, y] = [0, 0];
  for (const place of places) {
    x += (mesh[place][0] * width) / places.length;
    y += (mesh[place][1] * height) / places.length;
  }
  return { x, y };
}

/** To a hundredth of a pixel: finer differences are between machines, not faces. */
function rounded({ x, y }: PlanePoint): FacePoint {
  return [Math.round(x * 100) / 100, Math.round(y * 100) / 100];
}

function boxAround(points: readonly FacePoint[]): Face['box'] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [
    left,
    top,
    Math.round((Math.max(...xs) - left) * 100) / 100,
    Math.round((Math.max(...ys) - top) * 100) / 100,
  ];
}

/** Whether the middle of one box lies in another. */
function isWithin([x, y, width, height]: Face['box'], [left, top, across, down]: Face['box']): boolean {
  const [middleX, middleY] = [x + width / 2 - left, y + height / 2 - top];
  return middleX > 0 && middleY > 0 && middleX < across && middleY < down;
}

/** What two boxes share, as a part of what they cover together. */
function overlap(a: Face['box'], b: Face['box']): number {
  const across = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const down = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (across <= 0 || down <= 0) return 0;
  return (across * down) / (a[2] * a[3] + b[2] * b[3] - across * down);
}

/** A whole picture, turned about its middle so that what leaned by `degrees` clockwise stands upright. */
function turned(picture: Raster, degrees: number): View {
  const turn = (degrees * Math.PI) / 180;
  const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
  const { width, height } = picture;
  const across = Math.abs(width * cos) + Math.abs(height * sin);
  const down = Math.abs(width * sin) + Math.abs(height * cos);
  const shrunk = Math.min(1, TURNED_SIDE / Math.max(across, down));
  const size = { width: Math.round(across * shrunk), height: Math.round(down * shrunk) };
  const [a, b] = [cos / shrunk, sin / shrunk];
  const back = {
    a,
    b,
    x: (width - a * size.width + b * size.height) / 2,
    y: (height - b * size.width - a * size.height) / 2,
  };
  return { raster: { ...size, channels: picture.channels, data: warpPicture(picture, back, size) }, back };
}
