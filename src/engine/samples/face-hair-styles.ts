import { between, cap, circle, hairline, overSkull, shape, type HairStyle } from './face-hair-shapes.ts';
import type { HAIR_STYLES } from './face-parameters.ts';
import { smoothClosed, type Place } from './svg.ts';

const bald: HairStyle = (head, length) => {
  const size = 7 + 17 * length;
  const a = head.halfWidth;
  const tuft = (side: number): string =>
    shape(
      smoothClosed(
        [
          [0.95 * a, -54],
          [a + size * 0.55, -48],
          [a + size, -22],
          [a + size, 14],
          [a + size * 0.5, 36 + 10 * length],
          [0.95 * a, 30],
        ].map(([u, v]) => head.rim(side * u, v)),
      ),
    );
  return { back: [tuft(-1), tuft(1)], front: [] };
};

const short: HairStyle = (head, length) => ({
  sheen: true,
  back: [],
  front: [
    cap(head, 7 + 5 * length, 12 + 22 * length, 0, [
      [0.9, -44],
      [0.74, -78],
      [0.3, -84],
      [-0.2, -98],
      [-0.56, -112],
      [-0.78, -82],
      [-0.9, -44],
    ]),
  ],
});

const bob: HairStyle = (head, length) => {
  const a = head.halfWidth;
  const end = 62 + 78 * length;
  const flare = 26 + 12 * length;
  const back = [
    ...overSkull(head, 13, 15, 0),
    ...(
      [
        [a + flare, end - 24],
        [a + flare - 16, end + 6],
        [0.5 * a, end + 10],
        [-0.5 * a, end + 10],
        [-a - flare + 16, end + 6],
        [-a - flare, end - 24],
      ] as const
    ).map(([u, v]) => head.rim(u, v)),
  ];
  return {
    sheen: true,
    back: [shape(smoothClosed(back))],
    front: [
      cap(head, 18, 22, 30, [
        [0.94, -16],
        [0.86, -46],
        [0.45, -58],
        [0, -61],
        [-0.45, -58],
        [-0.86, -46],
        [-0.94, -16],
      ]),
    ],
  };
};

const long: HairStyle = (head, length) => {
  const a = head.halfWidth;
  const end = 120 + 110 * length;
  const back = [
    ...overSkull(head, 13, 12, 0),
    ...(
      [
        [a + 30, 70],
        [a + 36, end],
        [0.6 * a, end + 26],
        [-0.6 * a, end + 26],
        [-a - 36, end],
        [-a - 30, 70],
      ] as const
    ).map(([u, v]) => head.rim(u, v)),
  ];
  return {
    sheen: true,
    back: [shape(smoothClosed(back))],
    front: [
      cap(head, 18, 19, 46, [
        [0.93, -20],
        [0.8, -62],
        [0.4, -100],
        [0.12, -124],
        [-0.3, -108],
        [-0.76, -66],
        [-0.92, -20],
      ]),
    ],
  };
};

const curly: HairStyle = (head, length) => {
  const reach = 14 + 26 * length;
  const a = head.halfWidth;
  const cloud: string[] = [];
  for (let i = 0; i <= 12; i++) {
    const angle = Math.PI * (1.16 + (i - 12) * (1.32 / 12));
    const place = head.rim(Math.cos(angle) * (a + reach * 0.5), -34 - Math.sin(angle) * (118 + reach * 0.6));
    cloud.push(circle(place, 38 + reach * 0.7));
  }
  const line: readonly Place[] = [
    [0.84, -62],
    [0.6, -92],
    [0.22, -104],
    [-0.22, -104],
    [-0.6, -92],
    [-0.84, -62],
  ];
  const curls = hairline(head, line).map((place) => circle(place, 27));
  return {
    cloud: true,
    back: cloud,
    front: [cap(head, 8, 14, -30, line), ...curls],
  };
};

const bun: HairStyle = (head, length) => {
  const radius = 28 + 18 * length;
  const place = head.rim(-16 * head.sinYaw, head.crownV - 0.4 * radius);
  return {
    sheen: true,
    back: [circle(place, radius)],
    front: [
      cap(head, 8, 12, 6, [
        [0.92, -44],
        [0.72, -84],
        [0.36, -106],
        [0, -113],
        [-0.36, -106],
        [-0.72, -84],
        [-0.92, -44],
      ]),
    ],
  };
};

const quiff: HairStyle = (head, length) => {
  const a = head.halfWidth;
  const rise = 18 + 34 * length;
  const top = head.crownV;
  const outer: readonly Place[] = [
    [-a - 5, 4],
    [-a - 6, -50],
    [-0.95 * a, -100],
    [-0.76 * a, top + 22 - rise * 0.25],
    [-0.36 * a, top + 2 - rise * 0.7],
    [0.2 * a, top - 4 - rise],
    [0.74 * a, top + 2 - rise],
    [1.06 * a, top + 24 - rise * 0.5],
    [1.1 * a, -112 - rise * 0.3],
    [0.98 * a, -84],
    [a + 5, -44],
    [a + 5, 4],
  ];
  const inner = hairline(head, [
    [0.91, -46],
    [0.8, -84],
    [0.5, -96],
    [0.1, -92],
    [-0.4, -88],
    [-0.8, -78],
    [-0.91, -46],
  ]);
  return {
    sheen: true,
    back: [],
    front: [
      between(
        outer.map(([u, v]) => head.rim(u, v)),
        inner,
      ),
    ],
  };
};

const pigtails: HairStyle = (head, length) => {
  const a = head.halfWidth;
  const tail = (side: number): string =>
    shape(
      smoothClosed(
        [
          [0.9 * a, 20],
          [a + 22, 8],
          [a + 56, 44],
          [a + 60, 84 + 60 * length],
          [a + 30, 118 + 100 * length],
          [a + 2, 84 + 60 * length],
          [0.94 * a, 50],
        ].map(([u, v]) => head.rim(side * u, v)),
      ),
    );
  return {
    sheen: true,
    back: [tail(-1), tail(1)],
    front: [
      cap(head, 10, 13, 22, [
        [0.93, -30],
        [0.76, -72],
        [0.4, -98],
        [0.02, -126],
        [-0.36, -98],
        [-0.74, -72],
        [-0.93, -30],
      ]),
    ],
  };
};

/** How each style is drawn. A new one is added here and to the names. */
export const HAIR_STYLE: Readonly<Record<(typeof HAIR_STYLES)[number], HairStyle>> = {
  bald,
  short,
  bob,
  long,
  curly,
  bun,
  quiff,
  pigtails,
};
