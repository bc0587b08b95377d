import { Notification } from 'electron';
import { iconFile } from './paths.ts';

/** Notifications that are still shown: one that nobody holds is collected, and its click is lost. */
const shown = new Set<Notification>();

/** Tells something through the system; a click on it calls `clicked`. */
export function notify(title: string, body: string, clicked: () => void): void {
  if (!Notification.isSupported()) return;
  const notification = new Notification({ title, body, icon: iconFile('morphloom.png') });
  shown.add(notification);
  notification.on('click', () => {
    shown.delete(notification);
    clicked();
  });
  notification.on('close', () => shown.delete(notification));
  notification.show();
}
