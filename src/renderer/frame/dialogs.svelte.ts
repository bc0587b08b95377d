export type DialogName =
  'palette' | 'shortcuts' | 'new-project' | 'open-project' | 'choose-pictures' | 'rename';

/** Which of the window's own dialogs is open: one at a time. */
export const dialogs = $state<{ open: DialogName | null }>({ open: null });
