import { chartShapes, type Curve } from './chart.ts';
import { checkSize, type Frame } from './frame.ts';
import { DARK, type PlacedPicture, type Scene, textShape } from './scene.ts';
import { type Typesetter, wrap } from './typesetter.ts';

export interface ReportOptions {
  readonly title: string;
  /** One or two sentences below the title. */
  readonly subtitle?: string;
  /** A few figures worth reading first: `{ label: 'Training', value: '62 s' }`. */
  readonly facts?: readonly { readonly label: string; readonly value: string }[];
  /** As many as there are reconstructions; each pair is shown above one another. */
  readonly originals: readonly Frame[];
  readonly reconstructions: readonly Frame[];
  readonly samples: readonly Frame[];
  readonly curves: readonly Curve[];
  /** What the horizontal axis of the chart counts; "step" when left out. */
  readonly xTitle?: string;
  /** A sentence at the left of each section; a plain one stands there when left out. */
  readonly captions?: Partial<Record<Section, string>>;
  /** A line at the very bottom. */
  readonly footnote?: string;
}

type Section = 'reconstructions' | 'samples' | 'curves';

const MARGIN = 72;
const SIDE_WIDTH = 236;
const GUTTER = 44;
const MAIN_WIDTH = 1096;
const MAIN_LEFT = MARGIN + SIDE_WIDTH + GUTTER;
const WIDTH = MAIN_LEFT + MAIN_WIDTH + MARGIN;
const COLUMNS = 8;
const MIN_GAP = 10;
const RADIUS = 10;
const PAIR_SPACE = 22;
const SECTION_SPACE = 60;
const CHART_HEIGHT = 420;

const HEADINGS: Record<Section, string> = {
  reconstructions: 'Reconstructions',
  samples: 'Samples',
  curves: 'Training',
};

const CAPTIONS: Record<Section, string> = {
  reconstructions:
    'Above, the pictures as they are. Below, what the model makes of the few numbers it keeps of each.',
  samples: 'Pictures that do not exist: points drawn at random from the latent space.',
  curves: 'Lower is better. The band behind a line is the spread between neighbouring steps.',
};

