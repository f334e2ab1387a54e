// Puts a page's component in the place of what stood there before its script ran.

import '../sealed/violations.ts';
import { mount, type Component } from 'svelte';

export const boot = (page: Component): void => {
  const place = document.getElementById('page');
  if (place === null) throw new Error('the page has no place for its content');
  place.replaceChildren();
  mount(page, { target: place });
};
