import sharp from 'sharp';
import { checkFrame, checkSize, type Frame } from '../../export/frame.ts';
import { layOutReport, type ReportOptions } from '../../export/report.ts';
import { type PlacedPicture, type Scene, toSvg } from '../../export/scene.ts';
import { layOutSheet, type SheetOptions } from '../../export/sheet.ts';
import { createTypesetter } from '../text.ts';
import { type Kernel, resizeFrame } from './pixels.ts';

/**
 * A contact sheet as one opaque picture. Its text needs no font of the system's. Throws `input` when there
 * are no pictures, `usage` for a size, a gap or a colour that is not possible.
 */
export async function sheet(options: SheetOptions & { readonly kernel?: Kernel }): Promise<Frame> {
  return renderScene(layOutSheet(options, createTypesetter()), options.kernel ?? 'lanczos3');
}

/**
 * The page that sums up a trained model, 1,520 pixels wide. Its text needs no font of the system's. Throws
 * `input` when the curves hold no finite value.
 */
export async function report(options: ReportOptions & { readonly kernel?: Kernel }): Promise<Frame> {
  return renderScene(layOutReport(options, createTypesetter()), options.kernel ?? 'lanczos3');
}

/** A page as pixels. */
export async function renderScene(scene: Scene, kernel: Kernel): Promise<Frame> {
  const { width, height } = scene;
  checkSize(width, height, 4);
  const data: Uint8Array = await sharp(Buffer.from(toSvg(scene)), {
    limitInputPixels: false,
    unlimited: true,
  })
    .flatten({ background: scene.background })
    .toColourspace('srgb')
    .raw()
    .toBuffer();
  const page: Frame = { width, height, channels: 3, data };
  checkFrame(page);
  for (const picture of scene.pictures) await blit(page, picture, kernel);
  return page;
}

/** How much of a pixel lies within a rectangle with round corners, 0 to 1. */
function coverage(x: number, y: number, width: number, height: number, radius: number): number {
  const dx = Math.max(radius - (x + 0.5), x + 0.5 - (width - radius), 0);
  const dy = Math.max(radius - (y + 0.5), y + 0.5 - (height - radius), 0);
  return Math.min(1, Math.max(0, radius + 0.5 - Math.hypot(dx, dy)));
}

async function blit(page: Frame, { frame, x, y, width, height, radius }: PlacedPicture, kernel: Kernel) {
  checkFrame(frame);
  const { data, channels } = await resizeFrame(frame, width, height, kernel);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      const from = (row * width + column) * channels;
      const to = ((y + row) * page.width + x + column) * page.channels;
      const alpha = channels === 4 ? data[from + 3] / 255 : 1;
      const part = alpha * (radius === 0 ? 1 : coverage(column, row, width, height, radius));
      for (let c = 0; c < 3; c++) {
        const under = page.data[to + c];
        page.data[to + c] = Math.round(under + part * (data[from + c] - under));
      }
    }
  }
}
