export const explore = {
  needsModel: 'Train a model first',
};
