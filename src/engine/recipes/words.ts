/** What the groups of a recipe's settings are called. */
export const GROUP_WORDS: Readonly<Record<string, string>> = {
  encoder: 'Network that reads',
  decoder: 'Network that draws',
  latent: 'Latent space',
  likelihood: 'What counts as alike',
  regularisers: 'What else is asked for',
  schedules: 'Weight of order',
  augmentation: 'Variations of your pictures',
  optimiser: 'Learning',
  validation: 'Pictures held back',
};

/** What a setting is called, and what it does, in plain words; by key, or by its last part for any group. */
export const FIELD_WORDS: Readonly<Record<string, { readonly label: string; readonly help: string }>> = {
  '*.widths': {
    label: 'Widths',
    help: 'How many features each level has, from the picture inwards. Wider learns more, and takes longer.',
  },
  '*.normalisation': {
    label: 'Normalisation',
    help: 'Keeps the numbers in the network in a healthy range. "auto" fits the number of pictures in a step.',
  },
  'decoder.upsampling': {
    label: 'Enlarging',
    help: 'How small features become large ones. "pixel-shuffle" draws the finest detail.',
  },
  'latent.kind': {
    label: 'Code',
    help: 'A Gaussian code makes smooth morphs. A deterministic one copies more sharply, and morphs worse.',
  },
  'latent.size': {
    label: 'Size',
    help: 'How many numbers stand for one picture. More keep more detail; fewer make each mean more.',
  },
  'latent.samples': {
    label: 'Samples',
    help: 'How often each picture is drawn in a step. More is steadier, and takes as many times as long.',
  },
  'likelihood.standardDeviation': {
    label: 'Tolerance',
    help: 'How far a drawn picture may be off before it counts. Smaller asks for sharper copies.',
  },
  'regularisers.weight': {
    label: 'Weight',
    help: 'How much structure, edges and texture count beside plain error.',
  },
  'regularisers.window': {
    label: 'Window',
    help: 'The size of the patches that are compared, in pixels; odd.',
  },
  'schedules.beta.value': {
    label: 'Beta',
    help: 'How much an orderly latent space counts against sharp copies. 1 is the balance of theory.',
  },
  'schedules.beta.from': { label: 'Beta at first', help: 'Where the weight of order begins.' },
  'schedules.beta.to': {
    label: 'Beta later',
    help: 'Where the weight of order ends. Above 1, directions mean more, and pictures blur.',
  },
  'schedules.beta.until': {
    label: 'Risen by',
    help: 'The part of the training over which it rises, from 0 to 1.',
  },
  'schedules.beta.cycles': { label: 'Rises', help: 'How often it begins again.' },
  'schedules.beta.rise': { label: 'Rising part', help: 'The part of each round in which it rises.' },
  'augmentation.flip': {
    label: 'Mirror',
    help: 'The chance that a picture is mirrored left to right. Good for few pictures, wrong for writing.',
  },
  'augmentation.shift': {
    label: 'Shift',
    help: 'By how many pixels a picture may be moved about, at most.',
  },
  'optimiser.learningRate': {
    label: 'Learning rate',
    help: 'How large the steps are. Too large and training breaks; too small and it takes for ever.',
  },
  'optimiser.ramp': {
    label: 'Ramp',
    help: 'The part of the training in which the learning rate rises to it.',
  },
  'optimiser.floor': { label: 'Floor', help: 'Where the learning rate ends, as a part of itself.' },
  'optimiser.beta1': { label: 'Momentum', help: 'How much of the last direction a step keeps.' },
  'optimiser.beta2': { label: 'Memory of scale', help: 'How slowly the sizes of steps adapt.' },
  'optimiser.epsilon': { label: 'Epsilon', help: 'Keeps steps finite where nothing changes.' },
  'optimiser.batch': {
    label: 'Pictures a step',
    help: 'More are steadier; fewer take more steps in the same time, which suits small sets.',
  },
  'optimiser.average': {
    label: 'Averaging',
    help: 'How much of the weights of before a model keeps. Near 1 is smooth; 0 takes them as they are.',
  },
  'validation.fraction': {
    label: 'Part held back',
    help: 'The part of the pictures that is not trained on, to see how strangers fare.',
  },
  'validation.most': { label: 'At most', help: 'So many pictures are held back, however many there are.' },
};
