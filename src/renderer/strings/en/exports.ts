export const exportsRoom = {
  title: 'Exports',
};
