// Which part of the page is open. The address never changes (a fragment is for private links only); the browser's Back
// leads to the part before, not out of the page, which would lock it.

export type View = 'agenda' | 'new' | 'settings' | 'links' | 'reads' | 'security';

const VIEWS: readonly string[] = ['agenda', 'new', 'settings', 'links', 'reads', 'security'] satisfies View[];

const viewOf = (state: unknown): View => {
  const view = typeof state === 'object' && state !== null && 'view' in state ? state.view : null;
  return typeof view === 'string' && VIEWS.includes(view) ? (view as View) : 'agenda';
};

class Route {
  view = $state<View>('agenda');

  constructor() {
    history.replaceState({ view: this.view }, '');
    addEventListener('popstate', ({ state }) => {
      this.view = viewOf(state);
    });
  }

  go(view: View): void {
    if (view === this.view) return;
    this.view = view;
    history.pushState({ view }, '');
    scrollTo({ top: 0 });
  }
}

export const route = new Route();
