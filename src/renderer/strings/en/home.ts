import { plural } from './common.ts';

export const home = {
  tagline: 'Turn a folder of your pictures into loops that flow between them.',
  drop: 'Drop a folder of pictures anywhere',
  dropHint: 'They stay where they are and are never changed. Nothing leaves this machine.',
  choose: 'Choose a folder …',
  newProject: 'New project',
  open: 'Open …',
  recent: 'Your projects',
  nothingRecent: 'Your projects will be listed here.',
  samples: 'Or try it with a sample',
  faces: 'Faces',
  facesAbout: '800 drawn faces. From here to a morph in two minutes.',
  shapes: 'Shapes',
  shapesAbout: 'Simple forms with known rules: see what a model learns.',
  about: (pictures: number, runs: number) =>
    `${plural(pictures, 'picture', 'pictures')} · ${runs === 0 ? 'not trained' : plural(runs, 'model', 'models')}`,
  forget: 'Take off this list',
  forgotten: 'Taken off the list. The project itself is still in its folder.',
  name: 'Name',
  create: 'Create',
  making: 'Drawing the sample …',
};
