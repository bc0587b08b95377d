import type { Addition, Exception } from './licences.ts';

const APACHE: Exception = {
  reason: 'its package names Apache-2.0 and leaves the text in its repository',
  text: 'Apache-2.0.txt',
};
const inReadme = (name: string): Exception => ({
  reason: `the text is in ${name}'s README`,
  section: 'README.md',
});
const mit = (holder: string): Exception => ({
  reason: 'its package names MIT and its author, and carries no text',
  text: 'MIT.txt',
  holder,
});

/** Packages that carry no file of their licence, and where it is instead. One that is not needed fails. */
export const EXCEPTIONS: Readonly<Record<string, Exception>> = {
  '@tensorflow/tfjs': APACHE,
  '@tensorflow/tfjs-backend-cpu': APACHE,
  '@tensorflow/tfjs-backend-wasm': APACHE,
  '@tensorflow/tfjs-backend-webgl': APACHE,
  '@tensorflow/tfjs-backend-webgpu': APACHE,
  '@tensorflow/tfjs-converter': APACHE,
  '@tensorflow/tfjs-core': APACHE,
  '@tensorflow/tfjs-data': APACHE,
  '@tensorflow/tfjs-layers': APACHE,
  '@tensorflow/tfjs-node': APACHE,
  'agent-base': inReadme('agent-base'),
  'https-proxy-agent': inReadme('https-proxy-agent'),
  seedrandom: inReadme('seedrandom'),
  tr46: mit('Sebastian Mayr'),
  'is-reference': mit('Rich Harris'),
  'locate-character': mit('Rich Harris'),
};

const LIBVIPS: Addition = {
  reason: 'libvips and what it is made of are LGPL-3.0-or-later, whose text the package leaves out',
  texts: ['LGPL-3.0.txt', 'GPL-3.0.txt'],
};

/** Texts that a package's own licence calls for. */
export const ADDITIONS: Readonly<Record<string, Addition>> = {
  '@img/sharp-wasm32': LIBVIPS,
  '@img/sharp-libvips-darwin-arm64': LIBVIPS,
  '@img/sharp-libvips-darwin-x64': LIBVIPS,
  '@img/sharp-win32-x64': LIBVIPS,
  '@vladmandic/human': { reason: "its face models are MediaPipe's", texts: ['Apache-2.0.txt'] },
};
