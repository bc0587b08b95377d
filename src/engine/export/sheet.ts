import { MorphloomError } from '../../contract/errors.ts';
import { checkSize, type Frame } from './frame.ts';
import { DARK, type PlacedPicture, type Scene, textShape, themeFor } from './scene.ts';
import { type Typesetter, wrap } from './typesetter.ts';

export interface SheetOptions {
  /** Rows of pictures, from the top; rows may differ in length, pictures in size (each is centred in its cell). */
  readonly rows: readonly (readonly Frame[])[];
  /** Between pictures, in pixels; 8 when left out. */
  readonly gap?: number;
  /** Enlarges every picture by this factor; 1 when left out. */
  readonly scale?: number;
  /** Below the pictures, in the same rows; cut where a cell is too narrow. */
  readonly captions?: readonly (readonly string[])[];
  /** At the left of the rows. */
  readonly rowLabels?: readonly string[];
  readonly title?: string;
  /** Below the title. */
  readonly subtitle?: string;
  /** `#rrggbb`; text is dark on a light ground and light on a dark one. */
  readonly background?: string;
}

/** Things one after the other as rows of so many; the last may be shorter. */
export const inRows = <T>(things: readonly T[], columns: number): T[][] =>
  Array.from({ length: Math.ceil(things.length / columns) }, (_, row) =>
    things.slice(row * columns, (row + 1) * columns),
  );

const TITLE = { size: 24, weight: 600 } as const;
const SUBTITLE = { size: 15, weight: 400 } as const;
const CAPTION = { size: 12, weight: 400 } as const;
const ROW_LABEL = { size: 14, weight: 500 } as const;
const CAPTION_HEIGHT = 28;
const MAX_ROW_LABEL_WIDTH = 220;
const TITLED_MARGIN = 32;

/**
 * Lays out a contact sheet. With nothing but rows it is the bare grid, one gap around it. Throws `input`
 * when there are no pictures, `usage` when the sheet would be too large.
 */
export function layOutSheet(options: SheetOptions, typesetter: Typesetter): Scene {
  const { rows, gap = 8, scale = 1, captions, rowLabels, title, subtitle } = options;
  const background = options.background ?? DARK.background;
  const theme = checkedTheme(background);
  const all = rows.flat();
  if (all.length === 0) throw new MorphloomError('input', 'There are no pictures to put on the sheet.');
  if (!(scale > 0 && Number.isFinite(scale) && gap >= 0 && Number.isFinite(gap))) {
    throw new MorphloomError(
      'usage',
      `A sheet takes a scale above 0 and a gap from 0; not ${scale} and ${gap}.`,
    );
  }
  const cellWidth = Math.max(1, Math.round(Math.max(...all.map(({ width }) => width)) * scale));
  const cellHeight = Math.max(1, Math.round(Math.max(...all.map(({ height }) => height)) * scale));
  const space = Math.round(gap);
  const columns = Math.max(...rows.map((row) => row.length));
  const hasWords = [captions, rowLabels, title, subtitle].some((words) => words !== undefined);
  const margin = hasWords ? Math.max(space, TITLED_MARGIN) : space;
  const labelWidth =
    rowLabels === undefined
      ? 0
      : Math.ceil(
          Math.min(
            MAX_ROW_LABEL_WIDTH,
            Math.max(...rowLabels.map((text) => typesetter.measure(text, ROW_LABEL))),
          ),
        ) + 20;

  const gridWidth = columns * cellWidth + (columns - 1) * space;
  const width = 2 * margin + labelWidth + gridWidth;
  const shapes: string[] = [];
  let y = margin;
  const words = (text: string | undefined, style: typeof TITLE | typeof SUBTITLE, fill: string): void => {
    if (text === undefined) return;
    for (const line of wrap(typesetter, text, style, width - 2 * margin)) {
      shapes.push(textShape(typesetter, line, { ...style, x: margin, baseline: y + style.size * 0.8, fill }));
      y += Math.round(style.size * 1.4);
    }
  };
  words(title, TITLE, theme.text);
  words(subtitle, SUBTITLE, theme.quiet);
  if (y > margin) y += 16;

  const pictures: PlacedPicture[] = [];
  const left = margin + labelWidth;
  rows.forEach((row, r) => {
    const label = rowLabels?.[r];
    if (label !== undefined) {
      const place = { ...ROW_LABEL, x: margin, fill: theme.quiet, maxWidth: labelWidth - 20 };
      shapes.push(textShape(typesetter, label, { ...place, baseline: y + cellHeight / 2 + 5 }));
    }
    row.forEach((frame, c) => {
      const [shownWidth, shownHeight] = [frame.width, frame.height].map((side) =>
        Math.max(1, Math.round(side * scale)),
      ) as [number, number];
      const x = left + c * (cellWidth + space);
      pictures.push({
        frame,
        x: x + Math.floor((cellWidth - shownWidth) / 2),
        y: y + Math.floor((cellHeight - shownHeight) / 2),
        width: shownWidth,
        height: shownHeight,
        radius: 0,
      });
      const caption = captions?.[r]?.[c];
      if (caption === undefined) return;
      const place = { ...CAPTION, x: x + cellWidth / 2, fill: theme.quiet, anchor: 'middle' as const };
      shapes.push(
        textShape(typesetter, caption, { ...place, baseline: y + cellHeight + 16, maxWidth: cellWidth }),
      );
    });
    const captioned = (captions?.[r]?.length ?? 0) > 0;
    y += cellHeight + (captioned ? CAPTION_HEIGHT : 0) + (r < rows.length - 1 ? space : 0);
  });
  const height = y + margin;
  checkSize(width, height, 4);
  return { width, height, background, shapes, pictures };
}

function checkedTheme(background: string): ReturnType<typeof themeFor> {
  if (!/^#[0-9a-f]{6}$/i.test(background)) {
    throw new MorphloomError('usage', `"${background}" is no colour; write it as #rrggbb.`);
  }
  return themeFor(background);
}
