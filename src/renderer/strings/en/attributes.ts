export const attributes = {
  needsModel: 'Train a model first',
};
