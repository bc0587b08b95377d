import type { Component } from 'svelte';
import type { Room } from '../lib/rooms.ts';
import Attributes from './attributes/index.svelte';
import Explore from './explore/index.svelte';
import Exports from './exports/index.svelte';
import Morph from './morph/index.svelte';
import Pictures from './pictures/index.svelte';
import Train from './train/index.svelte';

export const ROOM_VIEWS: Readonly<Record<Room, Component>> = {
  pictures: Pictures,
  train: Train,
  explore: Explore,
  morph: Morph,
  attributes: Attributes,
  exports: Exports,
};
