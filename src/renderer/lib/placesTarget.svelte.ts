import type { Place } from '../../contract/timeline.ts';
import { hasPlaces, takePlaces } from './places.ts';

/** Where dragged places may be let go: spread `handlers` on the element, and mark it while one hovers. */
export class PlacesTarget {
  over = $state(false);
  readonly handlers: {
    readonly ondragover: (event: DragEvent) => void;
    readonly ondragleave: () => void;
    readonly ondrop: (event: DragEvent) => void;
  };

  /**
   * @param options `allowed` says whether anything may be let go here now; `hover` hears where places are held
   */
  constructor(
    take: (places: Place[], event: DragEvent) => void,
    options: { readonly allowed?: () => boolean; readonly hover?: (event: DragEvent) => void } = {},
  ) {
    const { allowed = () => true, hover } = options;
    this.handlers = {
      ondragover: (event) => {
        if (!hasPlaces(event.dataTransfer) || !allowed()) return;
        event.preventDefault();
        this.over = true;
        hover?.(event);
      },
      ondragleave: () => (this.over = false),
      ondrop: (event) => {
        this.over = false;
        if (!hasPlaces(event.dataTransfer)) return;
        event.preventDefault();
        take(takePlaces(event.dataTransfer), event);
      },
    };
  }
}
