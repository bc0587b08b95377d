import { number, plural } from './common.ts';

const percent = (sureness: number): string => `${(100 * sureness).toFixed(sureness > 0.99 ? 1 : 0)} %`;

/** The view Kinds of the room Explore. */
export const kinds = {
  waiting: 'Telling kinds …',
  empty: 'Nothing was told yet',
  emptyText: 'Pictures with a label teach what the others are.',
  ask: 'Tell the kinds',
  fewKinds: 'Label a few pictures first',
  fewKindsText: (known: string | undefined) =>
    known === undefined
      ? 'Give five or more pictures of each kind a label in the room Pictures. The model then tells the kind of all the others, and you accept what is right.'
      : `“${known}” is the only label so far. Label five or more pictures of another kind, too; the model then tells the kind of all the others.`,
  manyKinds: 'Too many kinds',
  manyKindsText: (count: number) =>
    `The labels tell ${number(count)} kinds; up to 100 can be told apart. Join some of them in the room Pictures.`,
  allLabelled: 'Every picture has a label',
  allLabelledText: 'And the model doubts none of them.',
  toPictures: 'Go to Pictures',
  taught: (labelled: number, others: number) =>
    `${plural(labelled, 'picture', 'pictures')} with a label ${labelled === 1 ? 'tells' : 'tell'} the kind of ${plural(others, 'other', 'others')}.`,
  tooFew:
    'Too few have a label to say how far to trust it, so it is sure of none. Label five of each kind or more.',
  trust: (asked: number, right: number, byPixels: number | null) =>
    `Of ${number(asked)} labelled pictures that were kept aside, ${number(right)} were told right${
      byPixels === null ? '' : ` (by bare pixels ${number(byPixels)})`
    }.`,
  trustSure: (sure: number, right: number) =>
    sure === 0
      ? 'It was sure of none of them: more labels will help.'
      : sure === right
        ? `Of ${number(sure)} that it was sure of, all.`
        : `Of ${number(sure)} that it was sure of, ${number(right)}.`,
  rowHint: 'The surest come first. Click a picture to look at it; its tick, or Delete, leaves it out.',
  unsureHint: 'Those first that are nearest to being sure. Tick some, and say what they are.',
  unsure: 'Not sure',
  of: (kind: string, index: number, sureness: number) =>
    `${kind} ${number(index)}, ${percent(sureness)} sure`,
  sureness: (kind: string, sureness: number) => `${kind}, ${percent(sureness)} sure`,
  goThere: (isIn: boolean) => `go there; Delete ${isIn ? 'leaves it out' : 'takes it in'}`,
  include: 'Label it too',
  label: (count: number, kind: string) => `Label ${number(count)} as “${kind}”`,
  labelOthers: (count: number) => `${number(count)} left out are …`,
  labelChosen: (count: number) => `Label ${number(count)} as …`,
  labelled: (count: number, kind: string) =>
    `${plural(count, 'picture is', 'pictures are')} labelled “${kind}” now.`,
  showMore: (count: number) => `Show ${number(count)} more`,
  doubted: 'Perhaps mislabelled',
  doubtedHint: 'The other labels speak against these.',
  doubtedOf: (label: string, kind: string, sureness: number) =>
    `Labelled “${label}”, told “${kind}” (${percent(sureness)})`,
  relabel: (kind: string) => `Make it “${kind}”`,
  right: (label: string) => `“${label}” is right`,
};