interface Tile {
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

/** The size of the tiles: eight in a row, at a whole multiple of the pictures' pixels where one is near. */
function tileFor(frames: readonly Frame[]): Tile {
  const room = (MAIN_WIDTH - (COLUMNS - 1) * MIN_GAP) / COLUMNS;
  const width = Math.max(...frames.map((frame) => frame.width));
  const height = Math.max(...frames.map((frame) => frame.height));
  const whole = width * Math.floor(room / width);
  const shown = whole >= 0.85 * room ? whole : Math.floor(room);
  const gap = Math.floor((MAIN_WIDTH - COLUMNS * shown) / (COLUMNS - 1));
  return { width: shown, height: Math.max(1, Math.round((shown * height) / width)), gap };
}

function inRows<T>(items: readonly T[]): T[][] {
  const rows: T[][] = [];
  for (let i = 0; i < items.length; i += COLUMNS) rows.push(items.slice(i, i + COLUMNS));
  return rows;
}

/**
 * Lays out the page that sums up a trained model: pictures beside their reconstructions, samples, and how
 * the loss fell. Sections without content are left out. Throws a RangeError when the pairs do not match.
 */
export function layOutReport(options: ReportOptions, typesetter: Typesetter): Scene {
  const { originals, reconstructions, samples, curves } = options;
  if (originals.length !== reconstructions.length) {
    throw new RangeError(
      `${originals.length} originals cannot be paired with ${reconstructions.length} reconstructions.`,
    );
  }
  const shapes: string[] = [];
  const pictures: PlacedPicture[] = [];
  const theme = DARK;
  let y = MARGIN;

  const paragraph = (
    text: string,
    x: number,
    width: number,
    size: number,
    fill: string,
    top: number,
  ): number => {
    const style = { size, weight: 400 } as const;
    const lines = wrap(typesetter, text, style, width);
    lines.forEach((line, i) => {
      const baseline = top + size + Math.round(i * size * 1.55);
      shapes.push(textShape(typesetter, line, { ...style, x, baseline, fill }));
    });
    return top + Math.round(lines.length * size * 1.55);
  };
  const place = (frame: Frame, column: number, top: number, tile: Tile): void => {
    const size = { width: tile.width, height: tile.height, radius: RADIUS };
    pictures.push({ frame, x: MAIN_LEFT + column * (tile.width + tile.gap), y: top, ...size });
  };
  /** A rule, the heading and its caption at the left; the content, which returns its bottom, at the right. */
  const section = (name: Section, content: (top: number) => number): void => {
    shapes.push(`<path d="M${MARGIN} ${y + 0.5}H${WIDTH - MARGIN}" stroke="${theme.line}"/>`);
    const top = y + 36;
    const heading = { size: 24, weight: 600, x: MARGIN, baseline: top + 20, fill: theme.text } as const;
    shapes.push(textShape(typesetter, HEADINGS[name], heading));
    const caption = options.captions?.[name] ?? CAPTIONS[name];
    const textBottom = paragraph(caption, MARGIN, SIDE_WIDTH, 16, theme.quiet, top + 36);
    y = Math.max(content(top), textBottom) + SECTION_SPACE;
  };

  y = header(options, typesetter, shapes, paragraph, y);

  if (originals.length > 0) {
    const tile = tileFor([...originals, ...reconstructions]);
    const pairs = originals.map((original, i) => [original, reconstructions[i]] as const);
    section('reconstructions', (top) => {
      const step = 2 * tile.height + tile.gap + PAIR_SPACE + tile.gap;
      inRows(pairs).forEach((row, r) =>
        row.forEach(([original, reconstruction], column) => {
          place(original, column, top + r * step, tile);
          place(reconstruction, column, top + r * step + tile.height + tile.gap, tile);
        }),
      );
      return top + inRows(pairs).length * step - PAIR_SPACE - tile.gap;
    });
  }
  if (samples.length > 0) {
    const tile = tileFor(samples);
    section('samples', (top) => {
      inRows(samples).forEach((row, r) =>
        row.forEach((frame, column) => place(frame, column, top + r * (tile.height + tile.gap), tile)),
      );
      return top + inRows(samples).length * (tile.height + tile.gap) - tile.gap;
    });
  }
  if (curves.length > 0) {
    section('curves', (top) => {
      const box = { x: MAIN_LEFT, y: top, width: MAIN_WIDTH, height: CHART_HEIGHT };
      shapes.push(...chartShapes({ curves, ...box, xTitle: options.xTitle ?? 'step', theme, typesetter }));
      return top + CHART_HEIGHT;
    });
  }
  if (options.footnote !== undefined) {
    y = paragraph(options.footnote, MARGIN, WIDTH - 2 * MARGIN, 14, theme.faint, y - 24);
  }
  const height = Math.ceil(y + MARGIN - (options.footnote === undefined ? SECTION_SPACE : 24));
  checkSize(WIDTH, height, 4);
  return { width: WIDTH, height, background: theme.background, shapes, pictures };
}

/** The title and the figures beside each other; returns where the first section begins. */
function header(
  { title, subtitle, facts = [] }: ReportOptions,
  typesetter: Typesetter,
  shapes: string[],
  paragraph: (text: string, x: number, width: number, size: number, fill: string, top: number) => number,
  top: number,
): number {
  const theme = DARK;
  const eyebrow = { size: 13, weight: 600, tracking: 0.14, x: MARGIN, baseline: top + 12 } as const;
  shapes.push(textShape(typesetter, 'MORPHLOOM', { ...eyebrow, fill: theme.series[0] }));
  const style = { size: 46, weight: 600, tracking: -0.022, fill: theme.text } as const;
  let y = top + 34;
  for (const line of wrap(typesetter, title, style, WIDTH - 2 * MARGIN)) {
    shapes.push(textShape(typesetter, line, { ...style, x: MARGIN, baseline: y + 42 }));
    y += 56;
  }
  if (subtitle !== undefined) y = paragraph(subtitle, MARGIN, 860, 20, theme.quiet, y + 14);
  if (facts.length > 0) {
    y += 36;
    const width = (WIDTH - 2 * MARGIN) / Math.max(4, facts.length);
    facts.forEach(({ label, value }, i) => {
      const place = { x: MARGIN + i * width, maxWidth: width - 24 };
      const small = { size: 15, weight: 400, fill: theme.faint, baseline: y + 14 } as const;
      const large = { size: 30, weight: 600, tracking: -0.015, fill: theme.text, baseline: y + 52 } as const;
      shapes.push(textShape(typesetter, label, { ...place, ...small }));
      shapes.push(textShape(typesetter, value, { ...place, ...large }));
    });
    y += 60;
  }
  return y + 48;
}
