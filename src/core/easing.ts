/** Easing: how far along a movement is when a part `t` of its time has passed. 0 → 0, 1 → 1, never backwards. */
export type Easing = (t: number) => number;

const half =
  (easeIn: Easing): Easing =>
  (t) =>
    t < 0.5 ? easeIn(2 * t) / 2 : 1 - easeIn(2 - 2 * t) / 2;
const reversed =
  (easeIn: Easing): Easing =>
  (t) =>
    1 - easeIn(1 - t);

const sine: Easing = (t) => 2 * Math.sin((Math.PI * t) / 4) ** 2;
const quad: Easing = (t) => t * t;
const cubic: Easing = (t) => t * t * t;
export const smoothstep: Easing = (t) => t * t * (3 - 2 * t);

/** By name, as Penner's (Robert Penner's Programming Macromedia Flash MX, 2002) and CSS's are called. */
const EASINGS = {
  linear: (t: number) => t,
  smoothstep,
  'ease-in-sine': sine,
  'ease-out-sine': reversed(sine),
  'ease-in-out-sine': half(sine),
  'ease-in-quad': quad,
  'ease-out-quad': reversed(quad),
  'ease-in-out-quad': half(quad),
  'ease-in-cubic': cubic,
  'ease-out-cubic': reversed(cubic),
  'ease-in-out-cubic': half(cubic),
} as const satisfies Readonly<Record<string, Easing>>;

export type EasingName = keyof typeof EASINGS;
export const EASING_NAMES = Object.keys(EASINGS) as readonly EasingName[];

/** Without the kind of curve, the gentlest is meant. */
const SHORT: Readonly<Record<string, EasingName>> = {
  'ease-in': 'ease-in-sine',
  'ease-out': 'ease-out-sine',
  'ease-in-out': 'ease-in-out-sine',
};

/** The full name of what was asked for (`Ease-In` → `ease-in-sine`); null when there is none of that name. */
export function parseEasingName(text: string): EasingName | null {
  const name = text.trim().toLowerCase().replaceAll('_', '-');
  if (Object.hasOwn(SHORT, name)) return SHORT[name];
  return Object.hasOwn(EASINGS, name) ? (name as EasingName) : null;
}

/** The easing of that name; `t` outside [0, 1] is taken as the nearer end. */
export function easing(name: EasingName): Easing {
  const ease: Easing = EASINGS[name];
  return (t) => (t <= 0 ? 0 : t >= 1 ? 1 : ease(t));
}
