/** What the groups of a recipe's settings are called. */
export const GROUP_WORDS: Readonly<Record<string, string>> = {
  encoder: 'Network that reads',
  decoder: 'Network that draws',
  latent: 'Latent space',
  likelihood: 'What counts as alike',
  prior: 'Where latents are expected',
  bound: 'What is asked for',
  condition: 'What it is told',
  corruption: 'What is spoilt on purpose',
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
  'decoder.mapping': {
    label: 'Layers before',
    help: 'How many layers latents pass before there is any place. Two help where few latents say much, such as where a thing is.',
  },
  '*.activation': {
    label: 'Activation',
    help: 'How features respond: "relu" for most pictures, "tanh" as in older papers.',
  },
  '*.blocks': {
    label: 'Blocks',
    help: 'How many residual blocks there are at each size. More learn more, and take longer.',
  },
  'decoder.groups': {
    label: 'Groups',
    help: 'How many groups of latents there are: the first for the whole picture, the last for its details.',
  },
  'bound.hidden': { label: 'Width of the judge', help: 'How wide the second network is.' },
  '*.dropout': {
    label: 'Dropout',
    help: 'The part of the features that is silenced in training, so that the rest relies on the latents.',
  },
  'latent.activation': {
    label: 'Range of the code',
    help: 'What a deterministic code passes through: "linear" is any number, "sigmoid" 0 to 1, "relu" from 0 up.',
  },
  'latent.clip': {
    label: 'Bounds of the spread',
    help: 'How spreads are kept in range. "soft" still learns from one that is out of it.',
  },
  'latent.minRate': {
    label: 'Least rate',
    help: 'What each direction must say at least, in nats, so that none falls silent. 0 asks for nothing.',
  },
  'prior.components': { label: 'Pictures of its own', help: 'How many pictures it learns as landmarks.' },
  'prior.gaussians': {
    label: 'Gaussians',
    help: 'How many clouds are fitted when training is over. 0 lets the pictures decide.',
  },
  'prior.covariance': {
    label: 'Shape of each',
    help: 'Whether the directions of a cloud depend on each other: "full" says how, "diagonal" that they do not.',
  },
  'prior.layers': {
    label: 'Layers',
    help: 'How often it bends the space. More bend further, and take longer.',
  },
  'prior.hidden': { label: 'Width', help: 'How wide the networks are that do the bending.' },
  'bound.weight': {
    label: 'Weight of tags',
    help: 'How much telling the tags counts beside telling the picture.',
  },
  'bound.agreement': {
    label: 'Agreement',
    help: 'How much latents of tags are held to those of the pictures that have them.',
  },
  'condition.hidden': { label: 'Width', help: 'How wide the networks are that read and tell tags.' },
  'bound.floor': {
    label: 'Free for each',
    help: 'What each direction may say at no cost, in nats.',
  },
  'bound.tolerance': {
    label: 'Error that is fine',
    help: 'How far a copy may be off on average; white is 1. Smaller is sharper, and leaves less order.',
  },
  'bound.speed': { label: 'Speed', help: 'How fast the weight of errors follows.' },
  'bound.memory': { label: 'Memory', help: 'How long errors are averaged before the weight follows them.' },
  'bound.sampling': {
    label: 'Estimate',
    help: 'How dependence is estimated from one step. "weighted" is the paper\'s, "stratified" is unbiased.',
  },
  'condition.embedding': { label: 'Embedding', help: 'How many numbers stand for a label.' },
  'condition.into': {
    label: 'Who is told',
    help: 'Told both, the latents leave out what the label says. Told the decoder alone, they may repeat it.',
  },
  'condition.layers': {
    label: 'Where',
    help: 'Told in every layer of a convolutional network that draws, a label shapes outlines and details as well.',
  },
  'condition.unknown': {
    label: 'Withheld',
    help: 'The part of the labels that is withheld in training, so that pictures without one work too.',
  },
  'corruption.standardDeviation': { label: 'Grain', help: 'How strong the grain is; white is 1.' },
  'corruption.fraction': { label: 'Part spoilt', help: 'The part of the places that are spoilt.' },
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
    help: 'How much this counts beside plain error.',
  },
  'regularisers.window': {
    label: 'Window',
    help: 'The size of the patches that are compared, in pixels; odd.',
  },
  'regularisers.kernel': {
    label: 'Kernel',
    help: 'How likeness falls with distance: "imq" slowly, so that far latents are still pulled in; "rbf" fast.',
  },
  'regularisers.target': {
    label: 'Activity',
    help: 'How active each latent is to be on average, between 0 and 1.',
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
  'augmentation.binarise': {
    label: 'Black and white',
    help: 'Each point is drawn black or white anew, as bright as it is. For masks, letters and digits.',
  },
  'optimiser.decay': {
    label: 'Fall',
    help: 'How the learning rate falls: "cosine" to the floor, "inverse-sqrt" as theory has it.',
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
  'optimiser.precision': {
    label: 'Precision',
    help: '"bfloat16" computes convolutions with half the bits: faster on processors that have it, slower on others.',
  },
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
