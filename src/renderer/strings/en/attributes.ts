import { number, plural } from './common.ts';

export const attributes = {
  needsModel: 'An attribute needs a model',
  needsModelText:
    'Train one on your pictures first. Then show it which of them have something and which have not, and it learns to turn that up and down.',
  toTrain: 'Go to Train',
  needsPictures: 'No pictures yet',
  needsPicturesText: 'Drop a folder of pictures on the window, train a model, and come back.',
  toPictures: 'Go to Pictures',

  list: 'Attributes of this project',
  none: 'What you teach it will be listed here: “smile”, “bold”, “night” …',
  newOne: 'New attribute',
  stale: 'Of another model',
  staleText: 'It was learned with another model than the newest. Learn it again to use it.',
  pairs: (auc: number) => `Tells ${number(Math.round(auc * 100))} of 100 pairs right`,
  score: (auc: number) =>
    `Shown a picture that has it and one that has not, neither of them seen before, it tells which is which ${number(Math.round(auc * 100))} times in 100.`,
  unchecked: 'Too few pictures to check itself; trust your eyes.',
  verdicts: {
    clear: 'That is clear.',
    usable: 'That is good enough to use.',
    faint: 'That is faint: more pictures would help.',
    none: 'That is hardly more than guessing: show it more pictures, or clearer ones.',
  },
  fromDirection: (index: number, share: number) =>
    `Nobody taught it: direction ${number(index)} of the model, ${(share * 100).toFixed(share < 0.095 ? 1 : 0)} % of all difference between your pictures.`,
  direction: 'A direction of the model',
  learnedFrom: (yes: number, no: number) =>
    `Learned from ${plural(yes, 'picture', 'pictures')} with it and ${number(no)} without.`,

  teach: 'What should it learn?',
  name: 'Name',
  namePlaceholder: 'smile, bold, night …',
  by: 'Shown by',
  kinds: { piles: 'Two piles', label: 'A label', column: 'A column of numbers' },
  has: 'Has it',
  hasNot: 'Has it not',
  hasEmpty: 'Drag pictures here that have it',
  hasNotEmpty: 'Drag pictures here that have it not',
  addHas: 'Has it',
  addHasNot: 'Has it not',
  pileAction: 'take it off the pile',
  pilesHint:
    'Ten of each are a beginning, thirty are good. Choose pictures that differ in everything else. Keys: 1 has it, 2 has it not.',
  clear: 'Empty',
  search: 'Search pictures',
  tray: 'Pictures to sort',
  label: 'Label',
  labelHint: 'Pictures with this label have it; all others have it not.',
  column: 'Column',
  columnHint: 'The third with the highest numbers has it, the third with the lowest has it not.',
  learn: 'Learn',
  tooFew: (count: number) => `${plural(count, 'more picture is', 'more pictures are')} needed on each side.`,
  learning: (name: string) => `Learning “${name}”`,
  both: 'A picture is on one pile only: the newer one.',
  replaces: 'It takes the place of the attribute of this name.',
  failed: 'It could not be learned',
  learned: (name: string) => `“${name}” is learned.`,

  along: 'What comes along',
  alongHint: 'For every 1 σ of this one. Kept out, it stays where it is, as far as the model can tell.',
  alongNone: 'Nothing else of what it knows.',
  changes: (amount: number) =>
    Math.abs(amount) < 0.05 ? 'hardly changes' : `${amount > 0 ? '+' : '−'}${Math.abs(amount).toFixed(2)} σ`,
  stays: (alone: number) => `stays where it is; was ${alone > 0 ? '+' : '−'}${Math.abs(alone).toFixed(2)} σ`,
  keepOut: 'Keep it out',
  keepOutOf: (name: string) => `Keep “${name}” out`,
  evenly: 'Does something else often come with it?',
  evenlyHint:
    'What you switch on is made equally frequent with and without, so that it is not learned in its place.',

  picture: 'On which picture',
  strength: 'Strength',
  deviations: (value: number) => `${value > 0 ? '+' : ''}${value.toFixed(1)} σ`,
  deviationsHint: 'In standard deviations of your pictures: ±2 is about as far as they go themselves.',
  sweep: 'From less to more',
  sweepAt: (text: string) => `Show at ${text}`,
  result: 'The picture at this strength',
  keep: 'Keep',
  useInMorph: 'Use in Morph',
  remove: 'Remove',
  removed: (name: string) => `“${name}” is removed.`,

  steps: {
    sort: (count: number) => `sorting ${plural(count, 'picture', 'pictures')}`,
    takeOff: 'taking a picture off a pile',
    clear: 'emptying a pile',
  },
};
