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

  constructor(take: (places: Place[]) => void) {
    this.handlers = {
      ondragover: (event) => {
        if (!hasPlaces(event.dataTransfer)) return;
        event.preventDefault();
        this.over = true;
      },
      ondragleave: () => (this.over = false),
      ondrop: (event) => {
        this.over = false;
        if (!hasPlaces(event.dataTransfer)) return;
        event.preventDefault();
        take(takePlaces(event.dataTransfer));
      },
    };
  }
}
