import { plural } from './common.ts';

export const exportsRoom = {
  title: 'Exports',
  queue: 'Under way',
  finished: 'Finished',
  none: {
    title: 'Nothing was exported yet',
    text: 'Build a morph, press Export, and it plays here when it is done.',
    action: 'Go to Morph',
  },
  cancel: 'Cancel',
  retry: 'Dismiss',
  reveal: 'Show in its folder',
  dragOut: 'Drag me into another program',
  download: 'Download',
  downloadFolder: 'A folder of frames is in the project itself:',
  remove: 'Delete …',
  removeTitle: (name: string) => `Delete ${name}?`,
  removeText: 'The file is deleted from the project. It can be made again from the morph.',
  play: 'Play larger',
  count: (count: number) => plural(count, 'export', 'exports'),
  failed: 'Failed',
  kinds: { gif: 'GIF', webp: 'WebP', png: 'Contact sheet', frames: 'Frames' } as Readonly<
    Record<string, string>
  >,
  saved: (name: string) => `${name} is ready.`,
  show: 'Show it',
  loading: 'Fetching …',
};
