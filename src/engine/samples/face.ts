import {
  drawBeard,
  drawEarrings,
  drawEars,
  drawGlasses,
  drawGlassesArms,
  drawMoustache,
} from './face-accessories.ts';
import { drawSkin } from './face-skin.ts';
import { drawBrows, drawChin, drawEyes, drawMouth, drawNose, stroke } from './face-features.ts';
import { headOf, headOutline, tilt, tiltOf, VIEW, type Head } from './face-geometry.ts';
import { hairOf, sheenLine } from './face-hair.ts';
import { facePalette, type FacePalette } from './face-palette.ts';
import type { FaceParameters } from './face-parameters.ts';
import { element, linearGradient, num, radialGradient, smoothClosed, softSpot } from './svg.ts';

function gradients(palette: FacePalette): string {
  return [
    radialGradient('sky', { x: 256, y: 210 }, 380, [
      { at: 0, colour: palette.backgroundLight },
      { at: 1, colour: palette.background },
    ]),
    linearGradient('skin', { x: 150, y: 130 }, { x: 370, y: 420 }, [
      { at: 0, colour: palette.skinLight },
      { at: 0.55, colour: palette.skin },
      { at: 1, colour: palette.skinShade },
    ]),
    softSpot('blush', palette.blush),
    softSpot('shine', palette.skinGlow),
    linearGradient('nose', { x: 256, y: 282 }, { x: 256, y: 322 }, [
      { at: 0, colour: palette.skinShade, opacity: 0 },
      { at: 1, colour: palette.skinShade, opacity: 0.9 },
    ]),
    linearGradient('hair', { x: 130, y: 60 }, { x: 380, y: 400 }, [
      { at: 0, colour: palette.hairLight },
      { at: 0.5, colour: palette.hair },
      { at: 1, colour: palette.hairShade },
    ]),
    linearGradient('cloth', { x: 120, y: 430 }, { x: 400, y: 530 }, [
      { at: 0, colour: palette.clothesLight },
      { at: 1, colour: palette.clothes },
    ]),
  ].join('');
}

/** Neck and shoulders; they stay while the head turns. */
function drawBody(head: Head, palette: FacePalette): string {
  const chin = tilt(head, head.rim(0, head.chinV));
  const neck = 50;
  const left = (chin.x - 256) * 0.35 + 256 - neck;
  const right = left + 2 * neck;
  const shadow = chin.y + 22;
  return [
    element('path', {
      d: `M${num(left)} 350L${num(left - 4)} 470Q256 520 ${num(right + 4)} 470L${num(right)} 350Z`,
      fill: palette.skin,
    }),
    element('path', {
      d: `M${num(left)} 350L${num(left - 2)} ${num(shadow - 14)}Q${num(chin.x)} ${num(shadow + 26)} ${num(right + 2)} ${num(shadow - 14)}L${num(right)} 350Z`,
      fill: palette.skinDeep,
      opacity: 0.42,
    }),
    element('path', {
      d: `M34 530C44 470 108 452 ${num(left - 8)} 440Q256 500 ${num(right + 8)} 440C404 452 468 470 478 530Z`,
      fill: 'url(#cloth)',
    }),
    element('path', {
      d: `M${num(left - 8)} 440Q256 500 ${num(right + 8)} 440`,
      fill: 'none',
      stroke: palette.clothesShade,
      'stroke-width': 15,
      'stroke-linecap': 'round',
    }),
  ].join('');
}

/**
 * Draws a face.
 * @param sizePx the side of the square picture, in pixels
 * @returns an SVG document without text, fonts or links
 */
export function drawFace(params: FaceParameters, sizePx: number): string {
  const palette = facePalette(params);
  const head = headOf(params);
  const hair = hairOf(params, head);
  const outline = smoothClosed(headOutline(head));
  const transform = tiltOf(head);
  const shadowOfHair = element('g', { 'clip-path': 'url(#head)', fill: palette.skinDeep, opacity: 0.3 }, [
    element('g', { transform: 'translate(0 9)' }, hair.front),
  ]);
  const sheen = hair.sheen
    ? element('g', { 'clip-path': 'url(#hairFront)' }, [stroke(sheenLine(head), palette.hairGloss, 15, 0.5)])
    : '';
  const crown = head.at(-0.3 * head.halfWidth, -108);
  const shine =
    hair.front.length === 0
      ? element('ellipse', { cx: crown.x, cy: crown.y, rx: 56, ry: 32, fill: 'url(#shine)', opacity: 0.6 })
      : '';
  return element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width: sizePx,
      height: sizePx,
      viewBox: `${VIEW.x} ${VIEW.y} ${VIEW.side} ${VIEW.side}`,
    },
    [
      element('defs', {}, [
        gradients(palette),
        element('clipPath', { id: 'head' }, [element('path', { d: outline })]),
        element('clipPath', { id: 'hairFront' }, hair.front),
      ]),
      element('rect', { x: VIEW.x, y: VIEW.y, width: VIEW.side, height: VIEW.side, fill: 'url(#sky)' }),
      element('g', { transform, fill: hair.cloud ? 'url(#hair)' : palette.hairShade }, hair.back),
      drawBody(head, palette),
      element('g', { transform }, [
        drawEars(head, palette),
        element('path', { d: outline, fill: 'url(#skin)' }),
        shine,
        drawSkin(params, head, palette),
        drawEyes(params, head, palette),
        drawNose(head, palette),
        drawChin(params, head, palette),
        drawBeard(params, head, palette),
        drawMouth(params, head, palette),
        drawMoustache(params, head, palette),
        shadowOfHair,
        drawGlassesArms(params, head, palette),
        element('g', { fill: 'url(#hair)' }, hair.front),
        sheen,
        drawBrows(params, head, palette),
        drawEarrings(params, head),
        drawGlasses(params, head, palette),
      ]),
    ],
  );
}
